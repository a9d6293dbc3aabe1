// SPDX-License-Identifier: MIT
// Conditions that are measured over a window: stalls and refaults.
#include <gtest/gtest.h>

#include "evaluate/conditions.h"
#include "unit/evaluate/story.h"

namespace forestall {
namespace {

using testing::milliseconds;
using testing::sample_at;
using testing::seconds;
using testing::Story;

/// "All tasks stood still for more than 20 % of 2 s."
Rule stall_rule() {
  Rule rule;
  rule.name = "stall";
  rule.psi_full_above = Share::percent(20);
  rule.psi_window = seconds(2);
  return rule;
}

/// At `time`, all tasks have stood still for `full` since boot; pages are being scanned.
Sample stalled(Duration time, Duration full) {
  Sample s = sample_at(time);
  s.psi = PressureTotals{full, full};
  s.vmstat->pgscan = static_cast<std::uint64_t>(time.count());
  return s;
}

constexpr auto kFull = Condition::psi_full_above;

TEST(Psi, HoldsAboveTheLimitOnly) {
  const auto measured_after = [](Duration stood) {
    Story story({stall_rule()});
    story.judge(stalled({}, seconds(100)));
    return story.reading(stalled(seconds(2), seconds(100) + stood), kFull);
  };
  EXPECT_FALSE(measured_after(milliseconds(400)).holds);
  EXPECT_TRUE(measured_after(milliseconds(401)).holds);
  EXPECT_EQ(measured_after(milliseconds(500)).measured, Share::percent(25).ppm);
  EXPECT_EQ(measured_after(milliseconds(500)).limit, Share::percent(20).ppm);
}

TEST(Psi, SomeAndFullAreToldApart) {
  Rule rule = stall_rule();
  rule.psi_some_above = Share::percent(20);
  Story story({rule});
  story.judge(stalled({}, {}));
  Sample s = stalled(seconds(2), {});
  s.psi->some = seconds(1);
  EXPECT_TRUE(story.reading(s, Condition::psi_some_above).holds);
  EXPECT_FALSE(story.verdict().rules[0].readings[index(kFull)].holds);
}

TEST(Psi, WhatWasCountedSinceBootIsNoStall) {
  EXPECT_EQ(Story({stall_rule()}).reading(stalled({}, std::chrono::hours(1)), kFull).measured, 0);
}

TEST(Psi, TheMissingPartOfAWindowCountsAsCalm) {
  Story story({stall_rule()});
  story.judge(stalled({}, {}));
  // Half a second stood still altogether is a quarter of the window, though all of what has been seen of it.
  const Reading r = story.reading(stalled(milliseconds(500), milliseconds(500)), kFull);
  EXPECT_EQ(r.measured, Share::percent(25).ppm);
  EXPECT_FALSE(Story({stall_rule()}).reading(stalled(milliseconds(100), milliseconds(100)), kFull).holds);
}

TEST(Psi, AStallLeavesTheWindowInTime) {
  Story story({stall_rule()});
  Duration full{0};
  for (Duration t{0}; t <= seconds(2); t += milliseconds(50)) story.judge(stalled(t, full = t / 2));
  EXPECT_TRUE(story.verdict().rules[0].readings[index(kFull)].holds);
  for (Duration t = seconds(2); t <= seconds(4); t += milliseconds(50)) story.judge(stalled(t, full));
  EXPECT_EQ(story.verdict().rules[0].readings[index(kFull)].measured, 0);
}

TEST(Psi, ALongerTimeBetweenTwoLooksIsALongerWindow) {
  Story story({stall_rule()});
  story.judge(stalled({}, {}));
  EXPECT_EQ(story.reading(stalled(seconds(10), seconds(1)), kFull).measured, Share::percent(10).ppm);
}

TEST(Psi, IsVetoedWhileNothingIsReclaimed) {
  Story story({stall_rule()});
  Sample s = stalled({}, {});
  story.judge(s);
  s.time += seconds(2);
  s.psi->full = seconds(1);
  const Reading vetoed = story.reading(s, kFull);
  EXPECT_FALSE(vetoed.holds);
  EXPECT_TRUE(vetoed.known);
  EXPECT_EQ(vetoed.measured, Share::percent(50).ppm) << "the number is shown all the same";
}

class Reclaim : public ::testing::TestWithParam<std::uint64_t Vmstat::*> {};

TEST_P(Reclaim, OfOnePageLiftsTheVeto) {
  Story story({stall_rule()});
  Sample s = stalled({}, {});
  story.judge(s);
  s.time += seconds(2);
  s.psi->full = seconds(1);
  (*s.vmstat).*GetParam() += 1;
  EXPECT_TRUE(story.reading(s, kFull).holds);
}

INSTANTIATE_TEST_SUITE_P(Psi, Reclaim,
                         ::testing::Values(&Vmstat::pgscan, &Vmstat::refault_anon, &Vmstat::refault_file));

TEST(Psi, ReclaimBeforeTheWindowDoesNotLiftTheVeto) {
  Story story({stall_rule()});
  Sample s = stalled({}, {});
  story.judge(s);
  s.time += milliseconds(50);
  s.vmstat->pgscan += 1000;
  story.judge(s);
  s.time += seconds(2);
  s.psi->full = seconds(1);
  EXPECT_FALSE(story.reading(s, kFull).holds);
}

TEST(Psi, IsNotVetoedWithoutVmstat) {
  Story story({stall_rule()});
  Sample s = stalled({}, {});
  s.vmstat.reset();
  story.judge(s);
  s.time += seconds(2);
  s.psi->full = seconds(1);
  EXPECT_TRUE(story.reading(s, kFull).holds);
}

TEST(Psi, IsUnknownWhereItIsMissing) {
  Story story({stall_rule()});
  Sample s = stalled({}, {});
  s.psi.reset();
  const Reading r = story.reading(s, kFull);
  EXPECT_TRUE(r.given);
  EXPECT_FALSE(r.known);
  EXPECT_FALSE(r.holds);
  EXPECT_EQ(story.verdict().action, Action::none);
}

TEST(Psi, CountersThatGoBackwardsAreNoStall) {
  Story story({stall_rule()});
  story.judge(stalled({}, seconds(100)));
  EXPECT_FALSE(story.reading(stalled(seconds(2), seconds(1)), kFull).holds);
  EXPECT_FALSE(story.reading(stalled(seconds(4), seconds(1)), kFull).holds);
}

TEST(Psi, IsCountedAnewWhereCountersBeginAgain) {
  Story story({stall_rule()});
  story.judge(stalled({}, seconds(600)));
  story.judge(stalled(seconds(1), {}));
  EXPECT_TRUE(story.reading(stalled(milliseconds(1900), milliseconds(500)), kFull).holds);
}

TEST(Psi, AppearingAtRunTimeMakesNoStall) {
  Story story({stall_rule()});
  for (int i = 0; i < 100; ++i) {
    Sample s = stalled(i * milliseconds(50), {});
    s.psi.reset();
    story.judge(s);
  }
  EXPECT_FALSE(story.reading(stalled(seconds(5), std::chrono::hours(5)), kFull).holds);
  EXPECT_EQ(story.reading(stalled(seconds(6), std::chrono::hours(5)), kFull).measured, 0);
}

TEST(Psi, VanishingForOneLookMakesNoStall) {
  Story story({stall_rule()});
  story.judge(stalled({}, {}));
  Sample without = stalled(seconds(1), {});
  without.psi.reset();
  story.judge(without);
  EXPECT_FALSE(story.reading(stalled(seconds(4), seconds(2)), kFull).holds) << "nobody knows when that was";
}

TEST(Psi, AloneDoesNotFireWhileMemoryIsPlentiful) {
  Rule rule = stall_rule();
  rule.mem_available_below = Size::of(Share::percent(30));
  Story story({rule});
  story.judge(stalled({}, {}));
  EXPECT_EQ(story.judge(stalled(seconds(2), seconds(2))).action, Action::none);
  Sample s = stalled(seconds(4), seconds(4));
  s.memory.mem_available = 2 * kGiB;
  s.memory.anon_pages = 8 * kGiB;
  EXPECT_EQ(story.judge(s).action, Action::terminate);
}

/// "More than 50 % of the file LRU, 1 GiB, is read again per second."
Reading refaults_after(Duration time, std::uint64_t anon, std::uint64_t file) {
  Rule rule;
  rule.refaults_above = Share::percent(50);
  rule.psi_window = seconds(2);
  Story story({rule});
  Sample s = sample_at({});
  s.vmstat = Vmstat{.refault_anon = 1'000'000, .refault_file = 2'000'000};
  story.judge(s);
  s.time += time;
  s.vmstat->refault_anon += anon;
  s.vmstat->refault_file += file;
  return story.reading(s, Condition::refaults_above);
}

constexpr std::uint64_t kPagesOfLru = kGiB / (4 * kKiB);

TEST(Refaults, HoldAboveTheLimitOnly) {
  EXPECT_FALSE(refaults_after(seconds(2), 0, kPagesOfLru).holds);
  EXPECT_TRUE(refaults_after(seconds(2), 0, kPagesOfLru + 1).holds);
  EXPECT_EQ(refaults_after(seconds(2), 0, kPagesOfLru).measured, Share::percent(50).ppm);
}

TEST(Refaults, OfAnonymousAndFilePagesAddUp) {
  EXPECT_EQ(refaults_after(seconds(2), kPagesOfLru, kPagesOfLru).measured, Share::percent(100).ppm);
}

TEST(Refaults, TheMissingPartOfAWindowCountsAsCalm) {
  EXPECT_EQ(refaults_after(milliseconds(200), kPagesOfLru, 0).measured, Share::percent(50).ppm);
}

TEST(Refaults, AgainstAnEmptyFileCacheAreMany) {
  Rule rule;
  rule.refaults_above = Share::percent(10'000);
  Story story({rule});
  Sample s = sample_at({});
  s.memory.active_file = s.memory.inactive_file = 0;
  story.judge(s);
  s.time += seconds(2);
  s.vmstat->refault_file = UINT64_MAX / 2;
  EXPECT_TRUE(story.reading(s, Condition::refaults_above).holds);
}

TEST(Refaults, AreUnknownWithoutVmstatAndZeroWhenTheCounterGoesBackwards) {
  Rule rule;
  rule.refaults_above = Share::percent(50);
  Sample s = sample_at({});
  s.vmstat->refault_file = 1'000'000'000;
  Story story({rule});
  story.judge(s);
  s.time += seconds(2);
  s.vmstat->refault_file = 5;
  EXPECT_EQ(story.reading(s, Condition::refaults_above).measured, 0);
  s.vmstat.reset();
  EXPECT_FALSE(story.reading(s, Condition::refaults_above).known);
}

}  // namespace
}  // namespace forestall
