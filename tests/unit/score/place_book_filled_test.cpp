// SPDX-License-Identifier: MIT
// What a unit has lately put into tmpfs, by looks at what it is charged with.
#include <gtest/gtest.h>

#include "score/kin.h"
#include "unit/score/facts.h"

namespace forestall {
namespace {

using namespace std::chrono_literals;
using testing::place_of;

class FilledTest : public ::testing::Test {
 protected:
  FilledTest() : unit_(book_.number_of(place_of("/system.slice/a.service"))) {}
  /// After a look that shows `shared`.
  Bytes filled(Duration when, Bytes shared) {
    book_.see_shared(unit_, shared, Instant(when));
    return book_.places()[unit_].filled;
  }

  PlaceBook book_;
  std::uint16_t unit_;
};

TEST_F(FilledTest, IsWhatWasAddedSinceTheFirstLook) {
  EXPECT_EQ(filled(0s, 100), 0U) << "who knows when";
  EXPECT_EQ(filled(1s, 150), 50U);
  EXPECT_EQ(filled(9s, 400), 300U);
}

TEST_F(FilledTest, IsNeverNegative) {
  filled(0s, 500);
  EXPECT_EQ(filled(1s, 100), 0U);
  EXPECT_EQ(filled(2s, 550), 50U);
  EXPECT_EQ(filled(10s, 100), 0U);
  EXPECT_EQ(filled(20s, 150), 50U);
}

TEST_F(FilledTest, IsReckonedFromALookThatIsTenSecondsOldOrOlder) {
  filled(0s, 100);
  EXPECT_EQ(filled(10s, 200), 100U);
  EXPECT_EQ(filled(15s, 300), 200U);
  EXPECT_EQ(filled(20s, 400), 200U);
  EXPECT_EQ(filled(30s, 400), 0U) << "nothing was added since";
}

TEST_F(FilledTest, IsNotReckonedFromALookThatIsAnyYounger) {
  filled(0s, 100);
  EXPECT_EQ(filled(10s - 1ns, 200), 100U);
  EXPECT_EQ(filled(20s - 2ns, 300), 200U);
}

TEST_F(FilledTest, IsThatOfItsOwnUnit) {
  const std::uint16_t other = book_.number_of(place_of("/system.slice/b.service"));
  filled(0s, 100);
  book_.see_shared(other, 900, Instant(1s));
  EXPECT_EQ(filled(2s, 150), 50U);
  EXPECT_EQ(book_.places()[other].filled, 0U);
}

TEST_F(FilledTest, OfANewPlaceIsNotReckonedFromTheOldOneWithItsNumber) {
  filled(0s, 100);
  book_.clear();
  ASSERT_EQ(book_.number_of(place_of("/system.slice/b.service")), unit_);
  EXPECT_EQ(filled(1s, 500), 0U);
}

}  // namespace
}  // namespace forestall
