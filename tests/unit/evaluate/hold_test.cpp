// SPDX-License-Identifier: MIT
// `for`: how long the conditions of a rule must hold.
#include <gtest/gtest.h>

#include "unit/evaluate/story.h"

namespace forestall {
namespace {

using testing::at;
using testing::kPlenty;
using testing::kShort;
using testing::low_memory;
using testing::milliseconds;
using testing::sample_at;
using testing::seconds;
using testing::Story;

Rule for_a_second(Action action = Action::terminate) {
  Rule rule = low_memory(action);
  rule.hold = seconds(1);
  return rule;
}

TEST(Hold, ARuleWithoutItFiresAtOnce) {
  Story story({low_memory()});
  EXPECT_EQ(story.phase(sample_at({}, kShort)), Phase::firing);
  EXPECT_EQ(story.verdict().action, Action::terminate);
}

TEST(Hold, FiresExactlyWhenTheTimeIsOver) {
  Story story({for_a_second()});
  EXPECT_EQ(story.phase(sample_at({}, kShort)), Phase::pending);
  EXPECT_EQ(story.verdict().action, Action::none);
  EXPECT_EQ(story.phase(sample_at(seconds(1) - Duration(1), kShort)), Phase::pending);
  EXPECT_EQ(story.phase(sample_at(seconds(1), kShort)), Phase::firing);
  EXPECT_EQ(story.verdict().action, Action::terminate);
  EXPECT_EQ(story.verdict().rules[0].since, at({}));
}

TEST(Hold, IsCountedFromTheFirstLookThatSawTheConditionsHold) {
  Story story({for_a_second()});
  story.judge(sample_at({}, kPlenty));
  story.judge(sample_at(milliseconds(700), kShort));
  EXPECT_EQ(story.phase(sample_at(milliseconds(1699), kShort)), Phase::pending);
  EXPECT_EQ(story.phase(sample_at(milliseconds(1700), kShort)), Phase::firing);
}

TEST(Hold, BeginsAnewAfterOneLookThatDidNotSeeThem) {
  Story story({for_a_second()});
  story.judge(sample_at({}, kShort));
  story.judge(sample_at(milliseconds(900), kPlenty));
  story.judge(sample_at(milliseconds(950), kShort));
  EXPECT_EQ(story.phase(sample_at(milliseconds(1949), kShort)), Phase::pending);
  EXPECT_EQ(story.phase(sample_at(milliseconds(1950), kShort)), Phase::firing);
}

TEST(Hold, AsksForALookWhenItIsOver) {
  Story story({for_a_second()});
  EXPECT_EQ(story.judge(sample_at({}, kShort)).next_look, seconds(1));
  EXPECT_EQ(story.judge(sample_at(milliseconds(300), kShort)).next_look, milliseconds(700));
}

TEST(Hold, BeginsAnewAfterASuspend) {
  Story story({for_a_second()});
  Sample s = sample_at({}, kShort);
  s.suspended = std::chrono::hours(3);
  story.judge(s);
  s.time += milliseconds(900);
  s.suspended += seconds(60);
  EXPECT_EQ(story.phase(s), Phase::pending);
  s.time += milliseconds(999);
  EXPECT_EQ(story.phase(s), Phase::pending);
  s.time += milliseconds(1);
  EXPECT_EQ(story.phase(s), Phase::firing);
}

TEST(Hold, BeginsAnewAfterSomethingWasDone) {
  Story story({for_a_second()});
  story.judge(sample_at({}, kShort));
  story.forget_past();
  EXPECT_EQ(story.phase(sample_at(seconds(1), kShort)), Phase::pending);
  EXPECT_EQ(story.phase(sample_at(seconds(2), kShort)), Phase::firing);
}

TEST(Hold, NoTimePassesWhereASampleIsNotNewer) {
  Story story({for_a_second()});
  story.judge(sample_at(seconds(5), kShort));
  EXPECT_EQ(story.phase(sample_at(seconds(5), kShort)), Phase::pending);
  EXPECT_EQ(story.phase(sample_at(seconds(1), kShort)), Phase::pending);
  EXPECT_EQ(story.verdict().time, at(seconds(5)));
  EXPECT_EQ(story.phase(sample_at(seconds(6), kShort)), Phase::firing);
}

TEST(Hold, TheRulesDoNotShareTheirTimes) {
  Rule longer = for_a_second(Action::kill);
  longer.hold = seconds(3);
  Story story({for_a_second(), longer});
  story.judge(sample_at({}, kShort));
  EXPECT_EQ(story.judge(sample_at(seconds(1), kShort)).action, Action::terminate);
  EXPECT_EQ(story.verdict().rules[1].phase, Phase::pending);
  EXPECT_EQ(story.judge(sample_at(seconds(3), kShort)).action, Action::kill);
  EXPECT_EQ(story.verdict().rule, 1U);
}

}  // namespace
}  // namespace forestall
