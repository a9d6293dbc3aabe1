// SPDX-License-Identifier: MIT
// However fast memory fills, and whenever it begins between two looks: SIGTERM comes before the limit of the kill rule.
#include "scenario/scenario.h"

namespace forestall::testing {
namespace {

class FillRate : public ::testing::TestWithParam<Bytes> {
 protected:
  static constexpr Bytes kRam = 24 * kGiB;

  static Bytes kill_limit(const Sample& s) {
    return std::min(Share::percent(4) * (s.memory.mem_available + s.memory.anon_pages), 600 * kMiB);
  }

  /// A machine whose memory the hog fills from `phase` on; a slow hog begins near the limit, not to watch it for
  /// minutes.
  void begin(Duration phase) {
    const Bytes rate = GetParam() * kMiB;
    machine.spawn("steady", rate < 2 * kGiB ? machine.available() - 3 * kGiB : 1500 * kMiB).adj(-1000);
    hog = &machine.spawn("hog", 2 * kMiB).grows(rate, phase);
  }

  void run() {
    Driver driver(machine, config::builtin());
    while (hog->alive && machine.uptime() < 1min) driver.run_for(100ms);
    driver.run_for(3s);
  }

  FakeMachine machine{kRam};
  FakeProcess* hog = nullptr;
};

TEST_P(FillRate, IsMetWithSigtermInTime) {
  for (Duration phase = 0ms; phase <= 1000ms; phase += 7ms) {
    SCOPED_TRACE(phase / 1ms);
    machine = FakeMachine(kRam);
    machine.searching_takes(3ms);
    begin(phase);
    run();
    ASSERT_THAT(machine.killed(), ElementsAre("hog"));
    ASSERT_THAT(machine.signals_to(*hog), ElementsAre(Signal::term));
    const Sample& then = machine.first_signal_to(*hog).sample;
    ASSERT_GT(then.memory.mem_available, kill_limit(then));
    ASSERT_EQ(machine.sample().vmstat->oom_kill, 0U);
  }
}

TEST_P(FillRate, IsMetWithSigkillBeforeTheKernelKillsIfSigtermIsIgnored) {
  for (Duration phase = 0ms; phase <= 1000ms; phase += 7ms) {
    SCOPED_TRACE(phase / 1ms);
    machine = FakeMachine(kRam);
    begin(phase);
    hog->ignores_sigterm();
    run();
    ASSERT_THAT(machine.killed(), ElementsAre("hog"));
    ASSERT_EQ(machine.sample().vmstat->oom_kill, 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(MiBPerSecond, FillRate, ::testing::Values(100, 1000, 6000, 12000),
                         ::testing::PrintToStringParamName());

/// The same on a small machine, where 50 ms are a long time, and while a warning is already in force.
class SmallMachine : public ::testing::TestWithParam<Duration> {
 protected:
  SmallMachine() {
    Rule& warning = config.rules.emplace_back();
    warning.name = "warning";
    warning.action = Action::notify;
    warning.mem_available_below = Size::of(Share::percent(95));
  }

  void run(FakeMachine& machine) {
    Driver driver(machine, config);
    driver.run_for(GetParam() + 10s);
    ASSERT_EQ(machine.told().front().event, Event::pressure_warning);
  }

  Config config = config::builtin();
};

TEST_P(SmallMachine, IsWatchedAsCloselyWhileAWarningIsInForce) {
  FakeMachine machine(8 * kGiB);
  machine.spawn("steady", 500 * kMiB);
  const FakeProcess& hog = machine.spawn("hog", 2 * kMiB).grows(12000 * kMiB, GetParam());
  run(machine);
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
  EXPECT_THAT(machine.signals_to(hog), ElementsAre(Signal::term));
}

TEST_P(SmallMachine, IsWatchedAsCloselyWhileAVictimHasItsGrace) {
  FakeMachine machine(4 * kGiB);
  machine.spawn("steady", 500 * kMiB);
  machine.spawn("hog", 2 * kMiB).grows(12000 * kMiB, GetParam()).ignores_sigterm();
  run(machine);
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
  EXPECT_EQ(machine.sample().vmstat->oom_kill, 0U);
}

INSTANTIATE_TEST_SUITE_P(FromEachStart, SmallMachine,
                         ::testing::Values(1000ms, 1007ms, 1014ms, 1021ms, 1028ms, 1035ms, 1042ms, 1049ms));

}  // namespace
}  // namespace forestall::testing
