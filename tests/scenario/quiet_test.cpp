// SPDX-License-Identifier: MIT
// The other half of the bargain: where there is no trouble, nothing happens, and nobody notices that somebody watches.
#include <numeric>

#include "scenario/scenario.h"

namespace forestall::testing {
namespace {

/// An hour of work: services, and jobs that come, take what they need, and go.
void an_hour_of_work(FakeMachine& machine, Bytes job) {
  machine.spawn("database", 8 * job);
  machine.spawn("browser", 3 * job).grows(job / 600, 0s, 4 * job);
  machine.background_stall(Share::percent(15), Share::percent(5)).background_refaults(50 * kMiB);
  for (int i = 0; i < 360; ++i) {
    machine.after(i * 10s,
                  [&machine, job, i] { machine.spawn("compiler", 0).grows(job, 0s, job).ends_after(5s + i % 7 * 1s); });
  }
}

Duration sum(const std::vector<Duration>& waits) { return std::accumulate(waits.begin(), waits.end(), Duration(0)); }

class Quiet : public Scenario {
 protected:
  Quiet() : Scenario(24 * kGiB) {}
};

TEST_F(Quiet, HourOfABusyDesktopHasNotOneEventAndFewLooks) {
  an_hour_of_work(machine, 600 * kMiB);
  run_for(1h);
  EXPECT_THAT(machine.events(), IsEmpty());
  EXPECT_THAT(machine.sent(), IsEmpty());
  EXPECT_THAT(machine.killed(), IsEmpty());
  // At 16 GiB/s, the fastest that memory is assumed to fill, the limit of "stall" is half a second away.
  const auto& waits = forestall().waits();
  EXPECT_GE(sum(waits) / static_cast<Duration::rep>(waits.size()), 500ms);
  EXPECT_LE(machine.lessons(), 2 * waits.size());
}

/// A second and a third are what the fastest program needs to the limit of low-memory.
TEST_F(Quiet, HourOfAnIdleMachineHasFewerLooksThanSeconds) {
  run_for(1h);
  EXPECT_THAT(machine.events(), IsEmpty());
  EXPECT_LE(forestall().waits().size(), 2700U);
}

/// What many people have: half of it in use, and the rest within what a fast hog fills in a quarter of a second.
class QuietLaptop : public Scenario {
 protected:
  void an_hour() {
    machine.spawn("browser", 4 * kGiB);
    run_for(1h);
    EXPECT_THAT(machine.events(), IsEmpty());
    EXPECT_LE(machine.lessons(), 121U);
  }
};

TEST_F(QuietLaptop, IsLookedAtOnceASecond) {
  machine.add_swap(8 * kGiB);
  an_hour();
  EXPECT_LE(forestall().waits().size(), 3700U);
}

/// The limit of low-memory may be passed soon, so memory is looked at more often. But not all the processes each time.
TEST_F(QuietLaptop, HasItsProcessesLookedAtSeldomWithoutSwapToo) { an_hour(); }

TEST_F(QuietLaptop, HasItsProcessesLookedAtOnceASecondWhenALimitIsNear) {
  machine.spawn("browser", machine.available() - 1600 * kMiB);
  run_for(1min);
  EXPECT_THAT(machine.events(), IsEmpty());
  EXPECT_GE(machine.lessons(), 55U);
  EXPECT_LE(machine.lessons(), 61U);
}

class QuietServer : public Scenario {
 protected:
  QuietServer() : Scenario(256 * kGiB) {}
};

TEST_F(QuietServer, SleepsItsIdleIntervalMostOfTheTime) {
  an_hour_of_work(machine, 2 * kGiB);
  run_for(1h);
  EXPECT_THAT(machine.events(), IsEmpty());
  EXPECT_THAT(machine.sent(), IsEmpty());
  const auto& waits = forestall().waits();
  const auto idle = std::ranges::count(waits, config.poll.idle_interval);
  EXPECT_GE(static_cast<double>(idle), 0.9 * static_cast<double>(waits.size()));
  EXPECT_LE(machine.searches(), 0U);
  EXPECT_LE(machine.lessons(), 121U) << "profiles are learnt every 30 s";
  EXPECT_GE(machine.lessons(), 90U) << "for memory comes and goes";
}

TEST_F(QuietServer, SeldomLooksAtProcessesThatTakeNothing) {
  machine.spawn("database", 16 * kGiB);
  for (int i = 0; i < 360; ++i) {
    machine.after(i * 10s, [this] { machine.spawn("check", 20 * kMiB).ends_after(2s); });
  }
  run_for(1h);
  EXPECT_LE(machine.lessons(), 13U) << "one in five minutes";
  EXPECT_GE(machine.lessons(), 12U) << "somebody small may be somebody to protect";
}

}  // namespace
}  // namespace forestall::testing
