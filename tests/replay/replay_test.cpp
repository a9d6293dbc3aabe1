// SPDX-License-Identifier: MIT
// A replay that complains about nothing would prove nothing: each way to miss an expectation is a complaint.
#include "replay/replay.h"

#include <gmock/gmock.h>

#include "config/config_file.h"
#include "scenario/scenario.h"

namespace forestall::testing {
namespace {

using ::testing::HasSubstr;

/// Eight GiB; from 1 s on "leak" takes 2 GiB/s beside "editor", until after 4 s nearly nothing is left.
Trace a_leak() {
  FakeMachine machine;
  machine.spawn("editor", 200 * kMiB);
  machine.spawn("leak", 100 * kMiB).grows(2 * kGiB, 1s, 7 * kGiB);
  const Instant start = machine.now();
  const Ports doors = machine.ports();
  Trace trace;
  trace.comments = {"leak takes 2 GiB/s"};
  trace.lineage = {900, 1};
  for (int i = 0; i < 100; ++i) {
    Sample sample = *doors.samples.read();
    sample.time = Instant(sample.time - start);
    for (const ProcessFacts& facts : doors.processes.look(sample, kMiB).processes) {
      trace.changes.push_back({sample.time, false, facts});
    }
    trace.samples.push_back(sample);
    machine.advance(50ms);
  }
  return trace;
}

std::string said(Trace trace, std::string_view expectation, const Config& config = config::builtin()) {
  trace.expectation = *parse_expectation(expectation);
  const auto replayed = replay(trace, config);
  return complaint(trace, *replayed).value_or("");
}

TEST(Replay, OfALeakIsAsExpected) {
  EXPECT_EQ(said(a_leak(), "act leak after 1s before 5s"), "");
  EXPECT_EQ(said(a_leak(), "terminate editor|leak"), "");
}

TEST(Replay, ComplainsOfASignalThatShouldNotBe) {
  const std::string text = said(a_leak(), "quiet");
  EXPECT_THAT(text, HasSubstr("why:      leak takes 2 GiB/s"));
  EXPECT_THAT(text, HasSubstr("expected: quiet"));
  EXPECT_THAT(text, HasSubstr("happened: SIGTERM to leak after"));
  EXPECT_THAT(text, HasSubstr("Sent SIGTERM to leak"));
}

TEST(Replay, ComplainsOfTheWrongVictim) {
  EXPECT_THAT(said(a_leak(), "act editor"), HasSubstr("happened: SIGTERM to leak"));
}

TEST(Replay, ComplainsOfTheWrongSignal) {
  EXPECT_THAT(said(a_leak(), "kill leak"), HasSubstr("happened: SIGTERM to leak"));
}

TEST(Replay, ComplainsOfASignalTooSoonOrTooLate) {
  EXPECT_THAT(said(a_leak(), "act leak after 4.9s"), HasSubstr("happened: SIGTERM to leak"));
  EXPECT_THAT(said(a_leak(), "act leak before 1s"), HasSubstr("happened: SIGTERM to leak"));
}

TEST(Replay, ComplainsIfRulesDoNotSeeIt) {
  Config config = config::builtin();
  for (Rule& rule : config.rules) rule.enabled = false;
  EXPECT_THAT(said(a_leak(), "act leak", config), HasSubstr("no signal until the trace ended after 4.950 s"));
}

TEST(Replay, ComplainsOfASearchInVain) {
  Trace trace = a_leak();
  for (ProcessChange& change : trace.changes) change.facts.oom_score_adj = -1000;
  EXPECT_THAT(said(trace, "quiet"), HasSubstr("told:"));
}

TEST(Replay, HoldsTheEntriesOfTheConfigurationAgainstRecordedProcesses) {
  Config config = config::builtin();
  config.protect.emplace_back().comm = "^leak$";
  Trace trace = a_leak();
  for (ProcessChange& change : trace.changes) change.facts.uid = 0;
  EXPECT_EQ(said(trace, "act editor", config), "");
}

TEST(Replay, ShowsNobodyWhoIsGone) {
  Trace trace = a_leak();
  const auto leak = std::ranges::find_if(
      trace.changes, [](const ProcessChange& c) { return c.facts.comm.view() == "leak" && c.time > Instant(1s); });
  ASSERT_NE(leak, trace.changes.end());
  const ProcessChange gone{leak->time, true, leak->facts};
  trace.changes.erase(
      std::remove_if(leak, trace.changes.end(), [](const ProcessChange& c) { return c.facts.comm.view() == "leak"; }),
      trace.changes.end());
  trace.changes.insert(std::ranges::lower_bound(trace.changes, gone.time, {}, &ProcessChange::time), gone);
  EXPECT_EQ(said(trace, "act editor"), "");
}

TEST(Replay, NeedsAnExpectationAndSamples) {
  const Trace trace = a_leak();
  EXPECT_THAT(complaint(trace, *replay(trace, config::builtin())).value_or(""), HasSubstr("expects nothing"));
  EXPECT_FALSE(replay(Trace{}, config::builtin()));
}

}  // namespace
}  // namespace forestall::testing
