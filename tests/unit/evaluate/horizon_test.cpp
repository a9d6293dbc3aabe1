// SPDX-License-Identifier: MIT
#include "evaluate/horizon.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/evaluate/story.h"

namespace forestall {
namespace {

using testing::at;
using testing::kShort;
using testing::low_memory;
using testing::milliseconds;
using testing::sample_at;
using testing::seconds;
using testing::Story;

constexpr Duration kArmed = milliseconds(50);
constexpr Duration kIdle = seconds(5);

Duration at_rate(Bytes distance, Bytes per_second) {
  return std::chrono::duration_cast<Duration>(
      std::chrono::duration<double>(static_cast<double>(distance) / static_cast<double>(per_second)));
}

TEST(Horizon, IsTheTimeThatTheFastestHogNeeds) {
  EXPECT_EQ(Story({low_memory()}).judge(sample_at({}, 9 * kGiB)).next_look, at_rate(8 * kGiB, kFastestFill));
}

TEST(Horizon, IsZeroWhileARuleFires) {
  EXPECT_EQ(Story({low_memory()}).judge(sample_at({}, kShort)).next_look, Duration(0));
}

TEST(Horizon, TheSlowestConditionOfARuleCounts) {
  Rule rule = low_memory();
  rule.swap_free_below = Size::of(kGiB);
  Sample s = sample_at({}, kShort);
  s.memory.swap_total = s.memory.swap_free = 9 * kGiB;
  EXPECT_EQ(Story({rule}).judge(s).next_look, at_rate(8 * kGiB, kFastestSwap));
}

TEST(Horizon, TheSoonestRuleCounts) {
  Rule sooner = low_memory();
  sooner.mem_available_below = Size::of(4 * kGiB);
  EXPECT_EQ(Story({low_memory(), sooner}).judge(sample_at({}, 5 * kGiB)).next_look, at_rate(kGiB, kFastestFill));
}

TEST(Horizon, ARuleThatCannotHoldIsNotWaitedFor) {
  Rule rule;
  rule.psi_full_above = Share::percent(10);
  Sample s = sample_at({});
  s.psi.reset();
  EXPECT_EQ(Story({rule}).judge(s).next_look, Duration::max());
}

TEST(Horizon, AStallCannotHoldBeforeItHasLasted) {
  Rule rule;
  rule.psi_full_above = Share::percent(20);  // 400 ms of 2 s
  Story story({rule});
  EXPECT_EQ(story.judge(sample_at({})).next_look, milliseconds(400));
  Sample s = sample_at(milliseconds(100));
  s.psi->full = milliseconds(100);
  EXPECT_EQ(story.judge(s).next_look, milliseconds(300));
}

/// The built-in cache-thrash, on an ordinary laptop.
Rule thrash() {
  Rule rule;
  rule.mem_available_below = Size::of(kGiB);
  rule.psi_full_above = Share::percent(8);  // 80 ms of 1 s
  rule.psi_window = seconds(1);
  rule.refaults_above = Share::percent(15);
  return rule;
}

TEST(Horizon, AStallIsLookedForOnceInItsWindowWhileThereIsMemory) {
  EXPECT_EQ(Story({thrash()}).judge(sample_at({}, 2 * kGiB)).next_look, seconds(1));
  EXPECT_EQ(Story({thrash()}).judge(sample_at({}, 33 * kGiB)).next_look, seconds(2)) << "so long it takes to fill";
}

TEST(Horizon, AnyCountOverAWindowIsLookedForEveryTwoSecondsAtLeast) {
  for (const auto count : {&Rule::psi_some_above, &Rule::psi_full_above, &Rule::refaults_above}) {
    Rule rule;
    rule.mem_available_below = Size::of(kGiB);
    rule.*count = Share::percent(1);
    rule.psi_window = milliseconds(700);
    EXPECT_EQ(Story({rule}).judge(sample_at({}, 2 * kGiB)).next_look, milliseconds(700));
    rule.psi_window = seconds(10);
    EXPECT_EQ(Story({rule}).judge(sample_at({}, 2 * kGiB)).next_look, seconds(2));
  }
}

TEST(Horizon, AStallIsLookedForAsSoonAsItMayMatterWhereMemoryIsShort) {
  EXPECT_EQ(Story({thrash()}).judge(sample_at({}, kShort)).next_look, milliseconds(80));
  Rule whatever_there_is = thrash();
  whatever_there_is.mem_available_below.reset();
  EXPECT_EQ(Story({whatever_there_is}).judge(sample_at({}, 2 * kGiB)).next_look, milliseconds(80));
}

TEST(Crossing, OfARuleAboutAStallIsForetoldWithinItsWindow) {
  Story story({thrash()});
  story.judge(sample_at({}, 2 * kGiB + kGiB / 2));
  const Verdict& v = story.judge(sample_at(seconds(1), kGiB + kGiB / 2));
  ASSERT_TRUE(v.crossing);
  EXPECT_EQ(*v.crossing, milliseconds(500)) << "long before the window is over";
}

TEST(Horizon, ConditionsThatOneBurstCanFulfilAreAlwaysClose) {
  Rule refaults;
  refaults.refaults_above = Share::percent(100);
  EXPECT_EQ(Story({refaults}).judge(sample_at({})).next_look, Duration(0));
  Rule commit;
  commit.commit_free_below = Size::of(kGiB);
  Sample s = sample_at({});
  s.strict_commit = true;
  s.memory.commit_limit = 100 * kGiB;
  EXPECT_EQ(Story({commit}).judge(s).next_look, Duration(0));
}

TEST(Horizon, AFallFasterThanTheFastestIsBelieved) {
  Story story({low_memory()});
  story.judge(sample_at({}, 10 * kGiB));
  EXPECT_EQ(story.judge(sample_at(milliseconds(100), 6 * kGiB)).next_look, at_rate(5 * kGiB, 40 * kGiB));
}

TEST(Crossing, IsForetoldOnlyWhileMemoryFalls) {
  Story story({low_memory()});
  EXPECT_FALSE(story.judge(sample_at({}, 4 * kGiB)).crossing);
  EXPECT_EQ(story.judge(sample_at(seconds(1), 3 * kGiB)).crossing, seconds(2));
  EXPECT_FALSE(story.judge(sample_at(seconds(2), 3 * kGiB)).crossing);
  EXPECT_FALSE(story.judge(sample_at(seconds(3), 4 * kGiB)).crossing);
}

TEST(Crossing, IsOverOnceTheLimitIsPassed) {
  Story story({low_memory()});
  story.judge(sample_at({}, 4 * kGiB));
  EXPECT_FALSE(story.judge(sample_at(seconds(1), kShort)).crossing);
}

TEST(Crossing, IsNotForetoldWhereAnotherConditionCannotHoldByThen) {
  Rule rule = low_memory();
  rule.swap_free_below = Size::of(kGiB);
  Story story({rule});
  Sample s = sample_at({}, 4 * kGiB);
  s.memory.swap_total = s.memory.swap_free = 9 * kGiB;  // 2 s at the least
  story.judge(s);
  s.time += seconds(1);
  s.memory.mem_available = 2 * kGiB;  // the limit in 0.5 s
  EXPECT_FALSE(story.judge(s).crossing);
}

/// When the rule is first seen to fire, if the daemon keeps to the bounds: a machine that is calm with `plenty`
/// available, and from `start` on loses `speed` per second.
Instant seen_at(Bytes plenty, Duration start, Bytes speed) {
  Story story({low_memory()});
  for (Duration now{0};;) {
    const double seconds_of_fall = std::chrono::duration<double>(std::max(now - start, Duration(0))).count();
    const auto eaten = static_cast<Bytes>(seconds_of_fall * static_cast<double>(speed));
    const Verdict& v = story.judge(sample_at(now, plenty - std::min(plenty, eaten)));
    if (v.action != Action::none) return v.time;
    now += std::clamp(v.next_look, kArmed, kIdle);
  }
}

TEST(Horizon, NoHogIsSeenLaterThanOneArmedIntervalAfterTheLimit) {
  for (const Bytes speed : {100 * kMiB, kGiB, 6 * kGiB, 12 * kGiB}) {
    for (Bytes plenty = kGiB + kMiB; plenty < 90 * kGiB; plenty += plenty / 7) {
      for (Duration start{0}; start <= seconds(6); start += milliseconds(333) + Duration(1)) {
        const Instant crossed = at(start + at_rate(plenty - kGiB, speed));
        const Instant seen = seen_at(plenty, start, speed);
        ASSERT_LE(seen - crossed, kArmed) << plenty / kMiB << " MiB, at " << speed / kMiB << " MiB/s";
        ASSERT_GE(seen - crossed, -milliseconds(1));
      }
    }
  }
}

TEST(Horizon, ACalmMachineIsLookedAtSeldom) {
  // 10 GiB above the limit: the fastest hog needs more than half a second.
  EXPECT_GT(Story({low_memory()}).judge(sample_at({}, 11 * kGiB)).next_look, milliseconds(600));
}

}  // namespace
}  // namespace forestall
