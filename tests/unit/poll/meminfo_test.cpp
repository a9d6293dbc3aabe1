// SPDX-License-Identifier: MIT
#include "poll/meminfo.h"

#include <gtest/gtest.h>

#include <string>

namespace forestall {
namespace {

/// Linux 6.1, as on Debian 12, shortened by lines that nobody reads.
constexpr std::string_view kLinux61 =
    "MemTotal:       16303428 kB\n"
    "MemFree:          412360 kB\n"
    "MemAvailable:    9482140 kB\n"
    "Buffers:          301200 kB\n"
    "Cached:          8634180 kB\n"
    "SwapCached:        10240 kB\n"
    "Active:          4194304 kB\n"
    "Inactive:        9437184 kB\n"
    "Active(anon):    1048576 kB\n"
    "Inactive(anon):  4194304 kB\n"
    "Active(file):    3145728 kB\n"
    "Inactive(file):  5242880 kB\n"
    "Unevictable:       16168 kB\n"
    "SwapTotal:       8388604 kB\n"
    "SwapFree:        7340028 kB\n"
    "AnonPages:       5120000 kB\n"
    "Shmem:            262144 kB\n"
    "CommitLimit:    16540316 kB\n"
    "Committed_AS:   21000000 kB\n"
    "VmallocTotal:   34359738367 kB\n"
    "HugePages_Total:       0\n"
    "HugePages_Free:        0\n"
    "Hugepagesize:       2048 kB\n"
    "DirectMap1G:    25165824 kB\n";

/// Linux 2.6.32, which had no MemAvailable.
constexpr std::string_view kLinux26 =
    "MemTotal:        1020696 kB\n"
    "MemFree:          100000 kB\n"
    "Buffers:           20000 kB\n"
    "Cached:           300000 kB\n"
    "SwapCached:            0 kB\n"
    "Active(file):      80000 kB\n"
    "Inactive(file):    90000 kB\n"
    "SwapTotal:             0 kB\n"
    "SwapFree:              0 kB\n"
    "AnonPages:        400000 kB\n"
    "Shmem:             50000 kB\n"
    "CommitLimit:      510348 kB\n"
    "Committed_AS:     600000 kB\n"
    "HugePages_Total:       0\n";

std::string without(std::string_view text, std::string_view key) {
  std::string shorter(text);
  const std::size_t begin = shorter.find('\n' + std::string(key) + ':') + 1;
  return shorter.erase(begin, shorter.find('\n', begin) - begin + 1);
}

TEST(Meminfo, TellsEveryLineOfLinux61InBytes) {
  const auto m = parse_meminfo(kLinux61);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->mem_total, 16303428 * kKiB);
  EXPECT_EQ(m->mem_available, 9482140 * kKiB);
  EXPECT_EQ(m->anon_pages, 5120000 * kKiB);
  EXPECT_EQ(m->active_file, 3145728 * kKiB);
  EXPECT_EQ(m->inactive_file, 5242880 * kKiB);
  EXPECT_EQ(m->shmem, 262144 * kKiB);
  EXPECT_EQ(m->swap_total, 8388604 * kKiB);
  EXPECT_EQ(m->swap_free, 7340028 * kKiB);
  EXPECT_EQ(m->commit_limit, 16540316 * kKiB);
  EXPECT_EQ(m->committed_as, 21000000 * kKiB);
}

TEST(Meminfo, EstimatesWhatIsAvailableWhereTheKernelDoesNot) {
  const auto m = parse_meminfo(kLinux26);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->mem_available, (100000 + 20000 + 300000 - 50000) * kKiB);
}

TEST(Meminfo, EstimatesNothingBelowZero) {
  const auto m = parse_meminfo("MemTotal: 100 kB\nMemFree: 5 kB\nBuffers: 0 kB\nCached: 10 kB\nShmem: 90 kB\n");
  ASSERT_TRUE(m);
  EXPECT_EQ(m->mem_available, 0U);
}

TEST(Meminfo, DoesNotEstimateFromPartOfTheLines) {
  for (const auto* key : {"MemFree", "Buffers", "Cached", "Shmem"}) {
    EXPECT_FALSE(parse_meminfo(without(kLinux26, key))) << key;
  }
}

