// SPDX-License-Identifier: MIT
#include "daemon/loop_linux.h"

#include <gtest/gtest.h>

#include <csignal>

#include "base/clock_linux.h"

namespace forestall {
namespace {

using namespace std::chrono_literals;

Duration cpu_time() { return clock_now(CLOCK_THREAD_CPUTIME_ID); }

/// What the loop takes of a processor, in percent, where each look takes `work` and wants the next one at once.
double share_taken_by(Duration work, int looks) {
  const auto loop = Loop::create().value();
  const Instant begun = monotonic_now();
  const Duration used = cpu_time();
  const auto look = [&] {
    for (const Duration since = cpu_time(); cpu_time() - since < work;) continue;
    if (--looks == 0) std::raise(SIGTERM);
    return Duration{0};
  };
  EXPECT_TRUE(loop->run({look, [] {}}));
  return 100.0 * static_cast<double>((cpu_time() - used).count()) /
         static_cast<double>((monotonic_now() - begun).count());
}

TEST(Loop, LeavesHalfOfAProcessorToOthersHoweverLongALookTakes) {
  for (const Duration work : {Duration(1ms), Duration(20ms)}) {
    EXPECT_LT(share_taken_by(work, 25), 60) << work / 1ms << " ms";
  }
}

TEST(Loop, LooksAgainWhenItWasAskedTo) {
  const auto loop = Loop::create().value();
  const Instant begun = monotonic_now();
  int looks = 0;
  const auto look = [&] {
    if (++looks == 20) std::raise(SIGTERM);
    return Duration(5ms);
  };
  ASSERT_TRUE(loop->run({look, [] {}}));
  EXPECT_EQ(looks, 20);
  EXPECT_GE(monotonic_now() - begun, 19 * 5ms);
  EXPECT_LT(monotonic_now() - begun, 2s) << "work that took next to nothing is no reason to rest";
}

}  // namespace
}  // namespace forestall
