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

/// 8 GiB, of which a hog leaves little, and swap that nobody has touched yet.
class CacheThrash : public Scenario {
 protected:
  void short_of(Bytes available) {
    machine.add_swap(8 * kGiB).page_cache(200 * kMiB, 0);
    machine.spawn("editor", 600 * kMiB);
    fill_up_to(available);
    run_for(10s);
  }
  /// So much of the file cache is read again each second, while all stand still for a tenth of the time.
  void thrash(Share of_the_cache) {
    const Meminfo memory = machine.sample().memory;
    machine.background_refaults(of_the_cache * (memory.active_file + memory.inactive_file));
    machine.background_stall(Share::percent(12), Share::percent(10));
    run_for(5s);
  }
};

TEST_F(CacheThrash, EndsTheHogWhileSwapIsStillFree) {
  short_of(350 * kMiB);
  ASSERT_THAT(machine.events(), IsEmpty());
  thrash(Share::percent(25));
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
  const Incident& incident = machine.first(Event::victim_terminated).incident;
  EXPECT_EQ(incident.rule_name.view(), "cache-thrash");
  EXPECT_GT(incident.verdict.headroom.swap_left, 7 * kGiB);
}

TEST_F(CacheThrash, OfLittleOfTheCacheKillsNobody) {
  short_of(350 * kMiB);
  thrash(Share::percent(10));
  EXPECT_THAT(machine.events(), IsEmpty());
}

TEST_F(CacheThrash, WithMoreAvailableKillsNobody) {
  short_of(700 * kMiB);
  thrash(Share::percent(25));
  EXPECT_THAT(machine.events(), IsEmpty());
}

}  // namespace
}  // namespace forestall::testing
