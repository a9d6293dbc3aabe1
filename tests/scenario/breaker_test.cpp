// SPDX-License-Identifier: MIT
// Memory that no kill can give back must not cost everybody's life.
#include "scenario/scenario.h"

namespace forestall::testing {
namespace {

class TmpfsFull : public Scenario {
 protected:
  /// Workers that share what they seem to have, and a tmpfs that holds the rest.
  void workers(int count) {
    for (int i = 0; i < count; ++i) {
      machine.spawn("worker" + std::to_string(i), (900 - 50 * static_cast<Bytes>(i)) * kMiB).memory_stays();
    }
    fill_tmpfs_until_low();
  }
};

TEST_F(TmpfsFull, ByAUnitThatFillsItIsStoppedThereAndNobodyElseDies) {
  machine.spawn("database", 3 * kGiB).in_cgroup("/system.slice/database.service");
  const FakeProcess& filler =
      machine.spawn("filler", kMiB).in_cgroup("/system.slice/filler.service").fills_tmpfs(400 * kMiB);
  run_for(5min);
  EXPECT_THAT(machine.killed(), ElementsAre("filler"));
  EXPECT_THAT(machine.signals_to(filler), ElementsAre(Signal::term));
  const Attempt& attempt = machine.first(Event::victim_gone).incident.attempt;
  EXPECT_EQ(attempt.party.kind, Kind::unit);
  EXPECT_GE(attempt.party.filled, 600 * kMiB);
  EXPECT_EQ(attempt.outcome, Outcome::fruitless) << "the files stay";
  EXPECT_EQ(machine.count(Event::breaker_opened), 0U);
}

TEST_F(TmpfsFull, ByOneWhoHoldsSomethingHimselfCostsNobodyElseEither) {
  machine.spawn("database", 3 * kGiB).in_cgroup("/system.slice/database.service");
  machine.spawn("filler", 150 * kMiB).in_cgroup("/system.slice/filler.service").fills_tmpfs(400 * kMiB);
  run_for(5min);
  EXPECT_THAT(machine.killed(), ElementsAre("filler"));
  EXPECT_EQ(machine.first(Event::victim_gone).incident.attempt.party.kind, Kind::process);
}

TEST_F(TmpfsFull, ByAUnitAndThenByALeakCostsTheLeakToo) {
  machine.spawn("database", 2 * kGiB).in_cgroup("/system.slice/database.service").is_protected();
  machine.spawn("filler", kMiB).in_cgroup("/system.slice/filler.service").fills_tmpfs(400 * kMiB);
  ASSERT_TRUE(run_until(Event::victim_gone, 5min));
  machine.spawn("leak", kMiB).grows(50 * kMiB);
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("filler", "leak")) << "the truce is over when more is lost";
}

TEST_F(TmpfsFull, ByAUnitAndALimitThatIsPassedNowAndThenCostsNobodyElse) {
  machine.spawn("database", 3 * kGiB).in_cgroup("/system.slice/database.service");
  FakeProcess& breather = machine.spawn("breather", 200 * kMiB).in_cgroup("/system.slice/breather.service");
  machine.spawn("filler", kMiB).in_cgroup("/system.slice/filler.service").fills_tmpfs(400 * kMiB);
  ASSERT_TRUE(run_until(Event::victim_gone, 5min));
  for (int i = 0; i < 5; ++i) {
    machine.after(i * 6s + 1s, [&] { breather.give(150 * kMiB); });
    machine.after(i * 6s + 4s, [&] { breather.take(160 * kMiB); });
  }
  run_for(1min);
  EXPECT_GE(machine.count(Event::recovered), 1U) << "the episode was over, the files were not";
  EXPECT_THAT(machine.killed(), ElementsAre("filler"));
}

TEST_F(TmpfsFull, ByAUnitAndADipOfAMomentCostsNobodyElse) {
  machine.spawn("database", 3 * kGiB).in_cgroup("/system.slice/database.service");
  FakeProcess& passing = machine.spawn("passing", 10 * kMiB).in_cgroup("/system.slice/passing.service");
  machine.spawn("filler", kMiB).in_cgroup("/system.slice/filler.service").fills_tmpfs(400 * kMiB);
  ASSERT_TRUE(run_until(Event::victim_gone, 5min));
  const Bytes most = machine.first(Event::victim_gone).incident.now.left() * 6 / 10;
  for (int i = 0; i < 5; ++i) {
    machine.after(i * 6s + 1s, [&passing, most] { passing.take(most); });
    machine.after(i * 6s + 1s + 140ms, [&passing, most] { passing.give(most); });
  }
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("filler"));
}

TEST_F(TmpfsFull, ByWhoFillsItWithinItsBoundsHarmsNobody) {
  machine.spawn("database", 3 * kGiB).in_cgroup("/system.slice/database.service");
  machine.spawn("compiler", kMiB).in_cgroup("/system.slice/build.service").fills_tmpfs(400 * kMiB).ends_after(5s);
  run_for(2min);
  EXPECT_THAT(machine.killed(), IsEmpty());
}

