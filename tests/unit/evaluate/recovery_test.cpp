// SPDX-License-Identifier: MIT
// When trouble is over: a number that wavers about its limit is one episode.
#include <gtest/gtest.h>

#include "evaluate/conditions.h"
#include "unit/evaluate/story.h"

namespace forestall {
namespace {

using testing::kPlenty;
using testing::kShort;
using testing::low_memory;
using testing::milliseconds;
using testing::sample_at;
using testing::seconds;
using testing::Story;

constexpr Bytes kMark = kGiB + kGiB / 4;

TEST(Recovery, IsReachedAQuarterBeyondTheLimit) {
  Story story({low_memory()});
  EXPECT_EQ(story.phase(sample_at({}, kShort)), Phase::firing);
  EXPECT_EQ(story.phase(sample_at(seconds(1), kGiB)), Phase::recovering);
  EXPECT_EQ(story.verdict().action, Action::none);
  EXPECT_TRUE(story.verdict().episode);
  EXPECT_EQ(story.phase(sample_at(seconds(2), kMark - 1)), Phase::recovering);
  EXPECT_EQ(story.phase(sample_at(seconds(3), kMark)), Phase::calm);
  EXPECT_FALSE(story.verdict().episode);
}

TEST(Recovery, OnceReachedTheRoomBelowTheMarkIsCalmAgain) {
  Story story({low_memory()});
  story.judge(sample_at({}, kShort));
  story.judge(sample_at(seconds(1), kMark));
  EXPECT_EQ(story.phase(sample_at(seconds(2), kMark - 1)), Phase::calm);
}

TEST(Recovery, HoveringAboutTheLimitIsOneEpisode) {
  Story story({low_memory()});
  story.judge(sample_at({}, kShort));
  for (int i = 1; i < 100; ++i) {
    const Bytes available = i % 2 == 0 ? kGiB - kMiB : kGiB + kMiB;
    EXPECT_EQ(story.phase(sample_at(i * milliseconds(50), available)), i % 2 == 0 ? Phase::firing : Phase::recovering);
    EXPECT_TRUE(story.verdict().episode);
  }
}

TEST(Recovery, IsNoMatterForARuleThatNeverFired) {
  Rule rule = low_memory();
  rule.hold = seconds(1);
  Story story({rule});
  story.judge(sample_at({}, kShort));
  EXPECT_EQ(story.phase(sample_at(milliseconds(500), kGiB)), Phase::calm);
  EXPECT_FALSE(story.verdict().episode);
}

TEST(Recovery, OneConditionThatRecoveredIsEnough) {
  Rule rule = low_memory();
  rule.swap_free_below = Size::of(kGiB);
  Story story({rule});
  Sample s = sample_at({}, kShort);
  s.memory.swap_total = 8 * kGiB;
  EXPECT_EQ(story.phase(s), Phase::firing);
  s.time += seconds(1);
  s.memory.swap_free = kGiB;
  EXPECT_EQ(story.phase(s), Phase::recovering);
  s.time += seconds(1);
  s.memory.swap_free = kMark;
  EXPECT_EQ(story.phase(s), Phase::calm) << "memory is still short, but there is swap";
}

TEST(Recovery, SwitchingARuleOffEndsItsEpisode) {
  Rule rule = low_memory();
  Memory memory;
  Verdict verdict;
  evaluate(std::span(&rule, 1), memory, sample_at({}, kShort), verdict);
  EXPECT_TRUE(verdict.episode);
  rule.enabled = false;
  evaluate(std::span(&rule, 1), memory, sample_at(seconds(1), kShort), verdict);
  EXPECT_FALSE(verdict.episode);
  EXPECT_EQ(verdict.action, Action::none);
}

Reading reading(std::int64_t measured, std::int64_t limit) { return {true, true, false, measured, limit}; }

TEST(Recovery, IsNeverOutOfReachOfAWholeMachine) {
  // A limit of 90 %: a quarter more would be 112 %.
  Headroom h;
  h.user_total = 1000;
  EXPECT_FALSE(has_recovered(Condition::mem_available_below, reading(949, 900), h));
  EXPECT_TRUE(has_recovered(Condition::mem_available_below, reading(950, 900), h));
  EXPECT_FALSE(has_recovered(Condition::mem_available_below, reading(1000, 1200), h)) << "still below the limit";
}

TEST(Recovery, OfALimitTooLargeToBeReachedIsNeverReached) {
  Headroom h;
  h.user_total = 10 * kGiB;
  const auto available = static_cast<std::int64_t>(5 * kGiB);
  EXPECT_FALSE(has_recovered(Condition::mem_available_below, reading(available, INT64_MAX), h));
  EXPECT_FALSE(has_recovered(Condition::exhausted_within, reading(available, INT64_MAX), h));
}

TEST(Recovery, OfAShareIsAQuarterBelowItsLimit) {
  for (const Condition c : {Condition::psi_some_above, Condition::psi_full_above, Condition::refaults_above}) {
    EXPECT_FALSE(has_recovered(c, reading(151, 200), Headroom{})) << name_of(c);
    EXPECT_TRUE(has_recovered(c, reading(150, 200), Headroom{})) << name_of(c);
    EXPECT_TRUE(has_recovered(c, reading(0, 0), Headroom{})) << name_of(c);
  }
}

TEST(Recovery, OfTimeIsAQuarterBeyondItsLimit) {
  EXPECT_FALSE(has_recovered(Condition::exhausted_within, reading(1250, 1000), Headroom{}));
  EXPECT_TRUE(has_recovered(Condition::exhausted_within, reading(1251, 1000), Headroom{}));
  EXPECT_TRUE(has_recovered(Condition::exhausted_within, reading(INT64_MAX, 1000), Headroom{}));
}

TEST(Recovery, SwapThatIsNotThereDoesNotRecover) {
  EXPECT_FALSE(has_recovered(Condition::swap_free_below, reading(0, 0), Headroom{}));
}

TEST(Recovery, WhatCannotBeToldAnyMoreDoesNotKeepAnEpisodeOpen) {
  Rule rule = low_memory();
  rule.psi_full_above = Share::percent(10);
  Story story({rule});
  Sample s = sample_at({}, kShort);
  s.vmstat.reset();
  story.judge(s);
  s.time += seconds(2);
  s.psi->full = seconds(1);
  EXPECT_EQ(story.phase(s), Phase::firing);
  s.time += seconds(1);
  s.psi.reset();
  EXPECT_EQ(story.phase(s), Phase::calm);
}

TEST(Recovery, ForgettingThePastDoesNotEndAnEpisode) {
  Story story({low_memory()});
  story.judge(sample_at({}, kShort));
  story.forget_past();
  EXPECT_EQ(story.phase(sample_at(seconds(1), kGiB)), Phase::recovering);
  EXPECT_EQ(story.phase(sample_at(seconds(2), kPlenty)), Phase::calm);
}

}  // namespace
}  // namespace forestall
