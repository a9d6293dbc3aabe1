// SPDX-License-Identifier: MIT
#include "evaluate/history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "forestall/rules.h"

namespace forestall {
namespace {

using std::chrono::milliseconds;

/// Marks count their own number in `refaults`.
class HistoryTest : public ::testing::Test {
 protected:
  void look_at(Duration time) {
    Mark mark;
    mark.time = Instant(time);
    mark.refaults = ++looks_;
    history_.add(mark);
  }
  [[nodiscard]] Duration age_of(const Mark& mark) const { return history_.newest().time - mark.time; }

  History history_;
  std::uint64_t looks_ = 0;
};

TEST_F(HistoryTest, IsEmptyAtFirst) { EXPECT_TRUE(history_.empty()); }

TEST_F(HistoryTest, OneMarkIsItsOwnPast) {
  look_at(milliseconds(5));
  EXPECT_EQ(history_.before(milliseconds(200)).refaults, 1U);
  EXPECT_EQ(history_.newest().refaults, 1U);
}

TEST_F(HistoryTest, GivesTheNewestMarkThatIsOldEnough) {
  for (int i = 0; i <= 10; ++i) look_at(milliseconds(100 * i));
  EXPECT_EQ(age_of(history_.before(milliseconds(200))), milliseconds(200));
  EXPECT_EQ(age_of(history_.before(milliseconds(201))), milliseconds(300));
  EXPECT_EQ(age_of(history_.before(milliseconds(199))), milliseconds(200));
  EXPECT_EQ(age_of(history_.before(Duration(1))), milliseconds(100));
  EXPECT_EQ(age_of(history_.before(Duration(0))), Duration(0));
}

TEST_F(HistoryTest, GivesTheOldestMarkWhereNoneIsOldEnough) {
  for (int i = 0; i <= 3; ++i) look_at(milliseconds(100 * i));
  EXPECT_EQ(age_of(history_.before(milliseconds(500))), milliseconds(300));
}

TEST_F(HistoryTest, TheNewestMarkIsAlwaysTheLastLook) {
  for (int i = 0; i < 1000; ++i) {
    look_at(milliseconds(i * i % 97 + 100 * i));
    ASSERT_EQ(history_.newest().refaults, looks_);
  }
}

TEST_F(HistoryTest, ForgetsTheOldestWhenItIsFull) {
  for (int i = 0; i < 10'000; ++i) look_at(milliseconds(50 * i));
  EXPECT_EQ(history_.size(), History::kSize);
  EXPECT_EQ(age_of(history_.before(Duration::max())), (History::kSize - 1) * milliseconds(50));
}

TEST_F(HistoryTest, FindsEveryAgeAfterTheRingHasWrapped) {
  for (int i = 0; i < 1000; ++i) look_at(milliseconds(50 * i));
  for (int n = 0; n < static_cast<int>(History::kSize); ++n) {
    ASSERT_EQ(age_of(history_.before(n * milliseconds(50))), n * milliseconds(50));
  }
}

TEST_F(HistoryTest, RestartKeepsTheNewestMarkAlone) {
  for (int i = 0; i < 20; ++i) look_at(milliseconds(50 * i));
  history_.restart();
  EXPECT_EQ(history_.size(), 1U);
  EXPECT_EQ(history_.newest().refaults, 20U);
  EXPECT_EQ(history_.before(milliseconds(500)).refaults, 20U);
}

TEST_F(HistoryTest, RestartOfNothingIsNothing) {
  history_.restart();
  EXPECT_TRUE(history_.empty());
}

/// Looks at intervals that repeat, for a minute.
class Rhythm : public HistoryTest, public ::testing::WithParamInterface<std::vector<int>> {};

TEST_P(Rhythm, NeverPushesTheLongestWindowOut) {
  Duration time{0};
  while (time < std::chrono::minutes(1)) {
    for (const int interval : GetParam()) look_at(time += milliseconds(interval));
  }
  EXPECT_GE(age_of(history_.before(kLongestWindow)), kLongestWindow);
}

TEST_P(Rhythm, KeepsAMarkCloseToEveryAge) {
  Duration time{0};
  while (time < std::chrono::minutes(1)) {
    for (const int interval : GetParam()) look_at(time += milliseconds(interval));
  }
  const int slowest = *std::ranges::max_element(GetParam());
  const Duration coarse = History::kFinest + milliseconds(slowest);
  for (Duration age{0}; age <= kLongestWindow; age += milliseconds(20)) {
    EXPECT_LE(age_of(history_.before(age)) - age, coarse) << age.count();
  }
}

INSTANTIATE_TEST_SUITE_P(History, Rhythm,
                         ::testing::Values(std::vector{50},            // armed
                                           std::vector{1},             // a storm of wake-ups
                                           std::vector{40, 1},         // pairs, as close as the ring tells apart
                                           std::vector{50, 5},         // armed, with a forecast crossing after each
                                           std::vector{1, 1, 1, 100},  // bursts
                                           std::vector{39, 2},         //
                                           std::vector{5000, 1}));     // idle

}  // namespace
}  // namespace forestall
