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
    machine_holds(kGiB + 24 * kMiB);
  }
  void live(std::int32_t pid, Bytes anon, std::int32_t parent = 1, Bytes swap = 0, const char* unit = kUnit) {
    proc_.add({.pid = pid, .anon = anon, .swap = swap, .parent = parent, .cgroup = std::string("/") + unit});
  }
  void charge(Bytes anon, std::optional<Bytes> swap = 0, const char* unit = kUnit) {
    cgroups_.write(fmt::format("{}/memory.stat", unit), fmt::format("anon {}\nshmem 0\n", anon));
    if (swap) cgroups_.write(fmt::format("{}/memory.swap.current", unit), fmt::format("{}\n", *swap));
  }
  void machine_holds(Bytes anon) {
    proc_.write("meminfo", fmt::format("AnonPages: {} kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n", anon / kKiB));
  }
  /// The fork shares, and 60 and 61, who share nothing, were charged to where they were before.
  void share_beside_two_who_moved_to(const char* unit) {
    charge(kGiB + 24 * kMiB);
    live(60, kGiB, 1, 0, unit);
    live(61, kGiB, 60, 0, unit);
    charge(kSmall, 0, unit);
    machine_holds(3 * kGiB + 24 * kMiB);
  }
  Bytes counted_twice(std::int32_t pid = 50) {
    learn();
    return place(pid).counted_twice;
  }
};

TEST_F(ForksOfTable, IsWhatTheyHoldBeyondTheChargeToTheirCgroup) {
  charge(kGiB + 24 * kMiB);
  EXPECT_EQ(counted_twice(), 1000 * kMiB) << "without their page tables, which are nobody's twice";
  charge(2 * kGiB);
  EXPECT_EQ(counted_twice(), 0U) << "one of them has written to all of it";
}

TEST_F(ForksOfTable, WhatIsSwappedOutIsChargedToo) {
  sample_.memory.swap_free = 0;
  live(51, kGiB, 50, 100 * kMiB);
  charge(kGiB + 24 * kMiB, 100 * kMiB);
  EXPECT_EQ(counted_twice(), 1000 * kMiB);
}

TEST_F(ForksOfTable, WhereSwapIsChargedToNobodyItIsTakenFromTheProcesses) {
  sample_.memory.swap_free = 0;
  live(51, kGiB, 50, 100 * kMiB);
  charge(kGiB + 24 * kMiB, std::nullopt);
  EXPECT_EQ(counted_twice(), 1000 * kMiB);
}

TEST_F(ForksOfTable, WithoutAChargeNothingIsKnown) { EXPECT_EQ(counted_twice(), 0U); }

TEST_F(ForksOfTable, AUnitOfOneLargeProcessIsNotAsked) {
  live(51, kSmall, 50);
  charge(kSmall);
  machine_holds(kSmall);
  EXPECT_EQ(counted_twice(), 0U);
}

TEST_F(ForksOfTable, WhoHasMovedIsSeenThroughByWhatTheMachineHolds) {
  charge(kSmall);
  machine_holds(2 * kGiB);
  EXPECT_EQ(counted_twice(), 0U) << "all of it is there, wherever it is charged to";
}

TEST_F(ForksOfTable, AUserWhoClaimsWhatIsSharedTakesNothingFromTheSystem) {
  constexpr const char* liar = "user.slice/user-1000.slice/user@1000.service/app.slice/liar.service";
  share_beside_two_who_moved_to(liar);
  EXPECT_EQ(counted_twice(60), 0U) << "what is shared is explained by others";
  EXPECT_EQ(counted_twice(50), 1000 * kMiB);
}

TEST_F(ForksOfTable, WhereTwoClaimTheSameNobodyIsBelieved) {
  constexpr const char* other = "system.slice/other.service";
  share_beside_two_who_moved_to(other);
  EXPECT_EQ(counted_twice(60), 0U);
  EXPECT_EQ(counted_twice(50), 0U);
}

TEST_F(ForksOfTable, PageTablesAreNobodysTwiceHoweverSmallTheirOwnersAre) {
  sample_.memory.swap_free = 0;  // so that status is read of everybody
  for (std::int32_t pid = 100; pid < 120; ++pid) {
    proc_.add(
        {.pid = pid, .anon = 10 * kMiB, .page_tables = 20 * kMiB, .parent = 50, .cgroup = std::string("/") + kUnit});
  }
  charge(2 * kGiB + 200 * kMiB);
  machine_holds(2 * kGiB + 200 * kMiB);
  EXPECT_EQ(counted_twice(), 0U);
}

TEST_F(ForksOfTable, WhereTheMachineDoesNotTellNothingIsTakenOff) {
  charge(kGiB + 24 * kMiB);
  proc_.remove("meminfo");
  EXPECT_EQ(counted_twice(), 0U);
}

}  // namespace
}  // namespace forestall::testing
