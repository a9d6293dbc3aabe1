// SPDX-License-Identifier: MIT
#include "poll/procfs_source_linux.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "unit/file_tree_linux.h"

namespace forestall {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kMeminfo =
    "MemTotal: 8000 kB\nMemFree: 100 kB\nMemAvailable: 4000 kB\nAnonPages: 3000 kB\n"
    "SwapTotal: 2000 kB\nSwapFree: 1500 kB\nCommitLimit: 6000 kB\nCommitted_AS: 5000 kB\n";

/// A machine that offers everything.
class ProcfsSourceTest : public ::testing::Test {
 protected:
  ProcfsSourceTest() {
    tree_.write("proc/meminfo", kMeminfo);
    tree_.write("proc/pressure/memory", "some total=5\nfull total=3\n");
    tree_.write("proc/vmstat", "pgscan_kswapd 9\noom_kill 1\n");
    tree_.write("proc/swaps", "Filename Type Size Used Priority\n/dev/zram0 partition 2000 500 100\n");
    tree_.write("proc/sys/vm/overcommit_memory", "0\n");
    tree_.write("sys/block/zram0/mm_stat", "400000 100000 120000 0 120000 0 0 0 0\n");
  }

  [[nodiscard]] Result<ProcfsSource> open() const { return ProcfsSource::open(tree_.path("proc"), tree_.path("sys")); }
  [[nodiscard]] ProcfsSource source() const {
    auto opened = open();
    EXPECT_TRUE(opened) << opened.error().what;
    return *std::move(opened);
  }
  static Sample read(ProcfsSource& source) {
    auto sample = source.read();
    EXPECT_TRUE(sample) << sample.error().what;
    return sample.value_or(Sample{});
  }

