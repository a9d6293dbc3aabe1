// SPDX-License-Identifier: MIT
#include "evaluate/headroom.h"

#include <gtest/gtest.h>

namespace forestall {
namespace {

Sample machine() {
  Sample s;
  s.memory.mem_total = 16 * kGiB;
  s.memory.mem_available = 6 * kGiB;
  s.memory.anon_pages = 8 * kGiB;
  return s;
}

/// A machine whose whole swap, 4 GiB, is on zram, half of it used.
Sample zram_machine(Bytes stored, Bytes cost) {
  Sample s = machine();
  s.memory.swap_total = 4 * kGiB;
  s.memory.swap_free = 2 * kGiB;
  s.zram = {4 * kGiB, 2 * kGiB, stored, cost};
  return s;
}

TEST(Headroom, IsWhatTheKernelSaysWhereNothingIsLeftOut) {
  Sample s = machine();
  s.memory.swap_total = 4 * kGiB;
  s.memory.swap_free = 3 * kGiB;
  const Headroom h = headroom(s);
  EXPECT_EQ(h.available, 6 * kGiB);
  EXPECT_EQ(h.user_total, 14 * kGiB);
  EXPECT_EQ(h.swap_left, 3 * kGiB);
  EXPECT_EQ(h.swap_total, 4 * kGiB);
  EXPECT_EQ(h.left(), 9 * kGiB);
}

TEST(Headroom, WhatIsParkedOnTheListsOfProcessorsIsAvailable) {
  Sample s = machine();
  s.parked = 512 * kMiB;
  const Headroom h = headroom(s);
  EXPECT_EQ(h.available, 6 * kGiB + 512 * kMiB);
  EXPECT_EQ(h.user_total, 14 * kGiB + 512 * kMiB);
}

TEST(Headroom, ZramThatCompressesToAQuarterIsWorthThreeQuarters) {
  EXPECT_EQ(headroom(zram_machine(2 * kGiB, 512 * kMiB)).swap_left, 1536 * kMiB);
}

TEST(Headroom, ZramThatDoesNotCompressIsWorthNothing) {
  EXPECT_EQ(headroom(zram_machine(2 * kGiB, 2 * kGiB)).swap_left, 0U);
  EXPECT_EQ(headroom(zram_machine(2 * kGiB, 3 * kGiB)).swap_left, 0U) << "it may cost more than it stores";
}

TEST(Headroom, ZramThatIsAllZeroesCostsNothing) { EXPECT_EQ(headroom(zram_machine(2 * kGiB, 0)).swap_left, 2 * kGiB); }

TEST(Headroom, HalfIsAssumedOfZramThatCannotTellYet) {
  EXPECT_EQ(headroom(zram_machine(kZramTells - 1, 0)).swap_left, kGiB);
  EXPECT_EQ(headroom(zram_machine(kZramTells, 0)).swap_left, 2 * kGiB);
  EXPECT_EQ(headroom(zram_machine(0, 0)).swap_left, kGiB);
}

TEST(Headroom, SwapOnDiskBesideZramCountsInFull) {
  Sample s = zram_machine(2 * kGiB, 2 * kGiB);
  s.memory.swap_total += 10 * kGiB;
  s.memory.swap_free += 7 * kGiB;
  EXPECT_EQ(headroom(s).swap_left, 7 * kGiB);
}

TEST(Headroom, IsNeverMoreThanTheFreeSwapWhateverZramSays) {
  Sample s = zram_machine(2 * kGiB, 0);
  s.memory.swap_free = kMiB;  // the two files were not read at the same moment
  EXPECT_EQ(headroom(s).swap_left, kMiB);
  s.zram.swap_used = 5 * kGiB;
  EXPECT_EQ(headroom(s).swap_left, kMiB);
}

TEST(Headroom, WhatTheArcHoldsAboveItsMinimumIsAvailable) {
  Sample s = machine();
  s.arc = {5 * kGiB, 2 * kGiB};
  EXPECT_EQ(headroom(s).available, 9 * kGiB);
  EXPECT_EQ(headroom(s).user_total, 17 * kGiB);
}

TEST(Headroom, AnArcBelowItsMinimumTakesNothingAway) {
  Sample s = machine();
  s.arc = {kGiB, 2 * kGiB};
  EXPECT_EQ(headroom(s).available, 6 * kGiB);
}

TEST(Headroom, WhatTmpfsHoldsBelongsNeitherToTheAvailableNorToTheWhole) {
  // 10 GiB of tmpfs fill the machine: a limit of 10 % must be one of the 4 GiB that processes can have.
  Sample s = machine();
  s.memory.shmem = 10 * kGiB;
  s.memory.mem_available = 3 * kGiB;
  s.memory.anon_pages = kGiB;
  EXPECT_EQ(headroom(s).user_total, 4 * kGiB);
  // Killing everybody gets all of it back, so the limit can be left behind.
  s.memory.mem_available += s.memory.anon_pages;
  s.memory.anon_pages = 0;
  EXPECT_EQ(headroom(s).available, headroom(s).user_total);
}

TEST(Headroom, AnonymousMemoryThatGrowsDoesNotMoveTheWhole) {
  Sample s = machine();
  const Bytes before = headroom(s).user_total;
  s.memory.mem_available -= kGiB;
  s.memory.anon_pages += kGiB;
  EXPECT_EQ(headroom(s).user_total, before);
}

TEST(Headroom, CommitLeftEndsAtZero) {
  Sample s = machine();
  s.strict_commit = true;
  s.memory.commit_limit = 10 * kGiB;
  s.memory.committed_as = 7 * kGiB;
  EXPECT_EQ(headroom(s).commit_left, 3 * kGiB);
  EXPECT_TRUE(headroom(s).strict_commit);
  s.memory.committed_as = 12 * kGiB;
  EXPECT_EQ(headroom(s).commit_left, 0U);
}

}  // namespace
}  // namespace forestall
