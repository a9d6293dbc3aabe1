// SPDX-License-Identifier: MIT
// What ProcfsTable keeps of everybody, and what it reads anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "unit/score/kin_of_table_linux.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::UnorderedElementsAre;

TEST_F(KinOfTable, AreEverybodyButKernelThreads) {
  proc_.add({.pid = 2, .flags = 0x200000});
  proc_.add({.pid = 3, .anon = 0, .flags = 0x200000});
  proc_.add({.pid = 50});
  proc_.add({.pid = 51, .anon = kSmall});
  proc_.add({.pid = 52, .anon = 0});
  EXPECT_THAT(pids(look()), UnorderedElementsAre(50, 51, 52));
  EXPECT_THAT(pids(learn()), UnorderedElementsAre(50, 51, 52));
  EXPECT_THAT(pids(look()), UnorderedElementsAre(50, 51, 52)) << "also when they are remembered";
}

TEST_F(KinOfTable, TellWhatMattersOfASmallOne) {
  MadeUp fox{.pid = 51, .comm = "fox", .anon = kSmall, .uid = 1234, .parent = 7, .process_group = 8};
  fox.start_time = 99;
  fox.adj = 17;
  fox.cgroup = "/system.slice/fox.service";
  proc_.add(fox);
  for (const bool remembered : {false, true}) {
    if (remembered) learn();
    const Kin kin = this->kin(51);
    EXPECT_EQ(kin.id, (ProcessId{51, 99}));
    EXPECT_EQ(kin.parent, 7);
    EXPECT_EQ(kin.process_group, 8);
    EXPECT_EQ(kin.uid, 1234U);
    EXPECT_EQ(kin.oom_score_adj, 17);
    EXPECT_EQ(kin.comm.view(), "fox");
    EXPECT_EQ(kin.memory, kSmall + (remembered ? 0 : 4 * kKiB)) << "its page tables are read only once";
    EXPECT_FALSE(kin.must_live);
    EXPECT_EQ(kin.profile_known, remembered) << "its unit has yet to say whether it is to be spared";
    EXPECT_EQ(place(51).cgroup.unit.view(), "fox.service");
    EXPECT_NE(place(51).unit, 0U);
  }
}

TEST_F(KinOfTable, WhatASmallOneHoldsIsReadEachTime) {
  proc_.add({.pid = 51, .anon = kSmall});
  learn();
  proc_.add({.pid = 51, .anon = 3 * kSmall});
  EXPECT_EQ(kin(51).memory, 3 * kSmall);
  sample_.memory.swap_free -= kMiB;
  proc_.add({.pid = 51, .anon = 2 * kSmall, .swap = 5 * kSmall});
  EXPECT_EQ(kin(51).memory, 7 * kSmall + 4 * kKiB);
  EXPECT_EQ(kin(51).swap, 5 * kSmall);
}

TEST_F(KinOfTable, WhatASmallOneHasInSwapIsReadAnewWhenAsMuchHasMovedAsMatters) {
  sample_.memory.swap_free -= 100 * kMiB;
  proc_.add({.pid = 51, .anon = kSmall, .swap = kSmall});
  settle();
  proc_.add({.pid = 51, .anon = 2 * kSmall, .swap = 5 * kSmall});
  proc_.add({.pid = 52, .anon = kSmall, .swap = 5 * kSmall});
  sample_.memory.swap_free -= kAtLeast / 4 - 1;
  Census census = look();
  EXPECT_EQ(kin_in(census, 51).swap, kSmall);
  EXPECT_EQ(kin_in(census, 51).memory, 3 * kSmall) << "the rest is always new";
  EXPECT_EQ(kin_in(census, 52).swap, 5 * kSmall) << "of somebody new nothing is known";
  sample_.memory.swap_free -= 1;
  EXPECT_EQ(kin(51).swap, 5 * kSmall);
  proc_.add({.pid = 51, .anon = kSmall, .swap = kSmall});
  sample_.memory.swap_free += kAtLeast / 4;
  EXPECT_EQ(kin(51).swap, kSmall) << "the other way too";
  sample_.memory.swap_free = sample_.memory.swap_total;
  EXPECT_EQ(kin(51).swap, 0U) << "where swap is empty nobody has any";
}

