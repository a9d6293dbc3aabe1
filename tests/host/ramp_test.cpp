// SPDX-License-Identifier: MIT
// How late is SIGTERM when memory falls fast? A pretended machine of 24 GiB without swap, the built-in rules untouched,
// black box: all that is measured is the memory that was pretended and the moment the victim got its signal.
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <iostream>
#include <optional>

#include "host/falling_memory_linux.h"
#include "host/host_test.h"
#include "support/clock_linux.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;

constexpr Bytes kTotal = 24 * kGiB;
constexpr Bytes kCalm = 3 * kTotal / 10;         ///< what is available before the fall, at the most
constexpr Bytes kTerminateLimit = 3 * kGiB / 2;  ///< min(10%, 1.5GiB) of config/forestall.toml
constexpr Bytes kKillLimit = 600 * kMiB;         ///< min(4%, 600MiB), likewise
constexpr Duration kLongestFall = 1s;            ///< to the limit; a slow fall begins nearer to it
constexpr Duration kLongestGap = 10ms;           ///< between two writes: beyond it nothing fell, it jumped
constexpr std::array<Bytes, 4> kRates = {100 * kMiB, 1000 * kMiB, 6000 * kMiB, 12000 * kMiB};
/// Where between two looks of the daemon the fall begins, so that no run is lucky by its phase.
constexpr std::array<int, 5> kPhasesInPercent = {0, 23, 47, 71, 93};

struct Fall {
  bool disturbed = false;         ///< the test itself was held up: the fall was not the one that was meant
  std::optional<Duration> delay;  ///< from the first write below the limit to SIGTERM; none: SIGTERM never came
  Bytes overshoot = 0;            ///< how far below the limit memory was then
  Bytes available = 0;            ///< what was left then
  int killed_by = 0;

  [[nodiscard]] bool in_time() const { return delay && available >= kKillLimit; }
};

/// The test's own writes must keep their rhythm on a busy machine. Its children do not inherit it. Not permitted is
/// no harm: a run that is held up is noticed.
class Undisturbed {
 public:
  Undisturbed() { set(SCHED_FIFO | SCHED_RESET_ON_FORK, 1); }
  Undisturbed(const Undisturbed&) = delete;
  Undisturbed& operator=(const Undisturbed&) = delete;
  ~Undisturbed() { set(SCHED_OTHER, 0); }

 private:
  static void set(int policy, int priority) {
    const sched_param parameter{priority};
    sched_setscheduler(0, policy, &parameter);
  }
};

Bytes start_of(Bytes rate) {
  const auto fallen = static_cast<Bytes>(static_cast<double>(rate) * seconds(kLongestFall));
  return std::min(kCalm, kTerminateLimit + fallen);
}

