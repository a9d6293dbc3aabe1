// SPDX-License-Identifier: MIT
#include "kill/truce.h"

#include <gtest/gtest.h>

namespace forestall {
namespace {

constexpr Bytes kLeft = 100 * kMiB;

TEST(Truce, IsNotThereBeforeItBegan) { EXPECT_FALSE(Truce().holds(0, kLeft)); }

TEST(Truce, HoldsWhileNothingMoreIsLost) {
  Truce truce;
  truce.begin(2, kLeft);
  EXPECT_TRUE(truce.holds(2, kLeft));
  EXPECT_TRUE(truce.holds(2, kLeft * 3 / 4));
  EXPECT_TRUE(truce.holds(2, 2 * kLeft));
}

TEST(Truce, IsOverForGoodWhenAQuarterIsLost) {
  Truce truce;
  truce.begin(2, kLeft);
  EXPECT_FALSE(truce.holds(2, kLeft * 3 / 4 - 1));
  EXPECT_FALSE(truce.holds(2, kLeft));
}

TEST(Truce, IsOverWhenAnotherRuleDecides) {
  Truce truce;
  truce.begin(2, kLeft);
  EXPECT_FALSE(truce.holds(1, kLeft));
  EXPECT_FALSE(truce.holds(2, kLeft));
}

TEST(Truce, CanBeEnded) {
  Truce truce;
  truce.begin(2, kLeft);
  truce.end();
  EXPECT_FALSE(truce.holds(2, kLeft));
}

}  // namespace
}  // namespace forestall