TEST_F(KinOfTable, WhoHasGrownLargeIsReadInFull) {
  proc_.add({.pid = 51, .anon = kSmall, .adj = 1});
  learn();
  proc_.add({.pid = 51, .anon = kGiB, .adj = 2});
  const Census census = look();
  EXPECT_EQ(census.processes.size(), 1U);
  EXPECT_EQ(kin_in(census, 51).oom_score_adj, 2);
}

TEST_F(KinOfTable, ANewSmallOneIsReadInFullAtOnce) {
  learn();
  proc_.add({.pid = 51, .anon = kSmall, .parent = 7, .adj = 3});
  EXPECT_EQ(kin(51).parent, 7);
  EXPECT_EQ(kin(51).oom_score_adj, 3);
}

TEST_F(KinOfTable, WhoHasJustBeenBornIsAskedForItsParentEachTime) {
  proc_.add({.pid = 51, .comm = "old", .anon = kSmall, .parent = 7, .process_group = 8, .start_time = 9});
  learn();
  proc_.add({.pid = 51, .comm = "old", .anon = kSmall, .parent = 1, .process_group = 51, .start_time = 9});
  EXPECT_EQ(kin(51).parent, 1);
  EXPECT_EQ(kin(51).process_group, 51);
  proc_.add({.pid = 51, .comm = "new", .anon = kSmall, .uid = 1000, .start_time = 9, .adj = 4});
  EXPECT_EQ(kin(51).oom_score_adj, 4) << "a new program is read in full";
}

TEST_F(KinOfTable, TheRestOfASmallOneIsRememberedUntilSomethingIsLearnt) {
  proc_.add({.pid = 51, .comm = "old", .anon = kSmall, .parent = 7, .process_group = 8, .start_time = 9});
  settle();
  proc_.add({.pid = 51, .comm = "old", .anon = kSmall, .parent = 1, .process_group = 51, .start_time = 9});
  EXPECT_EQ(kin(51).parent, 7);
  EXPECT_EQ(kin_in(learn(), 51).parent, 1) << "its parent has ended";
  EXPECT_EQ(kin(51).process_group, 51);
}

TEST_F(KinOfTable, AnotherProgramOrAnotherProcessIsReadAnewWhenSomethingIsLearnt) {
  proc_.add({.pid = 51, .comm = "old", .anon = kSmall, .uid = 0, .start_time = 9});
  settle();
  proc_.add({.pid = 51, .comm = "new", .anon = kSmall, .uid = 1000, .start_time = 9, .adj = 4});
  EXPECT_EQ(kin(51).comm.view(), "old");
  learn();
  EXPECT_EQ(kin(51).comm.view(), "new");
  EXPECT_EQ(kin(51).uid, 1000U);
  EXPECT_EQ(kin(51).oom_score_adj, 4);
  proc_.add({.pid = 51, .comm = "new", .anon = kSmall, .uid = 2000, .start_time = 10, .adj = 5});
  learn();
  EXPECT_EQ(kin(51).id.start_time, 10U);
  EXPECT_EQ(kin(51).uid, 2000U);
  EXPECT_EQ(kin(51).oom_score_adj, 5);
}

TEST_F(KinOfTable, WhatLeavesNoTraceInStatIsReadAnewSoonAtFirst) {
  proc_.add({.pid = 51, .anon = kSmall});
  learn();
  proc_.add({.pid = 51, .anon = kSmall, .cgroup = "/system.slice/y.service"});
  sample_.time += 1s;
  learn();
  EXPECT_EQ(place(51).cgroup.unit.view(), "y.service") << "systemd moves a process into its unit after it was born";
}

TEST_F(KinOfTable, WhatLeavesNoTraceInStatIsReadAnewAfterTwoMinutes) {
  proc_.add({.pid = 51, .anon = kSmall});
  learn();
  sample_.time += 3min;
  learn();
  proc_.add({.pid = 51, .anon = kSmall, .uid = 4, .adj = 5, .cgroup = "/system.slice/y.service"});
  sample_.time += 119s;
  learn();
  EXPECT_EQ(kin(51).oom_score_adj, 0);
  sample_.time += 1s;
  learn();
  EXPECT_EQ(kin(51).oom_score_adj, 5);
  EXPECT_EQ(kin(51).uid, 4U);
  EXPECT_EQ(place(51).cgroup.unit.view(), "y.service");
}