  testing::FileTree tree_;
};

TEST_F(ProcfsSourceTest, LooksAtNodesWhereThereAreSeveralWithMemory) {
  const auto node = [&](int number, int total, int free) {
    tree_.write(fmt::format("sys/devices/system/node/node{}/meminfo", number),
                fmt::format("Node {0} MemTotal: {1} kB\nNode {0} MemFree: {2} kB\n", number, total, free));
  };
  node(0, 4000, 100);
  node(1, 0, 0);
  ProcfsSource of_one = source();
  EXPECT_EQ(read(of_one).node_count, 0U);
  node(5, 3000, 200);
  ProcfsSource of_two = source();
  node(5, 3000, 150);
  const Sample s = read(of_two);
  ASSERT_EQ(s.node_count, 2U);
  EXPECT_EQ(s.nodes[0], (NodeMemory{0, 4000 * kKiB, 100 * kKiB}));
  EXPECT_EQ(s.nodes[1], (NodeMemory{5, 3000 * kKiB, 150 * kKiB}));
}

TEST_F(ProcfsSourceTest, ReadsEverythingThereIs) {
  tree_.write("proc/spl/kstat/zfs/arcstats", "size 4 700\nc_min 4 200\n");
  ProcfsSource machine = source();
  const Sample s = read(machine);
  EXPECT_EQ(s.memory.mem_available, 4000 * kKiB);
  EXPECT_EQ(s.psi, (PressureTotals{std::chrono::microseconds(5), std::chrono::microseconds(3)}));
  EXPECT_EQ(s.vmstat, (Vmstat{.pgscan = 9, .oom_kill = 1}));
  EXPECT_EQ(s.zram, (Zram{2000 * kKiB, 500 * kKiB, 400000, 120000}));
  EXPECT_EQ(s.arc, (Arc{700, 200}));
  EXPECT_FALSE(s.strict_commit);
  EXPECT_THAT(machine.missing(), IsEmpty());
}

/// `pages` on the list of each of so many processors that no buffer holds the file.
std::string zoneinfo(int pages) {
  std::string text = "Node 0, zone   Normal\n";
  for (int cpu = 0; cpu < 1000; ++cpu) text += fmt::format("    cpu: {}\n              count:    {}\n", cpu, pages);
  return text;
}

/// What of that counts: all but 32 MiB.
Bytes parked(int pages) {
  const Bytes listed = static_cast<Bytes>(pages) * 1000 * static_cast<Bytes>(::sysconf(_SC_PAGESIZE));
  return listed - std::min(listed, 32 * kMiB);
}

TEST_F(ProcfsSourceTest, WhatIsParkedIsLookedAtEachTimeOnlyIfItIsMuch) {
  tree_.write("proc/meminfo", "MemTotal: 800000000 kB\nMemAvailable: 4000 kB\n");
  tree_.write("proc/zoneinfo", zoneinfo(20));
  ProcfsSource machine = source();
  EXPECT_EQ(read(machine).parked, parked(20));
  tree_.write("proc/zoneinfo", zoneinfo(1));
  EXPECT_EQ(read(machine).parked, parked(1)) << "80 MiB were much";
  tree_.write("proc/zoneinfo", zoneinfo(30));
  EXPECT_EQ(read(machine).parked, parked(1)) << "4 MiB were little";
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(read(machine).parked, parked(30));
}

TEST_F(ProcfsSourceTest, WhatIsParkedIsNotLookedAtEachTimeWhileThereIsPlenty) {
  tree_.write("proc/meminfo", "MemTotal: 800000000 kB\nMemAvailable: 200000000 kB\n");
  tree_.write("proc/zoneinfo", zoneinfo(20));
  ProcfsSource machine = source();
  EXPECT_EQ(read(machine).parked, parked(20));
  tree_.write("proc/zoneinfo", zoneinfo(30));
  EXPECT_EQ(read(machine).parked, parked(20));
  tree_.write("proc/meminfo", "MemTotal: 800000000 kB\nMemAvailable: 199999999 kB\n");
  EXPECT_EQ(read(machine).parked, parked(30));
}

TEST_F(ProcfsSourceTest, WhatIsParkedMayBeOldOnlyWhereHalfOfAllIsAvailable) {
  for (const bool half : {false, true}) {
    tree_.write("proc/meminfo",
                fmt::format("MemTotal: 800000000 kB\nMemAvailable: {} kB\n", half ? 400000000 : 399999999));
    tree_.write("proc/zoneinfo", zoneinfo(20));
    ProcfsSource machine = source();
    EXPECT_EQ(read(machine).parked, parked(20));
    tree_.write("proc/zoneinfo", zoneinfo(30));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    EXPECT_EQ(read(machine).parked, parked(half ? 20 : 30));
  }
}

TEST_F(ProcfsSourceTest, WhatIsParkedIsLookedAtWhenSomebodyHasTakenOfIt) {
  const auto meminfo = [&](int anon) {
    tree_.write("proc/meminfo",
                fmt::format("MemTotal: 800000000 kB\nMemAvailable: 700000000 kB\nAnonPages: {} kB\n", anon));
  };
  meminfo(1000000);
  tree_.write("proc/zoneinfo", zoneinfo(20));
  ProcfsSource machine = source();
  EXPECT_EQ(read(machine).parked, parked(20));
  tree_.write("proc/zoneinfo", zoneinfo(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  meminfo(1020000);
  EXPECT_EQ(read(machine).parked, parked(20)) << "20 MB, and half of all is available";
  meminfo(1040000);
  EXPECT_EQ(read(machine).parked, parked(10)) << "40 MB: they would count as available and as used";
}

TEST_F(ProcfsSourceTest, WhatIsParkedIsLookedAtWhenSomebodyHasGivenMemoryBack) {
  const auto meminfo = [&](const char* anon) {
    tree_.write("proc/meminfo", fmt::format("MemTotal: 800000000 kB\nMemAvailable: 4000 kB\nAnonPages: {} kB\n", anon));
  };
  meminfo("3000000");
  tree_.write("proc/zoneinfo", zoneinfo(1));
  ProcfsSource machine = source();
  EXPECT_EQ(read(machine).parked, parked(1));
  tree_.write("proc/zoneinfo", zoneinfo(15));
  meminfo("2980000");
  EXPECT_EQ(read(machine).parked, parked(1)) << "20 MB";
  meminfo("2960000");
  EXPECT_EQ(read(machine).parked, parked(15)) << "40 MB";
}

TEST_F(ProcfsSourceTest, WhatIsParkedIsLookedAtWhenSomebodyWhoCameMeanwhileHasGivenMemoryBack) {
  const auto meminfo = [&](const char* anon) {
    tree_.write("proc/meminfo",
                fmt::format("MemTotal: 800000000 kB\nMemAvailable: 400000000 kB\nAnonPages: {} kB\n", anon));
  };
  meminfo("1000000");
  tree_.write("proc/zoneinfo", zoneinfo(1));
  ProcfsSource machine = source();
  EXPECT_EQ(read(machine).parked, parked(1));
  meminfo("4000000");
  EXPECT_EQ(read(machine).parked, parked(1));
  tree_.write("proc/zoneinfo", zoneinfo(15));
  meminfo("2000000");
  EXPECT_EQ(read(machine).parked, parked(15)) << "more than at first, but much less than a moment ago";
}

TEST_F(ProcfsSourceTest, NoMoreIsParkedThanThereIs) {
  tree_.write("proc/meminfo", "MemTotal: 65536 kB\nMemAvailable: 4000 kB\n");
  tree_.write("proc/zoneinfo", zoneinfo(20));
  ProcfsSource machine = source();
  EXPECT_EQ(read(machine).parked, 32 * kMiB) << "of 80 MiB on a machine of 64";
}

TEST_F(ProcfsSourceTest, NothingIsParkedWhereNobodyTells) {
  ProcfsSource machine = source();
  EXPECT_EQ(read(machine).parked, 0U);
}

TEST_F(ProcfsSourceTest, TimeNeverRunsBackwards) {
  ProcfsSource machine = source();
  const Sample first = read(machine);
  const Sample second = read(machine);
  EXPECT_GT(first.time, Instant{});
  EXPECT_GE(second.time, first.time);
}

TEST_F(ProcfsSourceTest, WithoutMeminfoThereIsNoSource) {
  tree_.remove("proc/meminfo");
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ENOENT);
  EXPECT_THAT(opened.error().what, HasSubstr("/meminfo"));
}

TEST_F(ProcfsSourceTest, AMeminfoThatMakesNoSenseIsNotBlamedOnACall) {
  tree_.write("proc/meminfo", "no memory here\n");  // arcstats is missing too, and left ENOENT behind
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, 0);
}

TEST_F(ProcfsSourceTest, SaysThatPressureIsMissingAndWorksWithTheRest) {
  tree_.remove("proc/pressure");
  ProcfsSource machine = source();
  EXPECT_THAT(machine.missing(), Contains(HasSubstr("/proc/pressure/memory")));
  EXPECT_FALSE(read(machine).psi);
  EXPECT_EQ(read(machine).memory.mem_available, 4000 * kKiB);
}

TEST_F(ProcfsSourceTest, SaysThatVmstatIsMissingAndWorksWithTheRest) {
  tree_.remove("proc/vmstat");
  ProcfsSource machine = source();
  EXPECT_THAT(machine.missing(), Contains(HasSubstr("/proc/vmstat")));
  EXPECT_FALSE(read(machine).vmstat);
  EXPECT_TRUE(read(machine).psi);
}

TEST_F(ProcfsSourceTest, SeesWhatWasWrittenBetweenTwoReads) {
  ProcfsSource machine = source();
  EXPECT_EQ(read(machine).memory.mem_available, 4000 * kKiB);
  tree_.write("proc/meminfo", "MemTotal: 8000 kB\nMemAvailable: 70 kB\n");
  tree_.write("proc/pressure/memory", "some total=6\nfull total=4\n");
  tree_.write("proc/sys/vm/overcommit_memory", "2\n");
  const Sample s = read(machine);
  EXPECT_EQ(s.memory.mem_available, 70 * kKiB);
  EXPECT_EQ(s.memory.swap_total, 0U);
  EXPECT_EQ(s.psi->some, std::chrono::microseconds(6));
  EXPECT_TRUE(s.strict_commit);
}

TEST_F(ProcfsSourceTest, CountersAreWhereTheyWereUntilSomebodyStalls) {
  ProcfsSource machine = source();
  tree_.write("proc/vmstat", "pgscan_kswapd 30\noom_kill 2\n");
  tree_.write("proc/pressure/memory", "some total=5\nfull total=3\n");
  EXPECT_EQ(read(machine).vmstat, (Vmstat{.pgscan = 9, .oom_kill = 1}));
  tree_.write("proc/pressure/memory", "some total=6\nfull total=3\n");
  EXPECT_EQ(read(machine).vmstat, (Vmstat{.pgscan = 30, .oom_kill = 2}));
}

TEST_F(ProcfsSourceTest, CountersAreReadAnewInTenSecondsAndWhatMovedWhileNobodyStalledIsLeftOut) {
  ProcfsSource machine = source();
  tree_.write("proc/vmstat", "pgscan_kswapd 30\noom_kill 2\n");
  std::this_thread::sleep_for(std::chrono::seconds(10));
  EXPECT_EQ(read(machine).vmstat, (Vmstat{.pgscan = 9, .oom_kill = 2}));
  tree_.write("proc/pressure/memory", "some total=6\nfull total=3\n");
  tree_.write("proc/vmstat", "pgscan_kswapd 35\noom_kill 2\n");
  EXPECT_EQ(read(machine).vmstat, (Vmstat{.pgscan = 14, .oom_kill = 2}));
}

TEST_F(ProcfsSourceTest, CountersAreReadEachTimeWhereNobodyTellsOfStalls) {
  tree_.remove("proc/pressure/memory");
  ProcfsSource machine = source();
  tree_.write("proc/vmstat", "pgscan_kswapd 30\noom_kill 2\n");
  EXPECT_EQ(read(machine).vmstat, (Vmstat{.pgscan = 30, .oom_kill = 2}));
}

TEST_F(ProcfsSourceTest, AReadThatMakesNoSenseIsAnErrorAndTheNextOneIsNot) {
  ProcfsSource machine = source();
  tree_.write("proc/meminfo", "MemTotal: 8000 kB\nMemAvail");
  EXPECT_FALSE(machine.read());
  tree_.write("proc/meminfo", kMeminfo);
  EXPECT_TRUE(machine.read());
}

class Overcommit : public ProcfsSourceTest, public ::testing::WithParamInterface<std::pair<const char*, bool>> {};

TEST_P(Overcommit, IsStrictOnlyWith2) {
  tree_.write("proc/sys/vm/overcommit_memory", GetParam().first);
  ProcfsSource machine = source();
  EXPECT_EQ(read(machine).strict_commit, GetParam().second);
}

INSTANTIATE_TEST_SUITE_P(ProcfsSource, Overcommit,
                         ::testing::Values(std::pair("0\n", false), std::pair("1\n", false), std::pair("2\n", true),
                                           std::pair("22\n", false), std::pair("", false)));

/// Beside zram0 it swaps to a disk and to zram3.
class SeveralSwaps : public ProcfsSourceTest {
 protected:
  SeveralSwaps() {
    tree_.write("proc/swaps",
                "Filename Type Size Used Priority\n/dev/zram0 partition 2000 500 100\n"
                "/dev/sda2 partition 9000 8000 -2\n/dev/zram3 partition 1000 100 100\n");
    tree_.write("sys/block/zram3/mm_stat", "1000 100 200 0 0 0 0 0 0\n");
  }
};

TEST_F(SeveralSwaps, SumsTheZramDevicesAndLeavesDisksOut) {
  ProcfsSource machine = source();
  EXPECT_EQ(read(machine).zram, (Zram{3000 * kKiB, 600 * kKiB, 401000, 120200}));
}

TEST_F(ProcfsSourceTest, DoesNotCountAZramDeviceThatTellsNothing) {
  tree_.remove("sys/block");
  ProcfsSource machine = source();
  EXPECT_EQ(read(machine).zram, Zram{});
}

TEST_F(ProcfsSourceTest, FindsAZramDeviceAgainThatWasMadeAnew) {
  ProcfsSource machine = source();
  tree_.write("sys/block/zram0/mm_stat", "");  // as a device that has just been reset cannot be read
  EXPECT_EQ(read(machine).zram, Zram{});
  tree_.remove("sys/block/zram0");
  tree_.write("sys/block/zram0/mm_stat", "4096 50 60 0 60 0 0 0 0\n");
  EXPECT_EQ(read(machine).zram.stored, 4096U);
}

TEST_F(SeveralSwaps, OpensADeviceOnceHoweverOftenAnotherIsMadeAnew) {
  ProcfsSource machine = source();
  for (int times = 0; times < 40; ++times) {
    tree_.write("sys/block/zram0/mm_stat", "");
    EXPECT_EQ(read(machine).zram.stored, 1000U);
  }
  tree_.write("sys/block/zram0/mm_stat", "4096 50 60 0 60 0 0 0 0\n");
  EXPECT_EQ(read(machine).zram.stored, 5096U);
}

TEST_F(ProcfsSourceTest, DoesNotAskForZramWithoutSwap) {
  tree_.write("proc/meminfo", "MemTotal: 8000 kB\nMemAvailable: 70 kB\nSwapTotal: 0 kB\n");
  ProcfsSource machine = source();
  EXPECT_EQ(read(machine).zram, Zram{});
}

TEST(ProcfsSource, ReadsThisMachine) {
  auto machine = ProcfsSource::open();
  ASSERT_TRUE(machine) << machine.error().what;
  const auto sample = machine->read();
  ASSERT_TRUE(sample) << sample.error().what;
  EXPECT_GT(sample->memory.mem_total, 0U);
  EXPECT_LE(sample->memory.mem_available, sample->memory.mem_total);
  EXPECT_GE(sample->suspended, Duration(0));
}

}  // namespace
}  // namespace forestall
