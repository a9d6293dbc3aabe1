// SPDX-License-Identifier: MIT
#include "poll/vmstat.h"

#include <gtest/gtest.h>

namespace forestall {
namespace {

constexpr std::string_view kLinux61 =
    "nr_free_pages 1446457\n"
    "workingset_nodes 4000\n"
    "workingset_refault_anon 11\n"
    "workingset_refault_file 22\n"
    "workingset_activate_file 999\n"
    "pgsteal_kswapd 300\n"
    "pgsteal_direct 30\n"
    "pgsteal_khugepaged 3000\n"
    "pgscan_kswapd 500\n"
    "pgscan_direct 50\n"
    "pgscan_direct_throttle 9\n"
    "pgscan_anon 99\n"
    "oom_kill 7\n";

TEST(Vmstat, TellsTheCountersOfLinux61) {
  EXPECT_EQ(parse_vmstat(kLinux61),
            (Vmstat{.refault_anon = 11, .refault_file = 22, .pgscan = 550, .pgsteal = 330, .oom_kill = 7}));
}

TEST(Vmstat, ReadsTheOneRefaultCounterThatLinuxHadBefore59) {
  EXPECT_EQ(parse_vmstat("workingset_refault 42\nworkingset_activate 5\npgscan_kswapd 6\noom_kill 0\n"),
            (Vmstat{.refault_file = 42, .pgscan = 6}));
}

TEST(Vmstat, TakesMissingCountersForZero) { EXPECT_EQ(parse_vmstat("oom_kill 3\n"), Vmstat{.oom_kill = 3}); }

TEST(Vmstat, IsUnknownWhereNoneOfTheCountersIsThere) {
  EXPECT_FALSE(parse_vmstat("nr_free_pages 1446457\nnr_zone_inactive_anon 5\n"));
}

TEST(Vmstat, NeverTellsHalfANumberWhereverTheTextEnds) {
  const Vmstat whole = *parse_vmstat(kLinux61);
  for (std::size_t length = 0; length < kLinux61.size(); ++length) {
    const auto part = parse_vmstat(kLinux61.substr(0, length));
    if (part) {
      EXPECT_TRUE(part->oom_kill == 0 && (part->refault_file == whole.refault_file || part->refault_file == 0));
    }
    if (length > 0 && kLinux61[length - 1] != '\n') {
      EXPECT_FALSE(part) << kLinux61.substr(0, length);
    }
  }
}

class BadVmstat : public ::testing::TestWithParam<const char*> {};

TEST_P(BadVmstat, IsRefused) { EXPECT_FALSE(parse_vmstat(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Vmstat, BadVmstat,
                         ::testing::Values("", "\n", "oom_kill", "oom_kill\n", "oom_kill x\n", "oom_kill -1\n",
                                           "oom_kill 1 2\n", "oom_kill 18446744073709551616\n"));

}  // namespace
}  // namespace forestall
