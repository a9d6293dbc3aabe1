// SPDX-License-Identifier: MIT
// What the table keeps does not grow with those who come and go.
#include <gtest/gtest.h>
#include <malloc.h>

#include <string>

#include "unit/score/kin_of_table_linux.h"

namespace forestall::testing {
namespace {

/// Bytes that are in use of what malloc has handed out (mallinfo(3)).
std::size_t heap_in_use() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// So many processes at a time, each in a scope of its own. At each lesson some are replaced by others.
class TableOfADay : public KinOfTable {
 protected:
  static constexpr std::int32_t kLiving = 40;
  static constexpr std::int32_t kReplaced = 4;

  TableOfADay() {
    Match vital;
    vital.cmdline = "--vital";
    vital.points = 50;
    book_ = book({}, {vital});
    for (; next_ < kLiving; ++next_) born(next_);
  }
  void born(std::int32_t number) {
    const bool large = number % kReplaced == 0;
    proc_.add({.pid = 1000 + number,
               .anon = large ? kGiB : kSmall,
               .cgroup = "/system.slice/" + std::to_string(number) + ".scope",
               .cmdline = "job --vital"});
  }
  void lessons(int count) {
    for (int i = 0; i < count; ++i) {
      for (std::int32_t j = 0; j < kReplaced; ++j, ++next_) {
        proc_.remove(std::to_string(1000 + next_ - kLiving));
        born(next_);
      }
      sample_.time += std::chrono::minutes(5);
      learn_thoroughly();
    }
  }

  std::int32_t next_ = 0;
};

TEST_F(TableOfADay, HoldsWhatThatOfAnHourHeld) {
  const std::size_t before = heap_in_use();
  lessons(12);
  const std::size_t after_an_hour = heap_in_use();
  if (after_an_hour == 0) GTEST_SKIP() << "this malloc does not tell";
  lessons(23 * 12);
  EXPECT_EQ(look().kin.size(), static_cast<std::size_t>(kLiving));
  EXPECT_GT(after_an_hour, before) << "nothing was measured";
  EXPECT_LE(heap_in_use(), after_an_hour + 8 * kKiB);
}

}  // namespace
}  // namespace forestall::testing
