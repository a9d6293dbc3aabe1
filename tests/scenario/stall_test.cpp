// SPDX-License-Identifier: MIT
// The freeze: memory goes round in circles. And what only looks like one.
#include "scenario/scenario.h"

namespace forestall::testing {
namespace {

class Stall : public Scenario {};

TEST_F(Stall, IsEndedByTheStallRuleLongBeforeMemoryIsGone) {
  machine.page_cache(3 * kGiB, 3 * kGiB);
  machine.spawn("editor", 600 * kMiB);
  const FakeProcess& hog = machine.spawn("hog", 0).grows(kGiB, 10s, 5400 * kMiB);
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
  EXPECT_EQ(machine.first(Event::victim_terminated).incident.rule_name.view(), "stall");
  EXPECT_GT(machine.first_signal_to(hog).sample.memory.mem_available, kGiB);
  EXPECT_THAT(machine.events(), ElementsAre(Event::victim_terminated, Event::victim_gone, Event::recovered));
}

TEST_F(Stall, ThatIsShortIsEnduredAgainAndAgain) {
  machine.spawn("steady", 5800 * kMiB);
  machine.background_refaults(800 * kMiB);
  run_for(5s);
  for (int i = 0; i < 20; ++i) {
    machine.background_stall(Share::percent(100), Share::percent(90));
    run_for(400ms);  // 18 % of the window
    machine.background_stall(Share{}, Share{});
    run_for(5s);
  }
  const Headroom& h = forestall().engine().verdict().headroom;
  ASSERT_LT(h.available, h.user_total * 3 / 10);
  EXPECT_THAT(machine.events(), IsEmpty());
}

TEST_F(Stall, OfABusyDiskWithMuchAvailableKillsNobody) {
  machine.page_cache(4 * kGiB, 0);
  machine.spawn("backup", 2 * kGiB);
  machine.spawn("editor", 600 * kMiB);
  machine.background_stall(Share::percent(90), Share::percent(80)).background_refaults(900 * kMiB);
  run_for(10min);
  const Headroom& h = forestall().engine().verdict().headroom;
  EXPECT_GT(h.available, h.user_total * 6 / 10);
  EXPECT_THAT(machine.events(), IsEmpty());
  EXPECT_THAT(machine.killed(), IsEmpty());
}

TEST_F(Stall, WithoutRefaultsKillsNobody) {
  machine.spawn("steady", 5800 * kMiB);
  machine.background_stall(Share::percent(90), Share::percent(80));
  run_for(10min);
  const Headroom& h = forestall().engine().verdict().headroom;
  EXPECT_LT(h.available, h.user_total * 3 / 10);
  EXPECT_THAT(machine.events(), IsEmpty());
}

TEST_F(Stall, OfPsiAloneKillsNobodyWhileNothingIsReclaimed) {
  Rule& mine = rule("mine");
  mine.psi_some_above = Share::percent(10);
  mine.mem_available_below = Size::of(Share::percent(50));
  machine.spawn("steady", 5800 * kMiB);
  machine.background_stall(Share::percent(90), Share::percent(80));
  run_for(1min);
  EXPECT_THAT(machine.events(), IsEmpty());
  machine.background_refaults(kMiB);
  run_for(5s);
  EXPECT_THAT(machine.killed(), ElementsAre("steady")) << "it was the reclaim that was missing";
}

}  // namespace
}  // namespace forestall::testing