template <typename T>
T median(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

class Ramp : public HostTest {
 protected:
  Fall let_fall(Bytes rate, int phase_in_percent) {
    FallingMemory memory(kTotal, start_of(rate));
    Hog victim("victim", {"steady", "--limit", "160"});
    Hog smaller("smaller", {"steady", "--limit", "80"});
    EXPECT_TRUE(wait_for(kLater, [&] { return victim.held() == 160 * kMiB && smaller.held() == 80 * kMiB; }));
    start_daemon("");
    if (HasFatalFailure()) return {};
    const Duration between_looks = wait_for_calm(memory);
    memory.begin_to_fall(rate, memory.reads().back() + between_looks * phase_in_percent / 100);
    fall_until_asked(memory, victim);
    memory.set(kCalm);
    EXPECT_TRUE(wait_for(kSoon, [&] { return victim.ended(); })) << "the victim lives";
    EXPECT_TRUE(wait_for(kSoon, [&] { return event_about("victim_gone", victim).has("EVENT"); }));
    stop_daemon();
    EXPECT_FALSE(smaller.was_asked_to_end() || smaller.ended());
    return measure(memory, victim);
  }

 private:
  /// Waits until the daemon looks at a steady rhythm; the time between two looks.
  Duration wait_for_calm(FallingMemory& memory) {
    const std::size_t before = memory.reads().size();
    const bool calm = wait_for(kLater, [&] {
      const auto& reads = memory.reads();
      if (reads.size() < before + 3) return false;
      const Duration last = reads.back() - reads[reads.size() - 2];
      const Duration last_but_one = reads[reads.size() - 2] - reads[reads.size() - 3];
      return last > 20ms && std::max(last, last_but_one) < 3 * std::min(last, last_but_one) / 2;
    });
    EXPECT_TRUE(calm) << "the daemon does not come to rest";
    const auto& reads = memory.reads();
    return calm ? reads.back() - reads[reads.size() - 2] : Duration(0);
  }

  void fall_until_asked(FallingMemory& memory, Hog& victim) {
    const Undisturbed rhythm;
    while (!victim.was_asked_to_end() && !victim.ended() && memory.go_on() > 0) look();
  }

  static Fall measure(const FallingMemory& memory, const Hog& victim) {
    Fall run;
    run.killed_by = victim.child().killed_by();
    std::optional<Instant> crossed;
    Instant last = memory.fall_began();
    for (const auto& [at, available] : memory.written()) {
      if (at < memory.fall_began()) continue;
      if (victim.was_asked_to_end() && at > victim.term_at()) break;
      if (available < kTerminateLimit && !crossed) crossed = at;
      run.disturbed = run.disturbed || at - last > kLongestGap;
      run.available = available;
      last = at;
    }
    run.overshoot = kTerminateLimit - std::min(kTerminateLimit, run.available);
    if (crossed && victim.was_asked_to_end()) run.delay = victim.term_at() - *crossed;
    return run;
  }
};

constexpr const char* kHead =
    "fall       | in time | delay, ms            | overshoot, MiB  | to the kill | disturbed and\n"
    "MiB/s      |         |    min    med    max |   median    max | limit, MiB  | repeated\n"
    "-----------+---------+----------------------+-----------------+-------------+--------------\n";

std::string row(Bytes rate, const std::vector<Fall>& runs, int disturbed) {
  std::vector<double> delays;
  std::vector<Bytes> overshoots;
  for (const Fall& run : runs) {
    if (run.delay) delays.push_back(milliseconds(*run.delay));
    overshoots.push_back(run.overshoot);
  }
  if (delays.empty()) delays.push_back(std::nan(""));
  const auto [least, most] = std::minmax_element(delays.begin(), delays.end());
  return fmt::format(
      "{:>10} | {:>2} of {:>2}| {:>6.1f} {:>6.1f} {:>6.1f} | {:>8} {:>6} | {:>11} | {:>9}\n", rate / kMiB,
      std::count_if(runs.begin(), runs.end(), [](const Fall& run) { return run.in_time(); }), runs.size(), *least,
      median(delays), *most, median(overshoots) / kMiB, *std::max_element(overshoots.begin(), overshoots.end()) / kMiB,
      (kTerminateLimit - kKillLimit) / kMiB, disturbed);
}

void expect_in_time(const Fall& run) {
  EXPECT_FALSE(run.disturbed) << "this machine is too busy to keep a fall steady";
  EXPECT_TRUE(run.delay) << "no SIGTERM";
  EXPECT_GT(run.delay.value_or(1ns), 0ns) << "SIGTERM before the limit was crossed";
  EXPECT_GE(run.available, kKillLimit) << "SIGTERM after the kill limit was crossed";
  EXPECT_EQ(run.killed_by, SIGTERM);
}

TEST_F(Ramp, SigtermComesBeforeTheKillLimitIsCrossedAtEveryRate) {
  constexpr int most_disturbed = 5;
  std::string table = kHead;
  for (const Bytes rate : kRates) {
    std::vector<Fall> runs;
    int disturbed = 0;
    while (runs.size() < kPhasesInPercent.size() && !HasFatalFailure()) {
      const Fall run = let_fall(rate, kPhasesInPercent[runs.size()]);
      if (run.disturbed && ++disturbed <= most_disturbed) continue;
      runs.push_back(run);
      SCOPED_TRACE(fmt::format("{} MiB/s, run {}", rate / kMiB, runs.size()));
      expect_in_time(run);
    }
    table += row(rate, runs, disturbed);
    if (HasFailure()) break;
  }
  std::cout << table;
}

}  // namespace
}  // namespace forestall::testing
