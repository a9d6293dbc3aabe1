// SPDX-License-Identifier: MIT
#include "evaluate/conditions.h"

#include <gtest/gtest.h>

#include "unit/evaluate/story.h"

namespace forestall {
namespace {

using testing::kShort;
using testing::low_memory;
using testing::milliseconds;
using testing::sample_at;
using testing::seconds;
using testing::Story;

Rule only(void (*give)(Rule&)) {
  Rule rule;
  rule.name = "test";
  give(rule);
  return rule;
}

Reading first_reading(const Rule& rule, const Sample& sample, Condition condition) {
  return Story({rule}).reading(sample, condition);
}

TEST(MemAvailableBelow, HoldsBelowTheLimitOnly) {
  const auto holds = [](Bytes available) {
    return first_reading(low_memory(), sample_at({}, available), Condition::mem_available_below).holds;
  };
  EXPECT_TRUE(holds(kGiB - 1));
  EXPECT_FALSE(holds(kGiB));
  EXPECT_FALSE(holds(kGiB + 1));
}

TEST(MemAvailableBelow, APercentageIsOneOfWhatProgramsCanHave) {
  const Rule rule = only([](Rule& r) { r.mem_available_below = Size::of(Share::percent(10)); });
  Sample s = sample_at({}, kGiB);
  s.memory.anon_pages = 8 * kGiB;
  s.memory.mem_total = 64 * kGiB;  // most of it in tmpfs
  const Reading r = first_reading(rule, s, Condition::mem_available_below);
  EXPECT_EQ(r.limit, static_cast<std::int64_t>(9 * kGiB / 10));
  EXPECT_EQ(r.measured, static_cast<std::int64_t>(kGiB));
  EXPECT_FALSE(r.holds);
}

TEST(Conditions, ThoseNotGivenAreNotMeasured) {
  Story story({low_memory()});
  story.judge(sample_at({}));
  for (const Condition c : kAllConditions) {
    EXPECT_EQ(story.verdict().rules[0].readings[index(c)].given, c == Condition::mem_available_below) << name_of(c);
  }
}

TEST(SwapFreeBelow, HoldsBelowTheLimitOnly) {
  const auto holds = [](Bytes swap_free) {
    const Rule rule = only([](Rule& r) { r.swap_free_below = Size::of(Share::percent(10)); });
    Sample s = sample_at({});
    s.memory.swap_total = 10 * kGiB;
    s.memory.swap_free = swap_free;
    return first_reading(rule, s, Condition::swap_free_below).holds;
  };
  EXPECT_TRUE(holds(kGiB - 1));
  EXPECT_FALSE(holds(kGiB));
}

TEST(SwapFreeBelow, HoldsWhereThereIsNoSwap) {
  for (const Size& limit : {Size::of(Share::percent(10)), Size::of(0), Size::of(kGiB)}) {
    Rule rule;
    rule.swap_free_below = limit;
    const Reading r = first_reading(rule, sample_at({}), Condition::swap_free_below);
    EXPECT_TRUE(r.known && r.holds);
  }
}

TEST(SwapFreeBelow, CountsZramByWhatItIsWorth) {
  const Rule rule = only([](Rule& r) { r.swap_free_below = Size::of(Share::percent(10)); });
  Sample s = sample_at({});
  s.memory.swap_total = 4 * kGiB;
  s.memory.swap_free = 3 * kGiB;
  s.zram = {4 * kGiB, kGiB, kGiB, kGiB};  // incompressible
  EXPECT_TRUE(first_reading(rule, s, Condition::swap_free_below).holds);
}

TEST(CommitFreeBelow, HoldsBelowTheLimitOnlyAndOnlyWithStrictAccounting) {
  const auto reading = [](Bytes committed, bool strict) {
    const Rule rule = only([](Rule& r) { r.commit_free_below = Size::of(kGiB); });
    Sample s = sample_at({});
    s.memory.commit_limit = 10 * kGiB;
    s.memory.committed_as = committed;
    s.strict_commit = strict;
    return first_reading(rule, s, Condition::commit_free_below);
  };
  EXPECT_TRUE(reading(9 * kGiB + 1, true).holds);
  EXPECT_FALSE(reading(9 * kGiB, true).holds);
  EXPECT_TRUE(reading(20 * kGiB, true).holds);
  EXPECT_FALSE(reading(20 * kGiB, false).holds);
  EXPECT_FALSE(reading(20 * kGiB, false).known);
}

/// 10 GiB left, falling by `fall` in a second.
Reading exhausted_within(Duration limit, Bytes fall) {
  Rule rule;
  rule.exhausted_within = limit;
  Story story({rule});
  story.judge(sample_at({}, 10 * kGiB + fall));
  return story.reading(sample_at(seconds(1), 10 * kGiB), Condition::exhausted_within);
}

TEST(ExhaustedWithin, HoldsBelowTheLimitOnly) {
  EXPECT_FALSE(exhausted_within(seconds(10), kGiB).holds) << "10 GiB at 1 GiB/s: exactly 10 s";
  EXPECT_TRUE(exhausted_within(seconds(10) + milliseconds(1), kGiB).holds);
  EXPECT_EQ(exhausted_within(seconds(10), kGiB).measured, Duration(seconds(10)).count());
}

TEST(ExhaustedWithin, NeverHoldsWhileMemoryDoesNotFall) {
  EXPECT_FALSE(exhausted_within(std::chrono::hours(1), 0).holds);
  EXPECT_FALSE(exhausted_within(std::chrono::hours(1), kMiB).holds) << "10 GiB at 1 MiB/s: hours";
}

TEST(ExhaustedWithin, CountsSwapAsLeft) {
  Rule rule;
  rule.exhausted_within = seconds(15);
  Story story({rule});
  Sample s = sample_at({}, 6 * kGiB);
  s.memory.swap_total = s.memory.swap_free = 15 * kGiB;
  story.judge(s);
  s = sample_at(seconds(1), 5 * kGiB);
  s.memory.swap_total = s.memory.swap_free = 15 * kGiB;
  EXPECT_EQ(story.reading(s, Condition::exhausted_within).measured, Duration(seconds(20)).count());
}

TEST(ExhaustedWithin, ASlopeOverLessThan200MillisecondsIsNoise) {
  Rule rule;
  rule.exhausted_within = seconds(60);
  Story story({rule});
  story.judge(sample_at({}, 6 * kGiB));
  EXPECT_FALSE(story.reading(sample_at(milliseconds(199), 5 * kGiB), Condition::exhausted_within).holds);
  EXPECT_TRUE(story.reading(sample_at(milliseconds(200), 5 * kGiB), Condition::exhausted_within).holds);
}

TEST(ExhaustedWithin, WithNothingLeftIsNow) {
  Rule rule;
  rule.exhausted_within = seconds(1);
  Story story({rule});
  story.judge(sample_at({}, kShort));
  const Reading r = story.reading(sample_at(seconds(1), 0), Condition::exhausted_within);
  EXPECT_EQ(r.measured, 0);
  EXPECT_TRUE(r.holds);
}

TEST(Conditions, TheLargestLimitsThatCanBeWrittenAreOnlyLarge) {
  Rule rule;
  rule.mem_available_below = rule.swap_free_below = rule.commit_free_below = Size::of(UINT64_MAX);
  rule.exhausted_within = Duration::max();
  rule.psi_some_above = rule.psi_full_above = Share::percent(100);
  rule.refaults_above = Share::percent(10'000);
  Sample s = sample_at({});
  s.strict_commit = true;
  s.memory.swap_total = s.memory.swap_free = kGiB;
  Story story({rule});
  const Verdict& v = story.judge(s);
  EXPECT_TRUE(v.rules[0].readings[index(Condition::mem_available_below)].holds);
  EXPECT_EQ(v.rules[0].readings[index(Condition::mem_available_below)].limit, INT64_MAX);
  EXPECT_EQ(v.rules[0].phase, Phase::calm);
}

}  // namespace
}  // namespace forestall
