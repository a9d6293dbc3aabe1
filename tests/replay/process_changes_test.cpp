// SPDX-License-Identifier: MIT
#include "replay/process_changes.h"

#include <gmock/gmock.h>

namespace forestall::testing {
namespace {

using ::testing::ElementsAre;

ProcessFacts process(std::int32_t pid, Bytes anon) {
  ProcessFacts facts;
  facts.id = {pid, 1};
  facts.anon = anon;
  return facts;
}

/// Looks and keeps the lines: 1 appeared or changed, -1 is gone, by pid.
class Lines {
 public:
  explicit Lines(std::size_t most_processes) : changes_(most_processes) {}

  void look(std::span<const ProcessFacts> processes) {
    for (const ProcessChange& c : changes_.look(Instant{}, processes)) {
      pids.push_back(c.gone ? -c.facts.id.pid : c.facts.id.pid);
    }
  }

  std::vector<std::int32_t> pids;

 private:
  ProcessChanges changes_;
};

TEST(ProcessChanges, AreThoseWhoCameGrewOrWent) {
  Lines lines(8);
  lines.look(std::vector{process(1, 10 * kMiB), process(2, 10 * kMiB), process(3, 10 * kMiB)});
  lines.look(std::vector{process(1, 11 * kMiB), process(2, 11 * kMiB + 1)});
  EXPECT_THAT(lines.pids, ElementsAre(1, 2, 3, -3, 2));
}

TEST(ProcessChanges, AddUpUntilTheyAreWorthALine) {
  Lines lines(8);
  for (Bytes more = 0; more <= 12; ++more) {
    lines.look(std::vector{process(1, 10 * kMiB + more * kMiB / 4)});
  }
  EXPECT_THAT(lines.pids, ElementsAre(1, 1, 1));
}

TEST(ProcessChanges, OfWhoSomebodyIsCountEvenIfHisSizeDoesNot) {
  Lines lines(8);
  ProcessFacts facts = process(1, 10 * kMiB);
  lines.look(std::span(&facts, 1));
  facts.comm.assign("other");
  lines.look(std::span(&facts, 1));
  facts.oom_score_adj = 5;
  lines.look(std::span(&facts, 1));
  facts.state = 'D';
  lines.look(std::span(&facts, 1));
  EXPECT_THAT(lines.pids, ElementsAre(1, 1, 1));
}

TEST(ProcessChanges, AreAllThatTheEngineGoesBy) {
  using Change = void (*)(ProcessFacts&);
  for (const Change change :
       {Change{[](ProcessFacts& f) { f.process_group = 7; }}, Change{[](ProcessFacts& f) { f.nice = 5; }},
        Change{[](ProcessFacts& f) { f.terminal = 7; }}, Change{[](ProcessFacts& f) { f.nodes = 1; }},
        Change{[](ProcessFacts& f) { f.cpu_time += 61 * std::chrono::seconds(1); }}}) {
    Lines lines(8);
    ProcessFacts facts = process(1, 10 * kMiB);
    lines.look(std::span(&facts, 1));
    facts.cpu_time += std::chrono::seconds(1);
    lines.look(std::span(&facts, 1));
    change(facts);
    lines.look(std::span(&facts, 1));
    EXPECT_THAT(lines.pids, ElementsAre(1, 1));
  }
}

TEST(ProcessChanges, AreOfTheLargest) {
  Lines lines(2);
  lines.look(std::vector{process(1, 30 * kMiB), process(2, 10 * kMiB), process(3, 20 * kMiB)});
  EXPECT_THAT(lines.pids, ElementsAre(1, 3));
}

}  // namespace
}  // namespace forestall::testing
