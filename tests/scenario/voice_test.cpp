// SPDX-License-Identifier: MIT
// What is told, and how often: once for each thing that happens.
#include "scenario/scenario.h"

namespace forestall::testing {
namespace {

class Voice : public Scenario {
 protected:
  void warn_below(Bytes bytes) {
    Rule& warning = rule("warning");
    warning.action = Action::notify;
    warning.mem_available_below = Size::of(bytes);
  }
};

TEST_F(Voice, WarnsOnceInAnEpisode) {
  warn_below(2 * kGiB);
  FakeProcess& hog = fill_up_to(1900 * kMiB);
  run_for(10min);
  EXPECT_THAT(machine.events(), ElementsAre(Event::pressure_warning));
  machine.end(hog);
  run_for(1min);
  fill_up_to(1900 * kMiB);
  run_for(1min);
  EXPECT_THAT(machine.events(), ElementsAre(Event::pressure_warning, Event::recovered, Event::pressure_warning));
  EXPECT_THAT(machine.killed(), IsEmpty());
  EXPECT_EQ(machine.first(Event::pressure_warning).incident.rule_name.view(), "warning");
}

TEST_F(Voice, TakesWhatWaversAboutALimitForOneEpisode) {
  warn_below(2 * kGiB);
  fill_up_to(2100 * kMiB);
  run_for(10s);
  for (int i = 0; i < 50; ++i) {
    machine.fill_tmpfs(200 * kMiB);  // 100 MiB below the limit, and 100 MiB above it
    run_for(2s);
    machine.empty_tmpfs();
    run_for(2s);
  }
  EXPECT_THAT(machine.events(), ElementsAre(Event::pressure_warning));
}

TEST_F(Voice, WarnsFirstAndActsThen) {
  warn_below(2 * kGiB);
  machine.spawn("innocent", 500 * kMiB);
  machine.spawn("leak", 0).grows(200 * kMiB);
  run_for(1min);
  EXPECT_THAT(machine.events(),
              ElementsAre(Event::pressure_warning, Event::victim_terminated, Event::victim_gone, Event::recovered));
  EXPECT_THAT(machine.killed(), ElementsAre("leak"));
}

TEST_F(Voice, SaysThatAllIsWellOnlyAtTheRecoveryMark) {
  const Bytes limit = 800 * kMiB;
  rule("low-memory").mem_available_below = Size::of(limit);
  FakeProcess& hog = fill_up_to(kLow).is_protected();
  ASSERT_TRUE(run_until(Event::no_victim));
  run_for(5s);
  hog.give(330 * kMiB);  // above the limit, but not a quarter beyond it
  run_for(1min);
  EXPECT_GT(machine.available(), limit);
  EXPECT_EQ(machine.count(Event::recovered), 0U);
  hog.give(100 * kMiB);
  EXPECT_TRUE(run_until(Event::recovered, 1s));
  run_for(1min);
  EXPECT_EQ(machine.count(Event::recovered), 1U);
  EXPECT_EQ(machine.first(Event::recovered).incident.id, machine.first(Event::no_victim).incident.id)
      << "it has been looked for somebody all the time, but nothing was told of that";
}

TEST_F(Voice, NoticesThatTheKernelWasFirst) {
  machine.spawn("innocent", 100 * kMiB);
  machine.spawn("contained", kGiB);
  run_for(10s);
  machine.kill_by_kernel();
  run_for(1min);
  EXPECT_THAT(machine.events(), ElementsAre(Event::kernel_killed));
  EXPECT_EQ(machine.first(Event::kernel_killed).incident.kernel_kills, 1U);
  EXPECT_THAT(machine.sent(), IsEmpty());
}

TEST_F(Voice, DoesNotBlameTheKernelForWhatWasBefore) {
  machine.spawn("contained", kGiB);
  machine.kill_by_kernel();
  run_for(1min);
  EXPECT_THAT(machine.events(), IsEmpty());
}

TEST_F(Voice, NoticesAKernelKillWhileItKillsItself) {
  machine.spawn("contained", 3 * kGiB);
  machine.spawn("innocent", kGiB);
  fill_up_to(kLow).ignores_sigterm().adj(900);
  ASSERT_TRUE(run_until(Event::victim_terminated));
  const IncidentId id = machine.first(Event::victim_terminated).incident.id;
  machine.kill_by_kernel();
  run_for(20s);
  EXPECT_THAT(machine.events(), ElementsAre(Event::victim_terminated, Event::kernel_killed, Event::victim_killed,
                                            Event::victim_gone, Event::recovered));
  for (const Told& told : machine.told()) EXPECT_EQ(told.incident.id, id);
}

TEST_F(Voice, WhatIsToldBetweenAVictimAndTheRecoveryIsAPartOfThatStory) {
  machine.spawn("contained", 3 * kGiB);
  machine.spawn("innocent", kGiB);
  fill_up_to(kLow).adj(900);
  ASSERT_TRUE(run_until(Event::victim_gone));
  machine.kill_by_kernel();
  run_for(20s);
  EXPECT_THAT(machine.events(),
              ElementsAre(Event::victim_terminated, Event::victim_gone, Event::kernel_killed, Event::recovered));
  for (const Told& told : machine.told()) {
    EXPECT_EQ(told.incident.id, machine.told().front().incident.id);
    EXPECT_EQ(told.incident.begun, machine.told().front().incident.begun) << "a story has one beginning";
  }
  machine.kill_by_kernel();
  run_for(20s);
  EXPECT_NE(machine.told().back().incident.id, machine.told().front().incident.id) << "another story";
}

class DryRun : public Voice {
 protected:
  DryRun() { dry_run = true; }
};

TEST_F(DryRun, SignalsNobodyAndTellsNotMoreOftenThanEveryTenSeconds) {
  machine.spawn("innocent", 500 * kMiB);
  const FakeProcess& hog = fill_up_to(kLow);
  run_for(55s);
  EXPECT_THAT(machine.sent(), IsEmpty());
  EXPECT_THAT(machine.killed(), IsEmpty());
  ASSERT_EQ(machine.count(Event::victim_terminated), 6U);
  for (std::size_t i = 0; i < machine.told().size(); ++i) {
    const Told& told = machine.told()[i];
    EXPECT_TRUE(told.incident.dry_run);
    EXPECT_EQ(told.incident.attempt.victim.id, hog.facts.id);
    if (i == 0) continue;
    EXPECT_GE(told.at - machine.told()[i - 1].at, 10s);
  }
  EXPECT_EQ(forestall().engine().victims(), 0U);
}

TEST_F(DryRun, SaysKilledWhereItWouldKill) {
  fill_up_to(kVeryLow, "hog", 64 * kGiB);
  run_for(5s);
  EXPECT_THAT(machine.events(), ElementsAre(Event::victim_killed));
  EXPECT_THAT(machine.sent(), IsEmpty());
}

TEST_F(DryRun, TellsOfANewEpisodeAtOnce) {
  FakeProcess& hog = fill_up_to(kLow);
  run_for(3s);
  machine.end(hog);
  run_for(1s);
  fill_up_to(kLow);
  run_for(3s);
  EXPECT_THAT(machine.events(), ElementsAre(Event::victim_terminated, Event::recovered, Event::victim_terminated));
}

}  // namespace
}  // namespace forestall::testing
