// SPDX-License-Identifier: MIT
// What ProcfsTable learns of memory that several hold together.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>

#include "unit/score/kin_of_table_linux.h"

namespace forestall::testing {
namespace {

constexpr const char* kUnit = "system.slice/redis.service";

/// A large process and its fork.
class ForksOfTable : public KinOfTable {
 protected:
  ForksOfTable() {
    live(50, kGiB);
    live(51, kGiB, 50);
  }
  void live(std::int32_t pid, Bytes anon, std::int32_t parent = 1, Bytes swap = 0) {
    proc_.add({.pid = pid, .anon = anon, .swap = swap, .parent = parent, .cgroup = std::string("/") + kUnit});
  }
  void charge(Bytes anon, std::optional<Bytes> swap = 0) {
    cgroups_.write(fmt::format("{}/memory.stat", kUnit), fmt::format("anon {}\nshmem 0\n", anon));
    if (swap) cgroups_.write(fmt::format("{}/memory.swap.current", kUnit), fmt::format("{}\n", *swap));
  }
  Bytes counted_twice() {
    learn();
    return place(50).counted_twice / kMiB * kMiB;  // page tables are nobody's twice
  }
};

TEST_F(ForksOfTable, IsWhatTheyHoldBeyondTheChargeToTheirCgroup) {
  charge(kGiB + 24 * kMiB);
  EXPECT_EQ(counted_twice(), 1000 * kMiB);
  charge(2 * kGiB + kMiB);
  EXPECT_EQ(counted_twice(), 0U) << "one of them has written to all of it";
}

TEST_F(ForksOfTable, WhatIsSwappedOutIsChargedToo) {
  sample_.memory.swap_free = 0;
  live(51, kGiB, 50, 100 * kMiB);
  charge(kGiB, 100 * kMiB);
  EXPECT_EQ(counted_twice(), kGiB);
}

TEST_F(ForksOfTable, WhereSwapIsChargedToNobodyItIsTakenFromTheProcesses) {
  sample_.memory.swap_free = 0;
  live(51, kGiB, 50, 100 * kMiB);
  charge(kGiB, std::nullopt);
  EXPECT_EQ(counted_twice(), kGiB);
}

TEST_F(ForksOfTable, WithoutAChargeNothingIsKnown) { EXPECT_EQ(counted_twice(), 0U); }

TEST_F(ForksOfTable, AUnitOfOneLargeProcessIsNotAsked) {
  live(51, kSmall, 50);
  charge(kSmall);
  EXPECT_EQ(counted_twice(), 0U) << "he may have been moved here, and be charged to where he was";
}

}  // namespace
}  // namespace forestall::testing
