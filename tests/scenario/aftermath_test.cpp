// SPDX-License-Identifier: MIT
// What forestall makes of its own kills: whether they were needed, and whether they lasted.
#include "scenario/scenario.h"

namespace forestall::testing {
namespace {

class Aftermath : public Scenario {
 protected:
  /// A service that leaks, and that systemd starts again so long after its end.
  void leaking_service(Duration again_after) {
    leak_ = &start_leak();
    for (Duration t = 100ms; t < 30min; t += 100ms) {
      machine.after(t, [this, again_after] {
        if (!leak_->alive && machine.now() - leak_->ended >= again_after) leak_ = &start_leak();
      });
    }
  }

 private:
  FakeProcess& start_leak() {
    return machine.spawn("leak", 100 * kMiB).grows(500 * kMiB).in_cgroup("/system.slice/leak.service");
  }
  FakeProcess* leak_ = nullptr;
};

TEST_F(Aftermath, OfAKillThatSomebodyElseMadeNeedless) {
  FakeProcess& passer_by = machine.spawn("passer-by", 2 * kGiB);
  fill_up_to(kLow).exits_after_sigterm(3s);
  ASSERT_TRUE(run_until(Event::victim_terminated));
  machine.end(passer_by);
  run_for(10s);
  EXPECT_TRUE(machine.first(Event::victim_gone).incident.attempt.was_needless());
  EXPECT_EQ(forestall().engine().needless(), 1U);
}

TEST_F(Aftermath, OfAKillThatWasNeededIsTheVictimsOwnMemory) {
  machine.spawn("passer-by", 2 * kGiB);
  FakeProcess& hog = fill_up_to(kLow).exits_after_sigterm(3s);
  ASSERT_TRUE(run_until(Event::victim_terminated));
  hog.give(hog.size() - 100 * kMiB);  // first its memory, then itself
  run_for(10s);
  const Attempt& attempt = machine.first(Event::victim_gone).incident.attempt;
  EXPECT_TRUE(attempt.held_at_relief);
  EXPECT_FALSE(attempt.was_needless());
  EXPECT_EQ(forestall().engine().needless(), 0U);
}

TEST_F(Aftermath, OfReliefThatDidNotLastIsThatItWasNeeded) {
  FakeProcess& passer_by = machine.spawn("passer-by", 2 * kGiB);
  fill_up_to(kLow).exits_after_sigterm(4s);
  ASSERT_TRUE(run_until(Event::victim_terminated));
  machine.end(passer_by);
  machine.after(1s, [&] { machine.spawn("newcomer", 2 * kGiB); });
  run_for(10s);
  EXPECT_FALSE(machine.first(Event::victim_gone).incident.attempt.was_needless());
}

TEST_F(Aftermath, OfAServiceThatComesBackEachTimeIsToldOnce) {
  machine.spawn("database", 3 * kGiB).in_cgroup("/system.slice/database.service");
  leaking_service(2s);
  run_for(5min);
  EXPECT_THAT(machine.killed(), Each("leak"));
  EXPECT_GE(machine.killed().size(), 3U);
  ASSERT_EQ(machine.count(Event::restart_loop), 1U);
  const Restart& restart = machine.first(Event::restart_loop).incident.restart;
  EXPECT_EQ(restart.unit.view(), "leak.service");
  EXPECT_EQ(restart.times, 2U);
}

TEST_F(Aftermath, OfAServiceThatComesBackLateIsNotALoop) {
  leaking_service(90s);
  run_for(10min);
  EXPECT_GE(machine.killed().size(), 3U);
  EXPECT_EQ(machine.count(Event::restart_loop), 0U);
}

TEST_F(Aftermath, OfAnOffenderIsThatItGoesBeforeItsLike) {
  config.score.growth = Share{};
  machine.spawn("twin", 1000 * kMiB).in_cgroup("/system.slice/twin.service");
  FakeProcess& first = fill_up_to(kLow, "leak").in_cgroup("/system.slice/leak.service");
  ASSERT_TRUE(run_until(Event::recovered));
  ASSERT_FALSE(first.alive);
  machine.spawn("leak", 950 * kMiB).in_cgroup("/system.slice/leak.service");
  machine.fill_tmpfs(machine.available() - machine.sample().memory.anon_pages * 75 / 1000);
  ASSERT_TRUE(run_until(Event::victim_gone));
  run_for(1s);
  EXPECT_THAT(machine.killed(), ElementsAre("leak", "leak"));
}

TEST_F(Aftermath, OfMemoryThatStaysIsThatTheNextOfItsKindGoesAfterASmallerOne) {
  config.score.growth = Share{};
  machine.spawn("sharer", 1100 * kMiB).in_cgroup("/system.slice/sharer.service");
  machine.spawn("other", 1000 * kMiB).in_cgroup("/system.slice/other.service");
  fill_up_to(kLow, "sharer").in_cgroup("/system.slice/sharer.service").memory_stays();
  ASSERT_TRUE(run_until(Event::recovered));
  EXPECT_THAT(machine.killed(), ElementsAre("sharer", "other"));
}

}  // namespace
}  // namespace forestall::testing
