// SPDX-License-Identifier: MIT
// A replay that complains about nothing would prove nothing: each way to miss an expectation is a complaint.
#include "replay/replay.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "config/config_file.h"
#include "evaluate/headroom.h"
#include "replay/trace.h"
#include "scenario/scenario.h"
#include "score/cgroup_place.h"

namespace forestall::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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
  EXPECT_THAT(text, HasSubstr("would have sent SIGTERM to leak"));
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

TEST(Replay, HoldsThemAgainstTerminalsStatesAndUsersToo) {
  Trace trace = a_leak();
  for (ProcessChange& change : trace.changes) {
    change.facts.uid = change.facts.comm.view() == "leak" ? 1000 : 0;
    change.facts.terminal = change.facts.comm.view() == "leak" ? 0x8803 : 0;
    change.facts.state = change.facts.comm.view() == "leak" ? 'D' : 'S';
  }
  const auto only = [&](const auto& set) {
    Config config = config::builtin();
    set(config.protect.emplace_back());
    const auto replayed = replay(trace, config, Looks::as_asked, [](const std::string& user) {
      return user == "me" ? std::optional<std::uint32_t>(1000) : std::nullopt;
    });
    return replayed->acted ? replayed->acted->comm : "";
  };
  EXPECT_EQ(only([](Match& m) { m.user = "me"; }), "editor");
  EXPECT_EQ(only([](Match& m) { m.user = "you"; }), "leak");
  EXPECT_EQ(only([](Match& m) { m.uid = 1000, m.tty = "^pts/3$"; }), "editor");
  EXPECT_EQ(only([](Match& m) { m.uid = 1000, m.tty = "^pts/4$"; }), "leak");
  EXPECT_EQ(only([](Match& m) { m.uid = 1000, m.state = "D"; }), "editor");
}

TEST(Replay, HeedsNoImmunityThatTheConfigurationDoesNotHeed) {
  Trace trace = a_leak();
  for (ProcessChange& change : trace.changes) {
    change.facts.uid = 1000;
    change.facts.oom_score_adj = -1000;
  }
  Config config = config::builtin();
  EXPECT_FALSE(replay(trace, config)->acted);
  config.victim.immune_users = false;
  const auto replayed = replay(trace, config);
  ASSERT_TRUE(replayed->acted);
  EXPECT_EQ(replayed->acted->comm, "leak");
}

TEST(Replay, KnowsWhoIsSignalledByWhichRuleAndWithWhatLeft) {
  const auto replayed = replay(a_leak(), config::builtin());
  ASSERT_TRUE(replayed->acted);
  EXPECT_EQ(replayed->acted->rule, "low-memory");
  EXPECT_EQ(replayed->acted->victims.size(), 1U);
  EXPECT_GT(replayed->acted->left.left(), 0U);
  EXPECT_LE(replayed->worst.left.left(), replayed->acted->left.left());
  EXPECT_LT(worst_of(a_leak()).left.left(), replayed->worst.left.left()) << "the record goes on";
}

/// As a daemon would have looked: late by a little each time.
Trace a_leak_as_seen_by_a_daemon() {
  Trace trace = a_leak();
  for (std::size_t i = 0; i < trace.samples.size(); ++i) trace.samples[i].time += std::chrono::milliseconds(i * 7 % 13);
  return trace;
}

TEST(Replay, LooksWhenTheDaemonDid) {
  const Trace trace = a_leak_as_seen_by_a_daemon();
  const auto replayed = replay(trace, config::builtin(), Looks::as_recorded);
  ASSERT_TRUE(replayed->acted);
  const auto look = std::ranges::find(trace.samples, Instant(replayed->acted->at), &Sample::time);
  ASSERT_NE(look, trace.samples.end());
  EXPECT_EQ(replayed->acted->left, headroom(*look));
  EXPECT_EQ(replayed->told.front().sentence.find("Dry run: would have sent SIGTERM to leak"), 0U);
  EXPECT_EQ(replayed->told.front().in_earnest.find("Sent SIGTERM to leak"), 0U);
}

