// SPDX-License-Identifier: MIT
#include "poll/swap_devices.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace forestall {
namespace {

constexpr std::string_view kHeader = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

std::vector<ZramSwap> zram_swaps(std::string text) {
  std::vector<ZramSwap> all;
  std::string_view rest = text;
  while (const auto swap = take_zram_swap(rest)) all.push_back(*swap);
  return all;
}

std::vector<ZramSwap> zram_line(const std::string& line) { return zram_swaps(std::string(kHeader) + line); }

TEST(Swaps, FindsTheZramDevicesAmongOthers) {
  const auto all = zram_swaps(std::string(kHeader) +
                              "/dev/zram0                              partition\t4194300\t\t1048576\t\t100\n"
                              "/dev/dm-1                               partition\t999420\t\t0\t\t-2\n"
                              "/swap\\040file                            file\t\t1048572\t\t4\t\t-3\n"
                              "/dev/zram12                             partition\t2048\t\t0\t\t5\n");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].device, 0U);
  EXPECT_EQ(all[0].size, 4194300 * kKiB);
  EXPECT_EQ(all[0].used, 1048576 * kKiB);
  EXPECT_EQ(all[1].device, 12U);
  EXPECT_EQ(all[1].used, 0U);
}

class NoZramSwap : public ::testing::TestWithParam<const char*> {};

TEST_P(NoZramSwap, IsPassedOver) {
  EXPECT_TRUE(zram_line(GetParam()).empty());
  const auto with_another_after = zram_line(std::string(GetParam()) + "\n/dev/zram7 partition 8 4 0\n");
  ASSERT_EQ(with_another_after.size(), 1U);
  EXPECT_EQ(with_another_after[0].device, 7U);
}

INSTANTIATE_TEST_SUITE_P(Swaps, NoZramSwap,
                         ::testing::Values("", "/dev/sda2 partition 8 4 -2",
                                           "/dev/zram0\\040(deleted) partition 8 4 0",  // as the kernel writes a blank
                                           "/dev/zram partition 8 4 0", "/dev/zramX partition 8 4 0",
                                           "/dev/zram0/file file 8 4 0", "/mnt/dev/zram0 file 8 4 0",
                                           "/dev/zram-1 partition 8 4 0", "/dev/zram4294967296 partition 8 4 0",
                                           "/dev/zram0 partition 8 9 0",  // more used than there is
                                           "/dev/zram0 partition 18446744073709551615 4 0", "/dev/zram0 partition 8",
                                           "/dev/zram0 partition 8 4",  // cut: was it 4, or 40?
                                           "/dev/zram0"));

TEST(ZramStat, TellsWhatIsStoredAndWhatItCosts) {
  // orig_data_size compr_data_size mem_used_total mem_limit mem_used_max same_pages pages_compacted huge_pages …
  const auto stat =
      parse_zram_stat(" 1073741824 268435456 285212672        0 285212672    12345       0     17     17\n");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->stored, 1073741824U);
  EXPECT_EQ(stat->cost, 285212672U);
}

TEST(ZramStat, RefusesWhatIsNotOfThatForm) {
  for (const auto* text : {"", "\n", "1 2\n", "1 x 3 4\n", "-1 2 3 4\n", "18446744073709551616 2 3 4\n", "1 2 3"}) {
    EXPECT_FALSE(parse_zram_stat(text)) << text;
  }
}

constexpr std::string_view kArcstats =
    "13 1 0x01 123 33456 4321 98765\n"
    "name                            type data\n"
    "hits                            4    999\n"
    "c                               4    4294967296\n"
    "c_min                           4    1073741824\n"
    "c_max                           4    8589934592\n"
    "size                            4    3221225472\n"
    "compressed_size                 4    77\n";

TEST(Arcstats, TellsSizeAndMinimum) {
  EXPECT_EQ(parse_arcstats(kArcstats), (Arc{.size = 3221225472, .minimum = 1073741824}));
}

TEST(Arcstats, NeverTellsHalfANumberWhereverTheTextEnds) {
  for (std::size_t length = 0; length < kArcstats.size(); ++length) {
    const auto arc = parse_arcstats(kArcstats.substr(0, length));
    if (arc) {
      EXPECT_EQ(*arc, parse_arcstats(kArcstats)) << kArcstats.substr(0, length);
    }
  }
}

TEST(Arcstats, NeedsBothNumbers) {
  for (const auto* text : {"", "size 4 1\n", "c_min 4 1\n", "size 4 x\nc_min 4 1\n", "size 4\nc_min 4 1\n",
                           "size 4 1\nc_min 4 18446744073709551616\n"}) {
    EXPECT_FALSE(parse_arcstats(text)) << text;
  }
}

}  // namespace
}  // namespace forestall
