// SPDX-License-Identifier: MIT
#include "score/traits_linux.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "unit/score/fake_proc_linux.h"

namespace forestall {
namespace {

TEST(Traits, AreReadFromTheFilesOfAProcess) {
  const testing::FakeProc proc;
  proc.add({.pid = 50, .comm = "fox", .uid = 1234, .start_time = 99, .cmdline = std::string("fox\0--now\0", 10)});
  const auto traits = read_traits(proc.path(), 50);
  ASSERT_TRUE(traits);
  EXPECT_EQ(traits->id, (ProcessId{50, 99}));
  EXPECT_EQ(traits->comm, "fox");
  EXPECT_EQ(traits->uid, 1234U);
  EXPECT_EQ(traits->cmdline, "fox --now");
  EXPECT_EQ(traits->exe, "/usr/bin/50");
  EXPECT_EQ(traits->place.unit.view(), "x.service");
}

TEST(Traits, OfAProcessThatIsGoneOrGoingAreNone) {
  const testing::FakeProc proc;
  EXPECT_FALSE(read_traits(proc.path(), 50));
  for (const auto* file : {"stat", "status"}) {
    proc.add({.pid = 50});
    proc.remove(std::string("50/") + file);
    EXPECT_FALSE(read_traits(proc.path(), 50)) << file;
  }
}

TEST(Traits, WhatCannotBeReadIsEmpty) {
  const testing::FakeProc proc;
  proc.add({.pid = 50});
  for (const auto* file : {"exe", "cmdline", "cgroup"}) proc.remove(std::string("50/") + file);
  const auto traits = read_traits(proc.path(), 50);
  ASSERT_TRUE(traits);
  EXPECT_TRUE(traits->exe.empty() && traits->cmdline.empty() && traits->place.unit.empty());
}

TEST(Traits, ACommandLineIsCutAt4KiB) {
  const testing::FakeProc proc;
  proc.add({.pid = 50, .cmdline = std::string(100'000, 'a')});
  EXPECT_EQ(read_traits(proc.path(), 50)->cmdline, std::string(4096, 'a'));
}

TEST(Traits, OfMembersOfManyGroupsAreReadAsWell) {
  const testing::FakeProc proc;
  proc.add({.pid = 50, .uid = 1234, .groups = std::string(20'000, '7')});
  EXPECT_EQ(read_traits(proc.path(), 50)->uid, 1234U);
}

TEST(Traits, OfAProcessWhoseFirstThreadExitedAreThoseOfAnother) {
  const testing::FakeProc proc;
  proc.add_headless(50, {.pid = 51, .comm = "fox", .uid = 1234, .cmdline = std::string("fox\0--now\0", 10)});
  const auto traits = read_traits(proc.path(), 50);
  ASSERT_TRUE(traits);
  EXPECT_EQ(traits->id.pid, 50);
  EXPECT_EQ(traits->cmdline, "fox --now");
  EXPECT_EQ(traits->exe, "/usr/bin/51");
}

TEST(Traits, OfAllProcessesLeaveKernelThreadsOut) {
  const testing::FakeProc proc;
  proc.add({.pid = 50});
  proc.add({.pid = 51, .flags = 0x200000});
  proc.add({.pid = 52});
  proc.write("meminfo", "");
  proc.write("99999999999/stat", "");
  auto all = read_all_traits(proc.path());
  std::ranges::sort(all, {}, &OwnedTraits::id);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id.pid, 50);
  EXPECT_EQ(all[1].id.pid, 52);
}

TEST(Traits, OfThisProcessAreReadFromTheRealProc) {
  const auto traits = read_traits("/proc", ::getpid());
  ASSERT_TRUE(traits);
  EXPECT_NE(traits->cmdline.find("score_test"), std::string::npos);
  EXPECT_NE(traits->exe.find("score_test"), std::string::npos);
}

}  // namespace
}  // namespace forestall
