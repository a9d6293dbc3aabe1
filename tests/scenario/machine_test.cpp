// SPDX-License-Identifier: MIT
// Machines that lack something, get something, sleep, or have their clocks set.
#include "scenario/scenario.h"

namespace forestall::testing {
namespace {

class On : public Scenario {
 protected:
  On() { machine.spawn("innocent", kGiB); }
};

TEST_F(On, AMachineWithoutSwapTheSwapHalfOfARuleHolds) {
  const FakeProcess& leak = machine.spawn("leak", 0).grows(200 * kMiB);
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("leak"));
  const Sample& then = machine.first_signal_to(leak).sample;
  EXPECT_EQ(then.memory.swap_total, 0U);
  EXPECT_LT(then.memory.mem_available, 800 * kMiB);
  EXPECT_GT(then.memory.mem_available, 700 * kMiB);
}

TEST_F(On, AMachineWithoutPsiTheOtherRulesWork) {
  machine.without_psi();
  machine.spawn("leak", 0).grows(200 * kMiB);
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("leak"));
  EXPECT_EQ(machine.count(Event::kernel_killed), 0U);
}

TEST_F(On, AMachineWithoutPsiAndVmstatTheOtherRulesWork) {
  machine.without_psi().without_vmstat();
  machine.spawn("leak", 0).grows(200 * kMiB);
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("leak"));
}

TEST_F(On, AMachineThatGetsSwapTheLimitsFollow) {
  const FakeProcess& leak = machine.spawn("leak", 0).grows(100 * kMiB);
  machine.after(55s, [&] { machine.add_swap(2 * kGiB); });
  run_for(70s);
  EXPECT_THAT(machine.killed(), IsEmpty()) << "memory is short, but swap is not";
  EXPECT_LT(machine.available(), 700 * kMiB);
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("leak"));
  EXPECT_LT(machine.first_signal_to(leak).sample.memory.swap_free, 2 * kGiB / 10);
  EXPECT_EQ(machine.count(Event::kernel_killed), 0U);
}

TEST_F(On, AMachineThatGetsSwapInTheMidstOfTroubleRecovers) {
  const FakeProcess& hog = fill_up_to(kLow).is_protected();
  machine.spawn("tiny", 20 * kMiB);
  machine.living().front()->is_protected();
  ASSERT_TRUE(run_until(Event::no_victim));
  machine.add_swap(4 * kGiB);
  EXPECT_TRUE(run_until(Event::recovered, 1s));
  EXPECT_TRUE(hog.alive);
  EXPECT_THAT(machine.killed(), IsEmpty());
}

TEST_F(On, AMachineThatCannotBeLookedAtNothingIsDoneUntilItCan) {
  machine.spawn("leak", 0).grows(100 * kMiB);
  run_for(50s);
  machine.blind();
  run_for(5s);
  EXPECT_THAT(machine.sent(), IsEmpty());
  machine.blind(false);
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("leak"));
}

TEST_F(On, AMachineThatGoesBlindInAGraceTheVictimIsEndedAfterwards) {
  const FakeProcess& hog = fill_up_to(kLow).ignores_sigterm();
  ASSERT_TRUE(run_until(Event::victim_terminated));
  machine.blind();
  run_for(10s);
  EXPECT_TRUE(hog.alive);
  machine.blind(false);
  run_for(2s);
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
}

// ---- Clocks ---------------------------------------------------------------------------------------------------------

class WallClock : public On, public ::testing::WithParamInterface<Duration> {};

TEST_P(WallClock, ThatIsSetDoesNotTouchAGrace) {
  const FakeProcess& hog = fill_up_to(kLow).ignores_sigterm();
  ASSERT_TRUE(run_until(Event::victim_terminated));
  machine.set_wall_clock(GetParam());
  run_for(4900ms);
  EXPECT_TRUE(hog.alive);
  run_for(1s);
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
}

INSTANTIATE_TEST_SUITE_P(ForwardAndBack, WallClock, ::testing::Values(Duration(48h), Duration(-48h)));

TEST_F(On, AMachineThatSleepsInAGraceTheRestOfItIsGivenAfterwards) {
  const FakeProcess& hog = fill_up_to(kLow).exits_after_sigterm(4900ms);
  ASSERT_TRUE(run_until(Event::victim_terminated));
  run_for(1s);
  machine.suspend(8h);
  run_for(30s);
  EXPECT_THAT(machine.signals_to(hog), ElementsAre(Signal::term)) << "no grace cut short";
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
}

class Sleeping : public On {
 protected:
  /// A machine that works hard: little available, pages read again, but hardly a stall.
  Sleeping() {
    machine.spawn("steady", 4800 * kMiB);
    machine.background_refaults(800 * kMiB).background_stall(Share::percent(12), Share::percent(10));
  }
};

TEST_F(Sleeping, IsNoStall) {
  for (int night = 0; night < 5; ++night) {
    run_for(20s);
    machine.suspend(8h);
    forestall().wake();
  }
  run_for(20s);
  const Headroom& h = forestall().engine().verdict().headroom;
  ASSERT_LT(h.available, h.user_total * 3 / 10) << "only the stall is missing for the rule to hold";
  EXPECT_THAT(machine.events(), IsEmpty());
  EXPECT_THAT(machine.killed(), IsEmpty());
}

TEST_F(Sleeping, DoesNotHideTheStallThatComesAfterIt) {
  run_for(20s);
  machine.suspend(8h);
  run_for(20s);
  machine.background_stall(Share::percent(60), Share::percent(40));
  run_for(4s);
  EXPECT_THAT(machine.killed(), ElementsAre("steady"));
}

}  // namespace
}  // namespace forestall::testing
