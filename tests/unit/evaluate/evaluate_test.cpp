// SPDX-License-Identifier: MIT
#include "evaluate/evaluate.h"

#include <gtest/gtest.h>

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

TEST(Evaluate, WithoutRulesNothingIsAskedFor) {
  Story story({});
  const Verdict& v = story.judge(sample_at({}, 0));
  EXPECT_EQ(v.action, Action::none);
  EXPECT_EQ(v.count, 0U);
  EXPECT_EQ(v.next_look, Duration::max());
  EXPECT_FALSE(v.episode);
}

TEST(Evaluate, NothingIsLeftOverFromTheVerdictBefore) {
  Story story({low_memory()});
  story.judge(sample_at({}, kShort));
  const Verdict& v = story.judge(sample_at(seconds(1), kPlenty));
  EXPECT_EQ(v.action, Action::none);
  EXPECT_FALSE(v.episode);
  EXPECT_EQ(v.headroom.available, kPlenty);
}

TEST(Evaluate, AllConditionsMustHold) {
  Rule rule = low_memory();
  rule.swap_free_below = Size::of(kGiB);
  const auto action = [&](Bytes available, Bytes swap_free) {
    Sample s = sample_at({}, available);
    s.memory.swap_total = 8 * kGiB;
    s.memory.swap_free = swap_free;
    return Story({rule}).judge(s).action;
  };
  EXPECT_EQ(action(kShort, kShort), Action::terminate);
  EXPECT_EQ(action(kShort, kPlenty), Action::none);
  EXPECT_EQ(action(kPlenty, kShort), Action::none);
}

TEST(Evaluate, ARuleWithAConditionThatCannotBeToldDoesNotFire) {
  Rule rule = low_memory();
  rule.commit_free_below = Size::of(64 * kGiB);
  EXPECT_EQ(Story({rule}).judge(sample_at({}, kShort)).action, Action::none);
}

TEST(Evaluate, TheStrongestActionWins) {
  const auto winner = [](std::vector<Rule> rules) {
    Story story(std::move(rules));
    const Verdict& v = story.judge(sample_at({}, kShort));
    return std::pair(v.action, v.rule);
  };
  const Rule warn = low_memory(Action::notify);
  const Rule term = low_memory(Action::terminate);
  const Rule kill = low_memory(Action::kill);
  EXPECT_EQ(winner({warn, term, kill}), std::pair(Action::kill, std::size_t{2}));
  EXPECT_EQ(winner({kill, term, warn}), std::pair(Action::kill, std::size_t{0}));
  EXPECT_EQ(winner({warn, term, warn}), std::pair(Action::terminate, std::size_t{1}));
}

TEST(Evaluate, AmongEqualActionsTheFirstRuleWins) {
  Rule later = low_memory();
  later.mem_available_below = Size::of(2 * kGiB);
  EXPECT_EQ(Story({low_memory(Action::notify), low_memory(), later}).judge(sample_at({}, kShort)).rule, 1U);
  EXPECT_EQ(Story({low_memory(), later}).judge(sample_at({}, kGiB)).rule, 1U) << "the first does not fire";
}

TEST(Evaluate, ADisabledRuleIsNotLookedAt) {
  Rule off = low_memory(Action::kill);
  off.enabled = false;
  Story story({off, low_memory()});
  const Verdict& v = story.judge(sample_at({}, kShort));
  EXPECT_EQ(v.action, Action::terminate);
  EXPECT_EQ(v.rules[0].phase, Phase::calm);
  EXPECT_FALSE(v.rules[0].readings[index(Condition::mem_available_below)].given);
  EXPECT_EQ(Story({off}).judge(sample_at({}, kShort)).next_look, Duration::max());
}

TEST(Evaluate, MoreRulesThanFitAreNotLookedAt) {
  std::vector<Rule> rules(kMaxRules, low_memory(Action::notify));
  rules.push_back(low_memory(Action::kill));
  Story story(rules);
  EXPECT_EQ(story.judge(sample_at({}, kShort)).action, Action::notify);
  EXPECT_EQ(story.verdict().count, kMaxRules);
}

TEST(Evaluate, TellsHowLongUntilNothingIsLeft) {
  Story story({low_memory()});
  EXPECT_FALSE(story.judge(sample_at({}, 6 * kGiB)).exhausted_in);
  EXPECT_EQ(story.judge(sample_at(seconds(1), 5 * kGiB)).exhausted_in, seconds(5));
  EXPECT_FALSE(story.judge(sample_at(seconds(4), 6 * kGiB)).exhausted_in) << "it rises";
}

TEST(Evaluate, TheSlopeIsThatOfTheLastTwoSeconds) {
  Story story({low_memory()});
  for (int i = 0; i <= 100; ++i) story.judge(sample_at(i * milliseconds(50), 10 * kGiB - static_cast<Bytes>(i) * kMiB));
  EXPECT_NEAR(std::chrono::duration<double>(*story.verdict().exhausted_in).count(), (10 * 1024 - 100) / 20.0, 0.01);
  for (int i = 101; i <= 150; ++i) story.judge(sample_at(i * milliseconds(50), 10 * kGiB - 100 * kMiB));
  EXPECT_FALSE(story.verdict().exhausted_in) << "what fell more than two seconds ago is no slope any more";
}

/// 20 % of 2 s, while all stand still.
Story stalled_story() {
  Rule rule;
  rule.psi_full_above = Share::percent(20);
  return Story({rule});
}
Sample stalled(Duration time) {
  Sample s = sample_at(time);
  s.psi = PressureTotals{time, time};
  s.vmstat->pgscan = static_cast<std::uint64_t>(time.count());
  return s;
}

TEST(Evaluate, AStallBeforeASuspendIsForgotten) {
  Story story = stalled_story();
  story.judge(stalled({}));
  Sample woken = stalled(seconds(1));
  woken.suspended = std::chrono::hours(8);
  EXPECT_EQ(story.judge(woken).action, Action::none);
  woken.time += milliseconds(500);
  EXPECT_EQ(story.judge(woken).action, Action::none);
}

TEST(Evaluate, AClockThatWasReadAMomentLateIsNoSuspend) {
  Story story = stalled_story();
  story.judge(stalled({}));
  Sample later = stalled(seconds(1));
  later.suspended += milliseconds(10);
  EXPECT_EQ(story.judge(later).action, Action::terminate);
}

TEST(Evaluate, AStallBeforeAKillIsForgotten) {
  Story story = stalled_story();
  story.judge(stalled({}));
  EXPECT_EQ(story.judge(stalled(seconds(1))).action, Action::terminate);
  story.forget_past();
  Sample after = stalled(seconds(1));
  after.time += milliseconds(50);
  EXPECT_EQ(story.judge(after).action, Action::none);
}

TEST(Evaluate, ACopiedMemoryHasTheSameFuture) {
  const std::vector<Rule> rules = {low_memory()};
  Memory memory;
  Verdict first, second;
  evaluate(rules, memory, sample_at({}, 2 * kGiB), first);
  Memory copy = memory;
  evaluate(rules, memory, sample_at(seconds(1), kShort), first);
  evaluate(rules, copy, sample_at(seconds(1), kShort), second);
  EXPECT_EQ(first.action, second.action);
  EXPECT_EQ(first.exhausted_in, second.exhausted_in);
}

}  // namespace
}  // namespace forestall
