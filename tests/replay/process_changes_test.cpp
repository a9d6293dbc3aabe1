// SPDX-License-Identifier: MIT
#include "vm/recorder/process_changes.h"

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

/// "+1" appeared or changed, "-1" gone, by pid.
std::vector<std::int32_t> lines(ProcessChanges& changes) {
  std::vector<std::int32_t> pids;
  for (const ProcessChange& c : changes.take()) pids.push_back(c.gone ? -c.facts.id.pid : c.facts.id.pid);
  return pids;
}

TEST(ProcessChanges, AreThoseWhoCameGrewOrWent) {
  ProcessChanges changes(8, 100);
  changes.look(Instant{}, std::vector{process(1, 10 * kMiB), process(2, 10 * kMiB), process(3, 10 * kMiB)});
  changes.look(Instant{}, std::vector{process(1, 11 * kMiB), process(2, 11 * kMiB + 1)});
  EXPECT_THAT(lines(changes), ElementsAre(1, 2, 3, -3, 2));
}

TEST(ProcessChanges, AddUpUntilTheyAreWorthALine) {
  ProcessChanges changes(8, 100);
  for (Bytes more = 0; more <= 12; ++more) {
    changes.look(Instant{}, std::vector{process(1, 10 * kMiB + more * kMiB / 4)});
  }
  EXPECT_THAT(lines(changes), ElementsAre(1, 1, 1));
}

TEST(ProcessChanges, OfWhoSomebodyIsCountEvenIfHisSizeDoesNot) {
  ProcessChanges changes(8, 100);
  ProcessFacts facts = process(1, 10 * kMiB);
  changes.look(Instant{}, std::span(&facts, 1));
  facts.comm.assign("other");
  changes.look(Instant{}, std::span(&facts, 1));
  facts.oom_score_adj = 5;
  changes.look(Instant{}, std::span(&facts, 1));
  facts.state = 'D';
  changes.look(Instant{}, std::span(&facts, 1));
  EXPECT_THAT(lines(changes), ElementsAre(1, 1, 1));
}

TEST(ProcessChanges, AreOfTheLargest) {
  ProcessChanges changes(2, 100);
  changes.look(Instant{}, std::vector{process(1, 30 * kMiB), process(2, 10 * kMiB), process(3, 20 * kMiB)});
  EXPECT_THAT(lines(changes), ElementsAre(1, 3));
}

TEST(ProcessChanges, SayWhenThereIsNoRoom) {
  ProcessChanges changes(4, 2);
  EXPECT_TRUE(changes.look(Instant{}, std::vector{process(1, kMiB), process(2, kMiB)}));
  EXPECT_TRUE(changes.look(Instant{}, std::vector{process(1, kMiB), process(2, kMiB)}));
  EXPECT_FALSE(changes.look(Instant{}, std::vector{process(1, kMiB)}));
  EXPECT_THAT(lines(changes), ElementsAre(1, 2));
}

}  // namespace
}  // namespace forestall::testing
