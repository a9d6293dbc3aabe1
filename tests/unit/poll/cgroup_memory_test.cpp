// SPDX-License-Identifier: MIT
#include "poll/cgroup_memory.h"

#include <gtest/gtest.h>

#include <string>

namespace forestall {
namespace {

constexpr const char* kStat =
    "anon 1000\nfile 900\nkernel 77\nshmem 50\ninactive_anon 5\nactive_anon 995\ninactive_file 300\nactive_file 400\n"
    "slab_reclaimable 20\nslab_unreclaimable 9\nworkingset_refault_anon 1\nworkingset_refault_file 2\npgscan 3\n"
    "pgsteal 4\npgscan_kswapd 100\npgscan_direct 100\nanon_thp 0\n";

TEST(CgroupStat, TellsWhatIsAsked) {
  const auto s = parse_cgroup_stat(kStat);
  ASSERT_TRUE(s);
  EXPECT_EQ(s->anon, 1000U);
  EXPECT_EQ(s->inactive_file, 300U);
  EXPECT_EQ(s->active_file, 400U);
  EXPECT_EQ(s->shmem, 50U);
  EXPECT_EQ(s->slab_reclaimable, 20U);
  EXPECT_EQ(s->reclaim, (Vmstat{1, 2, 3, 4, 0}));
}

TEST(CgroupStat, IsNeverHalfANumber) {
  const std::string text = "shmem 5\nanon 1000\n";
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_FALSE(parse_cgroup_stat(text.substr(0, length))) << length;
  }
  EXPECT_TRUE(parse_cgroup_stat(text));
  for (const auto* odd : {"anon x\n", "anon\n", "anon -1\n", "anon 18446744073709551616\n", "file 7\n"}) {
    EXPECT_FALSE(parse_cgroup_stat(odd)) << odd;
  }
}

TEST(CgroupLimit, IsANumberOrNone) {
  EXPECT_EQ(parse_cgroup_limit("1073741824\n"), kGiB);
  EXPECT_EQ(parse_cgroup_limit("0\n"), 0U);
  EXPECT_EQ(parse_cgroup_limit("max\n"), kNoLimit);
  for (const auto* odd : {"", "max", "107", "maximum\n", "1 GiB\n", "\n"}) EXPECT_FALSE(parse_cgroup_limit(odd)) << odd;
}

TEST(CgroupKills, AreTheLineOfThatName) {
  EXPECT_EQ(parse_cgroup_kills("low 0\nhigh 1\nmax 2\noom 3\noom_kill 4\noom_group_kill 5\n"), 4U);
  EXPECT_FALSE(parse_cgroup_kills("oom 3\noom_group_kill 5\n"));
  EXPECT_FALSE(parse_cgroup_kills("oom_kill 4"));
}

/// 8 GiB, of which 5 are available, and 2 GiB of swap.
Sample machine() {
  Sample s;
  s.memory.mem_total = 8 * kGiB;
  s.memory.mem_available = 5 * kGiB;
  s.memory.anon_pages = 3 * kGiB;
  s.memory.shmem = kGiB;
  s.memory.swap_total = 2 * kGiB;
  s.memory.swap_free = kGiB;
  s.memory.commit_limit = 9 * kGiB;
  s.psi = PressureTotals{Duration(5), Duration(3)};
  s.vmstat = Vmstat{9, 9, 9, 9, 9};
  s.zram = {kGiB, kGiB / 2, kMiB, kMiB};
  s.arc = {kGiB, kMiB};
  return s;
}

/// Of 1 GiB it uses 700 MiB, 100 of them file cache; half a GiB of swap, of which it uses 200 MiB.
CgroupMemory cgroup() {
  CgroupMemory c;
  c.memory.narrow(kGiB, 700 * kMiB);
  c.swap.narrow(512 * kMiB, 200 * kMiB);
  c.stat.anon = 580 * kMiB;
  c.stat.active_file = 60 * kMiB;
  c.stat.inactive_file = 30 * kMiB;
  c.stat.slab_reclaimable = 10 * kMiB;
  c.stat.shmem = 7 * kMiB;
  c.stat.reclaim = {1, 2, 3, 4, 5};
  c.psi = PressureTotals{Duration(70), Duration(60)};
  return c;
}

TEST(WithinACgroup, ItsLimitIsAllThereIs) {
  const Sample s = within(cgroup(), machine());
  EXPECT_EQ(s.memory.mem_total, kGiB);
  EXPECT_EQ(s.memory.mem_available, (1024 - 700 + 100) * kMiB);
  EXPECT_EQ(s.memory.anon_pages, 580 * kMiB);
  EXPECT_EQ(s.memory.active_file, 60 * kMiB);
  EXPECT_EQ(s.memory.inactive_file, 30 * kMiB);
  EXPECT_EQ(s.memory.shmem, 7 * kMiB);
  EXPECT_EQ(s.memory.swap_total, 512 * kMiB);
  EXPECT_EQ(s.memory.swap_free, 312 * kMiB);
  EXPECT_EQ(s.memory.commit_limit, 9 * kGiB) << "that is the machine's";
  EXPECT_EQ(s.psi, (PressureTotals{Duration(70), Duration(60)}));
  EXPECT_EQ(s.vmstat, (Vmstat{1, 2, 3, 4, 5}));
  EXPECT_EQ(s.zram, Zram{});
  EXPECT_EQ(s.arc, Arc{});
}

TEST(WithinACgroup, ThereIsNeverMoreThanTheMachineHas) {
  Sample scarce = machine();
  scarce.memory.mem_available = 10 * kMiB;
  scarce.memory.swap_free = 20 * kMiB;
  EXPECT_EQ(within(cgroup(), scarce).memory.mem_available, 10 * kMiB);
  EXPECT_EQ(within(cgroup(), scarce).memory.swap_free, 20 * kMiB);
  scarce.parked = 5 * kMiB;
  EXPECT_EQ(within(cgroup(), scarce).memory.mem_available, 15 * kMiB) << "the machine's pages may be used here too";
  EXPECT_EQ(within(cgroup(), scarce).parked, 0U);
  CgroupMemory generous = cgroup();
  generous.memory = generous.swap = {};
  EXPECT_EQ(within(generous, machine()).memory.mem_total, 8 * kGiB);
  EXPECT_EQ(within(generous, machine()).memory.mem_available, 5 * kGiB);
  EXPECT_EQ(within(generous, machine()).memory.swap_total, 2 * kGiB);
  EXPECT_EQ(within(generous, machine()).memory.swap_free, kGiB);
}

TEST(WithinACgroup, EveryLimitAboveItHoldsToo) {
  CgroupMemory narrow = cgroup();
  narrow.memory.narrow(2 * kGiB, 2 * kGiB - 20 * kMiB);  // siblings have taken nearly all of it
  narrow.memory.narrow(kNoLimit, 7 * kGiB);
  EXPECT_EQ(within(narrow, machine()).memory.mem_total, kGiB);
  EXPECT_EQ(within(narrow, machine()).memory.mem_available, (20 + 100) * kMiB);
  narrow.swap.narrow(0, 0);
  EXPECT_EQ(within(narrow, machine()).memory.swap_total, 0U);
}

TEST(WithinACgroup, ThereIsNeverLessThanNothing) {
  CgroupMemory full = cgroup();
  full.memory.narrow(kGiB, 2 * kGiB);  // the limit was lowered below what it uses
  full.swap.narrow(512 * kMiB, kGiB);
  EXPECT_EQ(within(full, machine()).memory.mem_available, 100 * kMiB) << "what can be reclaimed";
  EXPECT_EQ(within(full, machine()).memory.swap_free, 0U);
  CgroupMemory empty = cgroup();
  empty.memory = {};
  empty.memory.narrow(kGiB, 0);  // its file cache was charged to somebody else meanwhile
  EXPECT_EQ(within(empty, machine()).memory.mem_available, kGiB);
}

}  // namespace
}  // namespace forestall
