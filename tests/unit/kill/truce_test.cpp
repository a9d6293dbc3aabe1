// SPDX-License-Identifier: MIT
#include "kill/truce.h"

#include <gtest/gtest.h>

namespace forestall {
namespace {

constexpr Bytes kLeft = 100 * kMiB;

class TruceTest : public ::testing::Test {
 protected:
  TruceTest() { truce_.begin(2, kLeft); }
  bool holds_after(Bytes left, std::size_t rule = 2) {
    truce_.see(left);
    return truce_.holds(rule);
  }
  Truce truce_;
};

TEST_F(TruceTest, IsNotThereBeforeItBegan) { EXPECT_FALSE(Truce().holds(0)); }

TEST_F(TruceTest, HoldsWhileNothingMoreIsLost) {
  EXPECT_TRUE(holds_after(kLeft));
  EXPECT_TRUE(holds_after(kLeft / 2));
  EXPECT_TRUE(holds_after(kLeft * 2)) << "a moment's relief is no recovery";
}

TEST_F(TruceTest, IsOverForGoodWhenHalfIsLost) {
  EXPECT_FALSE(holds_after(kLeft / 2 - 1));
  EXPECT_FALSE(holds_after(kLeft));
}

TEST_F(TruceTest, IsOverForGoodWhenTheFilesAreGone) {
  EXPECT_FALSE(holds_after(kLeft * 2 + 1));
  EXPECT_FALSE(holds_after(kLeft));
}

TEST_F(TruceTest, IsOverForGoodWhenAnotherRuleDecides) {
  EXPECT_FALSE(holds_after(kLeft, 1));
  EXPECT_FALSE(holds_after(kLeft, 2));
}

}  // namespace
}  // namespace forestall
