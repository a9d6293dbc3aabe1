// SPDX-License-Identifier: MIT
#include "kill/truce.h"

#include <gtest/gtest.h>

namespace forestall {
namespace {

using namespace std::chrono_literals;

constexpr Bytes kLeft = 100 * kMiB;

class TruceTest : public ::testing::Test {
 protected:
  TruceTest() { truce_.begin(now_, 2, kLeft); }
  bool holds_after(Bytes left, std::optional<std::size_t> rule = 2) {
    truce_.see(now_, left, rule);
    return truce_.holds();
  }
  /// If it is like that for a quarter of a second.
  bool outlasts(Bytes left, std::optional<std::size_t> rule = 2) {
    const bool at_first = holds_after(left, rule);
    now_ += 250ms - 1ns;
    EXPECT_EQ(holds_after(left, rule), at_first);
    now_ += 1ns;
    return holds_after(left, rule);
  }
  Instant now_{};
  Truce truce_;
};

TEST_F(TruceTest, IsNotThereBeforeItBegan) { EXPECT_FALSE(Truce().holds()); }

TEST_F(TruceTest, HoldsWhileNothingMoreIsLost) {
  EXPECT_TRUE(outlasts(kLeft));
  EXPECT_TRUE(outlasts(kLeft / 2));
  EXPECT_TRUE(outlasts(kLeft * 2)) << "a moment's relief is no recovery";
  EXPECT_TRUE(outlasts(kLeft, std::nullopt));
}

TEST_F(TruceTest, IsOverForGoodWhenHalfIsLost) {
  EXPECT_TRUE(holds_after(kLeft / 2 - 1));
  EXPECT_FALSE(outlasts(kLeft / 2 - 1));
  EXPECT_FALSE(holds_after(kLeft));
}

TEST_F(TruceTest, OutlivesADip) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(holds_after(kLeft / 4, i % 2));
    now_ += 249ms;
    EXPECT_TRUE(holds_after(kLeft / 4, i % 2));
    EXPECT_TRUE(holds_after(kLeft / 2, std::nullopt)) << "and then a new one may begin";
  }
}

TEST_F(TruceTest, IsOverAtOnceWhenThreeQuartersAreLost) {
  EXPECT_FALSE(holds_after(kLeft / 4 - 1));
  EXPECT_FALSE(holds_after(kLeft));
}

TEST_F(TruceTest, IsOverForGoodWhenTheFilesAreGone) {
  EXPECT_FALSE(holds_after(kLeft * 2 + 1));
  EXPECT_FALSE(holds_after(kLeft));
}

TEST_F(TruceTest, LastsWhileARuleAsksAndTenMinutesLonger) {
  for (int i = 0; i < 100; ++i) {
    now_ += 10min;
    EXPECT_TRUE(holds_after(kLeft));
  }
  now_ += 10min;
  EXPECT_TRUE(holds_after(kLeft, std::nullopt));
  now_ += 1ns;
  EXPECT_FALSE(holds_after(kLeft, std::nullopt));
}

TEST_F(TruceTest, IsOverForGoodWhenAnotherRuleDecides) {
  EXPECT_FALSE(outlasts(kLeft, 1));
  EXPECT_FALSE(holds_after(kLeft, 2));
}

}  // namespace
}  // namespace forestall