TEST(Meminfo, NeedsTheTotal) { EXPECT_FALSE(parse_meminfo("MemFree: 1 kB\nMemAvailable: 1 kB\n")); }

TEST(Meminfo, TakesMissingOtherLinesForZero) {
  const auto m = parse_meminfo("MemTotal: 8 kB\nMemAvailable: 4 kB\n");
  ASSERT_TRUE(m);
  EXPECT_EQ(*m, (Meminfo{.mem_total = 8 * kKiB, .mem_available = 4 * kKiB}));
}

TEST(Meminfo, IsNotMisledByKeysThatContainOthers) {
  const auto m = parse_meminfo("MemTotal: 8 kB\nXMemAvailable: 9 kB\nMemAvailableX: 9 kB\nMemAvailable: 4 kB\n");
  ASSERT_TRUE(m);
  EXPECT_EQ(m->mem_available, 4 * kKiB);
}

TEST(Meminfo, DoesNotMindTheOrderOfTheLines) {
  EXPECT_EQ(parse_meminfo("MemAvailable: 4 kB\nSwapFree: 2 kB\nMemTotal: 8 kB\n"),
            parse_meminfo("MemTotal: 8 kB\nMemAvailable: 4 kB\nSwapFree: 2 kB\n"));
}

class BadMeminfo : public ::testing::TestWithParam<const char*> {};

TEST_P(BadMeminfo, IsRefused) { EXPECT_FALSE(parse_meminfo(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Meminfo, BadMeminfo,
                         ::testing::Values("", "\n", "garbage", "MemTotal", "MemTotal:\nMemAvailable:\n",
                                           "MemTotal: 8\nMemAvailable: 4 kB\n",       // a count is not an amount
                                           "MemTotal: 8 kB\nMemAvailable: 4 MB\n",    // no such unit
                                           "MemTotal: 8 kB\nMemAvailable: 4 kB x\n",  // something after it
                                           "MemTotal: 8 kB\nMemAvailable: -4 kB\n",   // below zero
                                           "MemTotal: 8 kB\nMemAvailable: 0x4 kB\n",  // not decimal
                                           "MemTotal: 8 kB\nMemAvailable: 4.5 kB\n",  // not whole
                                           "MemTotal: 8 kB\nMemAvailable: 4 kB\nSwapFree: ? kB\n",
                                           "MemTotal: 8 kB\nMemAvailable: 18446744073709551616 kB\n",  // 2^64
                                           "MemTotal: 8 kB\nMemAvailable: 18014398509481984 kB\n"));   // 2^64 bytes

TEST(Meminfo, TakesTheLargestNumberThatFits) {
  const auto m = parse_meminfo("MemTotal: 18014398509481983 kB\nMemAvailable: 4 kB\n");
  ASSERT_TRUE(m);
  EXPECT_EQ(m->mem_total, UINT64_MAX - 1023);
}

/// What a text that ends early may tell: a value as the whole text has it, or that the line is missing.
bool is_part_of(const Meminfo& part, const Meminfo& whole) {
  const auto same_or_missing = [](Bytes a, Bytes b) { return a == b || a == 0; };
  return part.mem_total == whole.mem_total && part.mem_available == whole.mem_available &&
         same_or_missing(part.anon_pages, whole.anon_pages) && same_or_missing(part.active_file, whole.active_file) &&
         same_or_missing(part.inactive_file, whole.inactive_file) && same_or_missing(part.shmem, whole.shmem) &&
         same_or_missing(part.swap_total, whole.swap_total) && same_or_missing(part.swap_free, whole.swap_free) &&
         same_or_missing(part.commit_limit, whole.commit_limit) &&
         same_or_missing(part.committed_as, whole.committed_as);
}

TEST(Meminfo, NeverTellsHalfANumberWhereverTheTextEnds) {
  for (const std::string_view text : {kLinux61, kLinux26}) {
    const Meminfo whole = *parse_meminfo(text);
    for (std::size_t length = 0; length < text.size(); ++length) {
      const auto part = parse_meminfo(text.substr(0, length));
      if (part) {
        EXPECT_TRUE(is_part_of(*part, whole)) << text.substr(0, length);
      }
    }
  }
}

}  // namespace
}  // namespace forestall
