// SPDX-License-Identifier: MIT
// No second victim before the first one's memory is back, or overdue.
#include "scenario/scenario.h"

namespace forestall::testing {
namespace {

class Patience : public Scenario {
 protected:
  Patience() { machine.spawn("innocent", 300 * kMiB); }
};

TEST_F(Patience, WaitsForMemoryThatComesBackLate) {
  const FakeProcess& first = machine.spawn("first", 3 * kGiB).grows(20 * kMiB).memory_returns_after(900ms);
  machine.spawn("second", 2 * kGiB).grows(20 * kMiB);
  while (first.alive) run_for(10ms);
  run_for(30s);
  EXPECT_THAT(machine.killed(), ElementsAre("first"));
  EXPECT_EQ(machine.first(Event::victim_gone).incident.attempt.outcome, Outcome::memory_back);
}

TEST_F(Patience, EndsWhenMemoryIsOverdue) {
  const FakeProcess& first = machine.spawn("first", 3 * kGiB).grows(20 * kMiB).memory_returns_after(1min);
  const FakeProcess& second = machine.spawn("second", 2 * kGiB).grows(20 * kMiB);
  while (first.alive) run_for(10ms);
  const Duration ended = machine.uptime();
  run_for(30s);
  EXPECT_THAT(machine.killed(), ElementsAre("first", "second"));
  EXPECT_GE(machine.first_signal_to(second).at - ended, 990ms);
  EXPECT_LE(machine.first_signal_to(second).at - ended, 1100ms);
  EXPECT_EQ(machine.first(Event::victim_gone).incident.attempt.outcome, Outcome::fruitless);
}

TEST_F(Patience, IsShortWhenAKillRuleHolds) {
  machine.spawn("small", 50 * kMiB);
  const FakeProcess& second = machine.spawn("second", 900 * kMiB);
  const FakeProcess& first = fill_up_to(kVeryLow, "first", 64 * kGiB).memory_returns_after(1min);
  run_for(30s);
  EXPECT_THAT(machine.killed(), ElementsAre("first", "second"));
  ASSERT_FALSE(first.alive);
  const Duration between = machine.first_signal_to(second).at - machine.first_signal_to(first).at;
  EXPECT_GE(between, 100ms);
  EXPECT_LE(between, 200ms) << "a look later each: dead, settled";
}

TEST_F(Patience, TakesTwoLeaksOneAfterTheOther) {
  const FakeProcess& first = machine.spawn("first", 500 * kMiB).grows(400 * kMiB);
  const FakeProcess& second = machine.spawn("second", 300 * kMiB).grows(400 * kMiB);
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("first", "second"));
  EXPECT_EQ(machine.count(Event::kernel_killed), 0U);
  EXPECT_GT(machine.first_signal_to(second).at - machine.first_signal_to(first).at, 5s)
      << "after the first one's end there was memory for some time";
  const auto events = machine.events();
  EXPECT_THAT(events, ElementsAre(Event::victim_terminated, Event::victim_gone, Event::recovered,
                                  Event::victim_terminated, Event::victim_gone, Event::recovered));
}

TEST_F(Patience, EndsAsSoonAsTheMemoryIsBackAndTheNextOneIsMetInTime) {
  config.score.growth = Share{};  // the largest first, whoever is new
  machine.spawn("second", 300 * kMiB).grows(8 * kGiB, 10s);
  machine.spawn("first", 4 * kGiB);
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("first", "second"));
  EXPECT_EQ(machine.count(Event::kernel_killed), 0U);
}

TEST_F(Patience, IsNotTriedByTheStallThatIsPast) {
  machine.spawn("steady", 4800 * kMiB).adj(-1000);
  machine.spawn("second", 700 * kMiB);
  const FakeProcess& hog = machine.spawn("hog", 800 * kMiB);
  machine.background_refaults(800 * kMiB).background_stall(Share::percent(70), Share::percent(60));
  while (hog.alive && machine.uptime() < 1min) run_for(5ms);
  machine.background_stall(Share{}, Share{});
  const Headroom h = forestall().engine().verdict().headroom;
  run_for(30s);
  EXPECT_LT(machine.available(), h.user_total * 3 / 10) << "what was stalled before could be held against the next";
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
}

}  // namespace
}  // namespace forestall::testing