TEST_F(TmpfsFull, StopsTheKillingAfterThreeThatDidNotHelp) {
  workers(6);
  run_for(59s);
  EXPECT_THAT(machine.killed(), ElementsAre("worker0", "worker1", "worker2"));
  EXPECT_EQ(machine.count(Event::breaker_opened), 1U) << "one loud record";
  const Incident& loud = machine.first(Event::breaker_opened).incident;
  EXPECT_EQ(loud.fruitless_kills, 3U);
  EXPECT_EQ(loud.pause, 1min);
  EXPECT_EQ(machine.count(Event::no_victim), 0U);
}

TEST_F(TmpfsFull, TriesOneAfterEachPause) {
  workers(6);
  ASSERT_TRUE(run_until(Event::breaker_opened));
  const Duration opened = machine.uptime();
  run_for(58s);
  EXPECT_THAT(machine.killed(), SizeIs(3));
  run_for(10s);
  EXPECT_THAT(machine.killed(), SizeIs(4));
  EXPECT_GE(machine.sent().back().at - opened, 59s);
  EXPECT_EQ(machine.count(Event::breaker_opened), 2U);
  run_for(50s);
  EXPECT_THAT(machine.killed(), SizeIs(4));
}

TEST_F(TmpfsFull, EndsAndTheBreakerCountsAnew) {
  workers(8);
  ASSERT_TRUE(run_until(Event::breaker_opened));
  machine.empty_tmpfs();
  ASSERT_TRUE(run_until(Event::recovered, 5s));
  EXPECT_THAT(machine.killed(), SizeIs(3));
  run_for(1min);
  fill_tmpfs_until_low();
  run_for(30s);
  EXPECT_THAT(machine.killed(), SizeIs(6)) << "three more before it opens again";
  EXPECT_EQ(machine.count(Event::breaker_opened), 2U);
}

TEST_F(TmpfsFull, AKillThatHelpedIsNotCounted) {
  machine.spawn("innocent", 200 * kMiB);
  for (int i = 0; i < 8; ++i) {
    machine.after(i * 20s, [&] { fill_up_to(kLow, "hog", 8 * kGiB); });
  }
  run_for(3min);
  EXPECT_THAT(machine.killed(), SizeIs(8));
  EXPECT_THAT(machine.killed(), Each("hog"));
  EXPECT_EQ(machine.count(Event::breaker_opened), 0U);
}

TEST_F(TmpfsFull, DoesNotKeepTheKernelFromBeingNoticedWhileTheBreakerIsOpen) {
  workers(6);
  ASSERT_TRUE(run_until(Event::breaker_opened));
  machine.kill_by_kernel();
  EXPECT_TRUE(run_until(Event::kernel_killed, 1s));
}

class NobodyToKill : public Scenario {
 protected:
  NobodyToKill() {
    for (int i = 0; i < 20; ++i) machine.spawn("small", 40 * kMiB);
  }
};

TEST_F(NobodyToKill, IsToldOnceAndNotALoop) {
  fill_tmpfs_until_low();
  run_for(10min);
  EXPECT_THAT(machine.events(), ElementsAre(Event::no_victim));
  EXPECT_THAT(machine.killed(), IsEmpty());
  EXPECT_LE(machine.searches(), 610U) << "searched once a second, not at every look";
  const Incident& incident = machine.first(Event::no_victim).incident;
  EXPECT_EQ(incident.seen, 20U);
  EXPECT_EQ(incident.eligible, 0U);
}

TEST_F(NobodyToKill, IsToldAgainInANewEpisode) {
  fill_tmpfs_until_low();
  run_for(1min);
  machine.empty_tmpfs();
  run_for(1min);
  fill_tmpfs_until_low();
  run_for(1min);
  EXPECT_THAT(machine.events(), ElementsAre(Event::no_victim, Event::recovered, Event::no_victim));
}

TEST_F(NobodyToKill, ChangesWhenSomebodyLargeComes) {
  fill_tmpfs_until_low();
  run_for(1min);
  machine.spawn("large", 100 * kMiB);
  run_for(2s);
  EXPECT_THAT(machine.killed(), ElementsAre("large"));
}

TEST_F(NobodyToKill, BecauseNobodyMayBeSignalledIsToldOnceForEach) {
  for (int i = 0; i < 20; ++i) machine.spawn("foreign", 100 * kMiB).not_permitted();
  fill_tmpfs_until_low();
  run_for(55s);
  EXPECT_EQ(machine.count(Event::no_victim), 1U);
  EXPECT_EQ(machine.count(Event::victim_survived), 20U);
}

}  // namespace
}  // namespace forestall::testing