TEST_F(KinOfTable, WhoIsGoneIsForgotten) {
  proc_.add({.pid = 51, .anon = kSmall, .adj = 1});
  learn();
  proc_.remove("51");
  learn();
  proc_.add({.pid = 51, .anon = kSmall, .adj = 2});
  EXPECT_EQ(kin(51).oom_score_adj, 2);
}

TEST_F(KinOfTable, WhoIsMercifullySparedMustLive) {
  proc_.add({.pid = 1, .anon = kSmall, .cgroup = "/init.scope"});
  proc_.add({.pid = 50, .anon = kGiB, .adj = -1000});
  proc_.add({.pid = 51, .anon = kSmall, .adj = -1000});
  proc_.add({.pid = 52, .anon = kSmall, .adj = -999});
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(kin(1).must_live);
    EXPECT_TRUE(kin(50).must_live);
    EXPECT_TRUE(kin(51).must_live);
    EXPECT_FALSE(kin(52).must_live);
    learn();
  }
}

// ---- What the entries say -------------------------------------------------------------------------------------------

TEST_F(KinOfTable, EntriesHoldForASmallOneFromWhenItWasLearnt) {
  book_ = book({{.comm = "vital", .uid = 1000}}, {{.comm = "dear", .points = 60}}, {{.comm = "dear", .points = 40}});
  proc_.add({.pid = 51, .comm = "vital", .anon = kSmall});
  proc_.add({.pid = 52, .comm = "dear", .anon = kSmall});
  EXPECT_FALSE(kin(51).profile_known);
  EXPECT_FALSE(kin(51).must_live);
  learn();
  EXPECT_TRUE(kin(51).profile_known);
  EXPECT_TRUE(kin(51).must_live);
  EXPECT_FALSE(kin(52).must_live);
  EXPECT_EQ(kin(52).avoid_points, 60);
  EXPECT_EQ(kin(52).prefer_points, 40);
}

TEST_F(KinOfTable, EntriesThatReadFilesHoldWhenTheyWereRead) {
  book_ = book({{.cmdline = "--vital", .uid = 1000}, {.comm = "dear", .uid = 1000}});
  proc_.add({.pid = 51, .anon = kSmall, .cmdline = "x --vital"});
  proc_.add({.pid = 52, .anon = kSmall, .cmdline = "x"});
  proc_.add({.pid = 53, .comm = "dear", .anon = kSmall});
  proc_.remove("53/cmdline");
  EXPECT_FALSE(kin(51).profile_known);
  learn_thoroughly();
  EXPECT_TRUE(kin(51).profile_known);
  EXPECT_TRUE(kin(51).must_live);
  EXPECT_TRUE(kin(52).profile_known);
  EXPECT_FALSE(kin(52).must_live);
  EXPECT_TRUE(kin(53).must_live) << "by what can be told without files";
}

TEST_F(KinOfTable, ASmallOneThatCouldNotBeReadIsAskedAgain) {
  book_ = book({{.cmdline = "--vital", .uid = 1000}});
  proc_.add({.pid = 51, .anon = kSmall, .cmdline = "x --vital"});
  table();
  const std::string away = proc_.path() + "-away";  // the open directory stays, its name does not
  std::filesystem::rename(proc_.path(), away);
  learn_thoroughly();
  EXPECT_FALSE(kin(51).profile_known);
  std::filesystem::rename(away, proc_.path());
  learn_thoroughly();
  EXPECT_TRUE(kin(51).must_live) << "a decision that waits for its profile learns, and would wait for nothing";
}

TEST_F(KinOfTable, WhatTheOldEntriesSaidIsForgotten) {
  book_ = book({{.comm = "vital", .uid = 1000}});
  proc_.add({.pid = 51, .comm = "vital", .anon = kSmall});
  learn();
  table().replace(book({{.comm = "other", .uid = 1000}}));
  EXPECT_FALSE(kin(51).must_live);
  EXPECT_FALSE(kin(51).profile_known);
}

}  // namespace
}  // namespace forestall::testing