TEST(Replay, MakesSureByTheLookThatFollowedAtOnce) {
  for (const Duration later : {0ms, 2ms, 40ms}) {
    Trace trace = a_leak_as_seen_by_a_daemon();
    const auto first = replay(trace, config::builtin(), Looks::as_recorded);
    ASSERT_TRUE(first->acted);
    const Instant decided(first->told.front().begun);
    const auto look = std::ranges::find(trace.samples, decided, &Sample::time);
    ASSERT_NE(look, trace.samples.end());
    Sample relief = *look;
    relief.time += later;
    relief.memory.mem_available = 7 * kGiB;
    trace.samples.insert(std::next(look), relief);
    const auto second = replay(trace, config::builtin(), Looks::as_recorded);
    ASSERT_TRUE(second->acted);
    EXPECT_GT(Instant(second->acted->at), relief.time) << "it would have stood down";
    EXPECT_EQ(second->told.front().event, Event::stood_down);
  }
}

constexpr OomPreference kNone = OomPreference::none;

/// They live in units of their own.
Trace a_leak_of_services() {
  Trace trace = a_leak();
  for (ProcessChange& c : trace.changes) {
    c.facts.place = parse_cgroup(fmt::format("0::/system.slice/{}.service/main\n", c.facts.comm.view()));
  }
  return trace;
}

UnitChange unit(Duration time, std::string_view cgroup, UnitFacts facts) {
  UnitChange unit{Instant(time), {}, facts};
  unit.cgroup.assign(cgroup);
  return unit;
}

/// What two others of the size of a leak would free beside it.
void add_workers(Trace& trace, std::string_view cgroup) {
  ProcessChange worker = trace.changes.front();
  worker.facts.comm.assign("worker");
  worker.facts.place = parse_cgroup(fmt::format("0::{}\n", cgroup));
  for (const std::int32_t pid : {77, 78}) {
    worker.facts.id = {pid, 77};
    trace.changes.insert(trace.changes.begin(), worker);
  }
}

TEST(Replay, SparesWhomSystemdWasToldToSpare) {
  Trace trace = a_leak_of_services();
  add_workers(trace, "/system.slice/leak.service/workers");
  const auto told = [&](OomPreference preference) {
    trace.units = {unit(0s, "/system.slice/leak.service", {false, preference, 0})};
    return replay(trace, config::builtin());
  };
  EXPECT_EQ(told(OomPreference::none)->acted->comm, "leak");
  EXPECT_EQ(told(OomPreference::avoid)->acted->comm, "leak") << "500 points are not enough";
  ASSERT_TRUE(told(OomPreference::omit)->acted);
  EXPECT_EQ(told(OomPreference::omit)->acted->comm, "editor") << "they are not ended together either";
}

TEST(Replay, EndsWhoFilledTmpfs) {
  Trace trace = a_leak_of_services();
  Config by_growth = config::builtin();
  by_growth.score.memory = Share{};
  trace.units = {unit(0s, "/system.slice/editor.service", {false, kNone, 8 * kGiB})};
  EXPECT_EQ(said(trace, "act editor", by_growth), "");
  trace.units.push_back(unit(1s, "/system.slice/editor.service", {false, kNone, 0}));
  EXPECT_EQ(said(trace, "act leak", by_growth), "") << "that was before";
  trace.units = {unit(0s, "/system.slice/editor.service", {false, kNone, 0}),
                 unit(20s, "/system.slice/editor.service", {false, kNone, 8 * kGiB})};
  EXPECT_EQ(said(trace, "act leak", by_growth), "") << "that came later";
  trace.units = {unit(0s, "/user.slice", {false, kNone, 8 * kGiB})};
  EXPECT_EQ(said(trace, "act leak", by_growth), "") << "that is no unit";
}

TEST(Replay, TakesAWholeUnit) {
  Trace trace = a_leak_of_services();
  EXPECT_THAT(replay(trace, config::builtin())->told.front().sentence, Not(HasSubstr("unit")));
  trace.units = {unit(0s, "/system.slice/leak.service", {true, kNone, 0})};
  add_workers(trace, "/system.slice/leak.service/workers");
  const auto replayed = replay(trace, config::builtin());
  ASSERT_TRUE(replayed->acted);
  EXPECT_EQ(replayed->acted->victims.size(), 3U);
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
