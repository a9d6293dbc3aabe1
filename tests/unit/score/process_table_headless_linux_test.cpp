// SPDX-License-Identifier: MIT
// ProcfsTable and a process whose first thread has exited: /proc/PID tells of no memory, that of the other threads
// does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/score/kin_of_table_linux.h"

namespace forestall::testing {
namespace {

using ::testing::ElementsAre;

class HeadlessOfTable : public KinOfTable {
 protected:
  void expect_large(Bytes anon) {
    const Census census = look();
    ASSERT_EQ(census.processes.size(), 1U);
    EXPECT_EQ(census.processes[0].id.pid, 50);
    EXPECT_EQ(census.processes[0].anon, anon);
    EXPECT_EQ(kin_in(census, 50).memory, census.processes[0].freed_by_death());
  }
};

TEST_F(HeadlessOfTable, ItHoldsWhatItsOtherThreadsTell) {
  proc_.add_headless(50, {.pid = 51, .anon = kGiB});
  expect_large(kGiB);
  EXPECT_THAT(pids(look()), ElementsAre(50)) << "a thread is no process";
}

TEST_F(HeadlessOfTable, WhoWasSmallAndWholeIsSeenToGrow) {
  proc_.add({.pid = 50, .anon = kSmall});
  settle();
  proc_.add_headless(50, {.pid = 51, .anon = kGiB});
  expect_large(kGiB);
}

TEST_F(HeadlessOfTable, WhatIsInSwapHidesNothing) {
  sample_.memory.swap_free = kGiB / 2;
  proc_.add({.pid = 50, .anon = kSmall, .swap = kSmall});
  settle();
  proc_.add_headless(50, {.pid = 51, .anon = kGiB, .swap = kSmall});
  expect_large(kGiB);
}

TEST_F(HeadlessOfTable, AThreadThatHasExitedTooIsNotAsked) {
  proc_.add_headless(50, {.pid = 52, .anon = kGiB});
  // One of many whose tracer keeps it, or that hangs as it closes its files.
  for (const std::int32_t pid : {51, 53, 54}) {
    proc_.add({.pid = pid, .anon = 0, .state = pid == 51 ? 'D' : 'Z', .process = 50, .has_memory = false});
  }
  expect_large(kGiB);
}

TEST_F(HeadlessOfTable, WhoHangsAsHeExitsHidesNothing) {
  proc_.add_headless(50, {.pid = 51, .anon = kGiB});
  proc_.add({.pid = 50, .anon = 0, .state = 'D', .threads = 2, .has_memory = false});
  proc_.write("50/statm", "0 0 0 0 0 0 0\n");
  expect_large(kGiB);
}

TEST_F(HeadlessOfTable, WithoutAnotherThreadNothingIsLeft) {
  proc_.add({.pid = 50, .anon = 0, .state = 'Z', .has_memory = false});
  proc_.write("50/statm", "0 0 0 0 0 0 0\n");
  proc_.add({.pid = 51, .anon = kGiB, .process = 50});
  EXPECT_TRUE(look().processes.empty());
}

}  // namespace
}  // namespace forestall::testing
