// SPDX-License-Identifier: MIT
#include "kill/breaker.h"

#include <gtest/gtest.h>

namespace forestall {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Instant kStart{std::chrono::hours(1)};

class BreakerTest : public ::testing::Test {
 protected:
  bool fruitless(Instant time = kStart) { return breaker_.ended(time, kGiB, 0); }
  bool fruitful(Instant time = kStart) { return breaker_.ended(time, kGiB, kGiB); }

  Breaker breaker_{3, minutes(1)};
};

TEST_F(BreakerTest, IsClosedAtFirst) {
  EXPECT_FALSE(breaker_.is_open(kStart));
  EXPECT_EQ(breaker_.in_row(), 0U);
}

TEST_F(BreakerTest, OpensAtTheThirdFruitlessKillInARow) {
  EXPECT_FALSE(fruitless());
  EXPECT_FALSE(fruitless());
  EXPECT_FALSE(breaker_.is_open(kStart));
  EXPECT_TRUE(fruitless());
  EXPECT_TRUE(breaker_.is_open(kStart));
}

TEST_F(BreakerTest, StaysOpenForThePause) {
  for (int i = 0; i < 3; ++i) fruitless();
  EXPECT_TRUE(breaker_.is_open(kStart + minutes(1) - Duration(1)));
  EXPECT_FALSE(breaker_.is_open(kStart + minutes(1)));
}

TEST_F(BreakerTest, OneKillThatHelpsBeginsTheCountAnew) {
  fruitless();
  fruitless();
  EXPECT_FALSE(fruitful());
  EXPECT_EQ(breaker_.in_row(), 0U);
  EXPECT_FALSE(fruitless());
  EXPECT_FALSE(fruitless());
  EXPECT_TRUE(fruitless());
}

TEST_F(BreakerTest, OpensAgainAfterThePauseWithOneMore) {
  for (int i = 0; i < 3; ++i) fruitless();
  const Instant later = kStart + minutes(2);
  EXPECT_TRUE(fruitless(later));
  EXPECT_TRUE(breaker_.is_open(later + seconds(59)));
}

TEST_F(BreakerTest, AKillThatHelpsAfterThePauseEndsTheRow) {
  for (int i = 0; i < 3; ++i) fruitless();
  EXPECT_FALSE(fruitful(kStart + minutes(2)));
  EXPECT_FALSE(fruitless(kStart + minutes(3)));
}

TEST_F(BreakerTest, ResetEndsTheRow) {
  fruitless();
  fruitless();
  breaker_.reset();
  EXPECT_FALSE(fruitless());
  EXPECT_FALSE(fruitless());
  EXPECT_TRUE(fruitless());
}

TEST_F(BreakerTest, ResetDoesNotCutThePauseShort) {
  for (int i = 0; i < 3; ++i) fruitless();
  breaker_.reset();
  EXPECT_TRUE(breaker_.is_open(kStart + seconds(59)));
}

TEST_F(BreakerTest, AQuarterOfWhatWasPromisedIsAHelp) {
  fruitless();
  EXPECT_FALSE(breaker_.ended(kStart, kGiB, kGiB / 4 - 1));
  EXPECT_EQ(breaker_.in_row(), 2U);
  EXPECT_FALSE(breaker_.ended(kStart, kGiB, kGiB / 4));
  EXPECT_EQ(breaker_.in_row(), 0U);
}

TEST_F(BreakerTest, NothingFreedIsNoHelpEvenIfNothingWasPromised) {
  breaker_.ended(kStart, 0, 0);
  EXPECT_EQ(breaker_.in_row(), 1U);
}

TEST(Breaker, OfOneKillOpensAtOnce) {
  Breaker breaker(1, seconds(1));
  EXPECT_TRUE(breaker.ended(kStart, kGiB, 0));
  EXPECT_TRUE(breaker.ended(kStart + seconds(2), kGiB, 0));
}

}  // namespace
}  // namespace forestall
