// SPDX-License-Identifier: MIT
#include "score/process_table_linux.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/process_stat.h"
#include "base/read_linux.h"
#include "score/rank.h"
#include "unit/score/made_up_table_linux.h"

namespace forestall {
namespace {

using ::testing::ElementsAre;
using testing::kAtLeast;
using testing::MadeUp;
using ::testing::UnorderedElementsAre;

constexpr Duration kLong = std::chrono::seconds(10);

std::shared_ptr<const MatchBook> avoiding(const Match& entry) { return testing::book({}, {entry}); }

class TableTest : public testing::MadeUpTable {
 protected:
  std::vector<std::int32_t> pids(Bytes at_least = kAtLeast) {
    std::vector<std::int32_t> found;
    for (const ProcessFacts& p : table().look(sample_, at_least).processes) found.push_back(p.id.pid);
    return found;
  }
  ProcessFacts only() {
    const Census census = table().look(sample_, kAtLeast);
    EXPECT_EQ(census.processes.size(), 1U);
    return census.processes.empty() ? ProcessFacts{} : census.processes[0];
  }
  void use_swap() { sample_.memory.swap_free -= kMiB; }
};

TEST_F(TableTest, TellsAllOfAProcess) {
  proc_.add({.pid = 50,
             .comm = "fox",
             .anon = kGiB,
             .swap = kMiB,
             .uid = 1234,
             .parent = 7,
             .process_group = 8,
             .start_time = 99,
             .state = 'D',
             .adj = -17,
             .cgroup = "/system.slice/fox.service"});
  use_swap();
  const ProcessFacts p = only();
  EXPECT_EQ(p.id, (ProcessId{50, 99}));
  EXPECT_EQ(p.parent, 7);
  EXPECT_EQ(p.process_group, 8);
  EXPECT_EQ(p.uid, 1234U);
  EXPECT_EQ(p.comm.view(), "fox");
  EXPECT_EQ(p.state, 'D');
  EXPECT_EQ(p.anon, kGiB);
  EXPECT_EQ(p.swap, kMiB);
  EXPECT_EQ(p.page_tables, 4 * kKiB);
  EXPECT_EQ(p.shmem, 8 * kKiB);
  EXPECT_EQ(p.oom_score_adj, -17);
  EXPECT_EQ(p.place.unit.view(), "fox.service");
  EXPECT_FALSE(p.kernel_thread);
  EXPECT_FALSE(p.profile.complete) << "its unit has yet to say whether it is to be spared";
}

TEST_F(TableTest, SmallProcessesAreOnlyCounted) {
  proc_.add({.pid = 50, .anon = kAtLeast - 8 * kKiB});  // page tables count too: 4 KiB
  proc_.add({.pid = 51, .anon = kAtLeast - 4 * kKiB});
  proc_.add({.pid = 52, .anon = 0});
  EXPECT_THAT(pids(), ElementsAre(51));
  EXPECT_EQ(table().look(sample_, kAtLeast).seen, 3U);
  EXPECT_THAT(pids(0), UnorderedElementsAre(50, 51, 52));
}

TEST_F(TableTest, WhatIsSwappedOutCountsWhileSwapIsInUse) {
  proc_.add({.pid = 50, .anon = 0, .swap = kGiB});
  table().learn(sample_, kAtLeast);
  proc_.add({.pid = 51, .anon = 0, .swap = kGiB});
  use_swap();
  EXPECT_THAT(pids(), UnorderedElementsAre(50, 51));
}

TEST_F(TableTest, FilesThatAreNoProcessesArePassedOver) {
  proc_.add({.pid = 50});
  for (const auto* name : {"meminfo", "self/stat", "50x/stat", "-1/stat", "4294967346/stat", "acpi/x"}) {
    proc_.write(name, "");
  }
  EXPECT_THAT(pids(), ElementsAre(50));
  EXPECT_EQ(table().look(sample_, kAtLeast).seen, 1U);
}

TEST_F(TableTest, AProcessThatVanishesMeanwhileIsPassedOver) {
  use_swap();
  for (const auto* file : {"stat", "status", "oom_score_adj"}) {
    proc_.add({.pid = 50});
    proc_.add({.pid = 51});
    proc_.remove(std::string("50/") + file);
    EXPECT_THAT(pids(), ElementsAre(51)) << file;
    proc_.add({.pid = 50});
    proc_.write(std::string("50/") + file, "");
    EXPECT_THAT(pids(), ElementsAre(51)) << file;
  }
  sample_.memory.swap_free = sample_.memory.swap_total;
  proc_.add({.pid = 50});
  proc_.remove("50/statm");
  EXPECT_THAT(pids(), ElementsAre(51));
}

TEST_F(TableTest, WithoutACgroupAProcessIsInNoUnit) {
  proc_.add({.pid = 50});
  proc_.remove("50/cgroup");
  EXPECT_TRUE(only().place.unit.empty());
}

TEST_F(TableTest, HostileNamesChangeNothingElse) {
  for (const std::string& comm :
       {std::string("a) Z 1 (b"), std::string("\n"), std::string("\xF0\x9F"), std::string()}) {
    proc_.add({.pid = 50, .comm = comm, .parent = 7});
    EXPECT_EQ(only().comm.view(), comm);
    EXPECT_EQ(only().parent, 7);
    EXPECT_EQ(only().anon, kGiB);
  }
}

TEST_F(TableTest, NobodyHidesBehindHisGroups) {
  proc_.add({.pid = 50, .groups = std::string(20'000, '7')});
  EXPECT_EQ(only().anon, kGiB);
}

TEST_F(TableTest, OfTooManyTheLargestAreKept) {
  for (std::int32_t i = 0; i < 300; ++i) {
    proc_.add({.pid = 1000 + i, .anon = kAtLeast + static_cast<Bytes>(i * 7 % 300) * kMiB});
  }
  const Census census = table().look(sample_, kAtLeast);
  EXPECT_EQ(census.processes.size(), kMaxRanked);
  EXPECT_EQ(census.seen, 300U);
  for (const ProcessFacts& p : census.processes) EXPECT_GE(p.anon, kAtLeast + (300 - kMaxRanked) * kMiB);
}

TEST_F(TableTest, WithoutProcThereIsNoTable) {
  const auto table = ProcfsTable::open(book_, "/nowhere");
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code, ENOENT);
}

TEST_F(TableTest, SeesEverybodyIfItSeesTheFirst) {
  EXPECT_FALSE(table().sees_everybody());
  proc_.add({.pid = 1});
  EXPECT_TRUE(table().sees_everybody());
}

// ---- What is learnt ahead of need -----------------------------------------------------------------------------------

TEST_F(TableTest, AProfileIsUnknownUntilItIsLearnt) {
  book_ = avoiding({.cmdline = "--vital", .points = 50});
  proc_.add({.pid = 50, .cmdline = "x --vital"});
  EXPECT_FALSE(only().profile.complete);
  table().look_thoroughly(sample_, kAtLeast, kLong);
  EXPECT_TRUE(only().profile.complete);
  EXPECT_EQ(only().profile.avoid_points, 50);
  EXPECT_EQ(only().profile.cmdline.view(), "x --vital");
  EXPECT_EQ(only().profile.exe.view(), "/usr/bin/50");
}

TEST_F(TableTest, WhatNeedsNoFilesIsKnownAtOnce) {
  book_ = avoiding({.comm = "fox", .points = 50});
  proc_.add({.pid = 50, .comm = "fox"});
  table().learn(sample_, kAtLeast);
  EXPECT_TRUE(only().profile.complete);
  EXPECT_EQ(only().profile.avoid_points, 50);
}

TEST_F(TableTest, AnotherProgramInTheSameProcessIsLearntAnew) {
  book_ = avoiding({.cmdline = "--vital", .points = 50});
  proc_.add({.pid = 50, .comm = "sh", .cmdline = "sh --vital"});
  table().look_thoroughly(sample_, kAtLeast, kLong);
  proc_.add({.pid = 50, .comm = "fox", .cmdline = "fox"});
  EXPECT_FALSE(only().profile.complete) << "what was learnt of the old one says nothing of the new one";
  EXPECT_EQ(only().profile.avoid_points, 0);
  table().look_thoroughly(sample_, kAtLeast, kLong);
  EXPECT_TRUE(only().profile.complete);
  EXPECT_EQ(only().profile.avoid_points, 0);
}

TEST_F(TableTest, AnotherProgramOfTheSameNameIsNoticedInTime) {
  book_ = avoiding({.cmdline = "--vital", .points = 50});
  proc_.add({.pid = 50, .comm = "python3", .cmdline = "python3 --vital"});
  table().look_thoroughly(sample_, kAtLeast, kLong);
  proc_.add({.pid = 50, .comm = "python3", .cmdline = "python3 hog"});
  sample_.time += std::chrono::seconds(2);
  table().look_thoroughly(sample_, kAtLeast, kLong);
  EXPECT_EQ(only().profile.avoid_points, 0);
  EXPECT_EQ(only().profile.cmdline.view(), "python3 hog");
}

TEST_F(TableTest, WhoMovesIsWhatTheEntriesSayOfWhereHeIs) {
  book_ = avoiding({.unit = "^vital\\.service$", .points = 50});
  proc_.add({.pid = 50, .cgroup = "/system.slice/vital.service"});
  table().look_thoroughly(sample_, kAtLeast, kLong);
  EXPECT_EQ(only().profile.avoid_points, 50);
  proc_.add({.pid = 50, .cgroup = "/system.slice/other.service"});
  sample_.time += std::chrono::seconds(2);
  table().look_thoroughly(sample_, kAtLeast, kLong);
  EXPECT_EQ(only().profile.avoid_points, 0);
}

TEST_F(TableTest, AnotherProcessWithTheSameNumberIsLearntAnew) {
  book_ = avoiding({.cmdline = "--vital", .points = 50});
  proc_.add({.pid = 50, .start_time = 1, .cmdline = "x --vital"});
  table().look_thoroughly(sample_, kAtLeast, kLong);
  proc_.add({.pid = 50, .start_time = 2, .cmdline = "x --vital"});
  EXPECT_FALSE(only().profile.complete);
}

TEST_F(TableTest, NewEntriesAreLearntAnew) {
  book_ = avoiding({.cmdline = "--vital", .points = 50});
  proc_.add({.pid = 50, .cmdline = "x --vital"});
  table().look_thoroughly(sample_, kAtLeast, kLong);
  table().replace(avoiding({.cmdline = "--vital", .points = 7}));
  EXPECT_FALSE(only().profile.complete);
  table().look_thoroughly(sample_, kAtLeast, kLong);
  EXPECT_EQ(only().profile.avoid_points, 7);
}

TEST_F(TableTest, WhoeverCouldNotBeReadIsAskedAgain) {
  book_ = avoiding({.cmdline = "--vital", .points = 50});
  proc_.add({.pid = 50, .cmdline = "x --vital"});
  table();
  const std::string away = proc_.path() + "-away";  // the open directory stays, its name does not
  std::filesystem::rename(proc_.path(), away);
  table().look_thoroughly(sample_, kAtLeast, kLong);
  EXPECT_FALSE(only().profile.complete);
  std::filesystem::rename(away, proc_.path());
  table().look_thoroughly(sample_, kAtLeast, kLong);
  EXPECT_TRUE(only().profile.complete);
}

TEST_F(TableTest, WhoeverCannotBeReadIsNotWaitedForForEver) {
  book_ = avoiding({.cmdline = "--vital", .points = 50});
  proc_.add({.pid = 50, .cmdline = "x --vital"});
  table();
  const std::string away = proc_.path() + "-away";
  std::filesystem::rename(proc_.path(), away);
  table().look_thoroughly(sample_, kAtLeast, kLong);
  sample_.time += std::chrono::milliseconds(999);
  EXPECT_FALSE(only().profile.complete);
  sample_.time += std::chrono::milliseconds(1);
  EXPECT_TRUE(only().profile.complete);
  EXPECT_EQ(only().profile.avoid_points, 0);
  std::filesystem::rename(away, proc_.path());
  table().look_thoroughly(sample_, kAtLeast, kLong);
  EXPECT_EQ(only().profile.avoid_points, 50) << "asked again all the same";
}

TEST_F(TableTest, TellsOfAnybodyByNumberHoweverSmall) {
  constexpr std::uint64_t pf_kthread = 0x00200000;
  book_ = testing::book({{.comm = "^keeper$", .uid = 1000}});
  proc_.add({.pid = 50, .comm = "keeper", .anon = 4 * kKiB, .cmdline = "x"});
  proc_.add({.pid = 51, .comm = "kthread", .anon = 0, .flags = pf_kthread});
  table().look_thoroughly(sample_, kAtLeast, kLong);
  const auto small = table().facts_of(50);
  ASSERT_TRUE(small);
  EXPECT_EQ(small->id, (ProcessId{50, 777}));
  EXPECT_EQ(small->freed_by_death(), 8 * kKiB);
  EXPECT_TRUE(small->profile.is_protected);
  const auto kernel_thread = table().facts_of(51);
  ASSERT_TRUE(kernel_thread);
  EXPECT_TRUE(kernel_thread->kernel_thread);
}

TEST_F(TableTest, TellsNothingOfWhoWasNotThereOrIsGone) {
  proc_.add({.pid = 50});
  table().look_thoroughly(sample_, kAtLeast, kLong);
  proc_.add({.pid = 51});  // as a thread: not listed, but there for whoever knows its number
  EXPECT_FALSE(table().facts_of(51));
  EXPECT_FALSE(table().facts_of(52));
  proc_.remove("50");
  EXPECT_FALSE(table().facts_of(50));
}

// ---- The real /proc -------------------------------------------------------------------------------------------------

TEST(RealProc, OfACommandNobodyIsAnAncestor) {
  const auto table = ProcfsTable::open(std::make_shared<const MatchBook>(), "/proc", "/sys/fs/cgroup", 0);
  ASSERT_TRUE(table) << table.error().what;
  EXPECT_TRUE((*table)->look(Sample{}, 0).lineage.empty());
  EXPECT_TRUE((*table)->learn(Sample{}, 0).lineage.empty());
}

TEST(RealProc, HoldsThisProcessAndItsLineage) {
  const auto table = ProcfsTable::open(std::make_shared<const MatchBook>());
  ASSERT_TRUE(table) << table.error().what;
  std::array<char, 2048> buffer{};
  const auto stat = parse_stat(*read_once(AT_FDCWD, "/proc/self/stat", buffer));
  ASSERT_TRUE(stat);

  const Census census = (*table)->look(Sample{}, 0);
  const auto self = std::ranges::find(census.processes, ::getpid(), [](const ProcessFacts& p) { return p.id.pid; });
  ASSERT_NE(self, census.processes.end());
  EXPECT_EQ(self->id.start_time, stat->start_time);
  EXPECT_EQ(self->parent, ::getppid());
  EXPECT_EQ(self->process_group, ::getpgrp());
  EXPECT_EQ(self->uid, ::getuid());
  EXPECT_EQ(self->comm.view(), stat->comm.view());
  EXPECT_GT(self->anon, 0U);
  EXPECT_GE(census.seen, census.processes.size());

  ASSERT_GE(census.lineage.size(), 2U);
  EXPECT_EQ(census.lineage[0], ::getpid());
  EXPECT_EQ(census.lineage[1], ::getppid());
}

}  // namespace
}  // namespace forestall
