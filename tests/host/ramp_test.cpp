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
constexpr Bytes kCalm = 3 * kTotal / 10;
constexpr Bytes kTerminateLimit = 3 * kGiB / 2;  ///< min(10%, 1.5GiB) of config/forestall.toml
constexpr Bytes kKillLimit = 600 * kMiB;         ///< min(4%, 600MiB), likewise
constexpr Duration kLongestGap = 10ms;           ///< between two writes: beyond it nothing fell, it jumped

struct Slope {
  Bytes rate;  ///< per second
  Bytes from;  ///< what is available before
};
/// A slow fall begins where it takes 0.7 s to the limit. The last one comes out of the blue, where the daemon has
/// long been looking at its armed interval and nothing has foretold the fall.
constexpr std::array<Slope, 5> kSlopes = {{{100 * kMiB, kTerminateLimit + 70 * kMiB},
                                           {1000 * kMiB, kTerminateLimit + 700 * kMiB},
                                           {6000 * kMiB, kCalm},
                                           {12000 * kMiB, kCalm},
                                           {12000 * kMiB, kTerminateLimit + 10 * kMiB}}};
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

template <typename T>
T median(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

class Ramp : public HostTest {
 protected:
  Fall let_fall(const Slope& slope, int phase_in_percent) {
    FallingMemory memory(kTotal, slope.from);
    Hog victim("victim", {"steady", "--limit", "120"});
    EXPECT_TRUE(wait_for(kLater, [&] { return victim.held() == 120 * kMiB; }));
    start_daemon("");
    if (HasFatalFailure()) return {};
    const Duration between_looks = wait_for_calm(memory);
    memory.begin_to_fall(slope.rate, memory.reads().back() + between_looks * phase_in_percent / 100);
    fall_until_asked(memory, victim);
    const std::vector<FallingMemory::Written> fall = memory.written();
    memory.set(kCalm);
    EXPECT_TRUE(wait_for(kSoon, [&] { return victim.ended(); })) << "the victim lives";
    EXPECT_TRUE(wait_for(kSoon, [&] { return event_about("victim_gone", victim).has("EVENT"); }));
    stop_daemon();
    return measure(fall, memory.fall_began(), victim);
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

  static Fall measure(const std::vector<FallingMemory::Written>& written, Instant begin, const Hog& victim) {
    Fall run;
    run.killed_by = victim.child().killed_by();
    std::optional<Instant> crossed;
    Instant last = begin;
    for (const auto& [at, available] : written) {
      if (at < begin) continue;
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
    "fall,  | from,   | SIGTERM | delay, ms            | overshoot, MiB | room to the | disturbed,\n"
    "MiB/s  | MiB     | in time |    min    med    max |    med     max | kill limit  | repeated\n"
    "-------+---------+---------+----------------------+----------------+-------------+-----------\n";

std::string row(const Slope& slope, const std::vector<Fall>& runs, int disturbed) {
  std::vector<double> delays;
  std::vector<Bytes> overshoots;
  for (const Fall& run : runs) {
    if (run.delay) delays.push_back(milliseconds(*run.delay));
    overshoots.push_back(run.overshoot);
  }
  if (delays.empty()) delays.push_back(std::nan(""));
  const auto [least, most] = std::minmax_element(delays.begin(), delays.end());
  return fmt::format(
      "{:>6} | {:>7} | {:>2} of {:>2}| {:>6.1f} {:>6.1f} {:>6.1f} | {:>6} {:>7} | {:>11} | {:>9}\n", slope.rate / kMiB,
      slope.from / kMiB, std::count_if(runs.begin(), runs.end(), [](const Fall& run) { return run.in_time(); }),
      runs.size(), *least, median(delays), *most, median(overshoots) / kMiB,
      *std::max_element(overshoots.begin(), overshoots.end()) / kMiB, (kTerminateLimit - kKillLimit) / kMiB, disturbed);
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
  Hog& smaller = steady("smaller", 80 * kMiB);
  for (const Slope& slope : kSlopes) {
    std::vector<Fall> runs;
    int disturbed = 0;
    while (runs.size() < kPhasesInPercent.size()) {
      SCOPED_TRACE(fmt::format("{} MiB/s from {} MiB, run {}", slope.rate / kMiB, slope.from / kMiB, runs.size() + 1));
      const Fall run = let_fall(slope, kPhasesInPercent[runs.size()]);
      if (HasFatalFailure()) return;
      if (run.disturbed && ++disturbed <= most_disturbed) continue;
      runs.push_back(run);
      expect_in_time(run);
    }
    table += row(slope, runs, disturbed);
    if (HasFailure()) break;
  }
  EXPECT_TRUE(lives(smaller));
  EXPECT_FALSE(smaller.was_asked_to_end());
  std::cout << table;
}

}  // namespace
}  // namespace forestall::testing
