// SPDX-License-Identifier: MIT
#include "score/process_files.h"

#include <gtest/gtest.h>

#include <string>

namespace forestall {
namespace {

constexpr std::string_view kStatus =
    "Name:\tbash\n"
    "Umask:\t0022\n"
    "State:\tS (sleeping)\n"
    "Pid:\t77\n"
    "Uid:\t1000\t1001\t1002\t1003\n"
    "Gid:\t100\t100\t100\t100\n"
    "Groups:\t100 27 \n"
    "VmPeak:\t   10000 kB\n"
    "VmRSS:\t    9000 kB\n"
    "RssAnon:\t    8000 kB\n"
    "RssFile:\t    700 kB\n"
    "RssShmem:\t    300 kB\n"
    "VmPTE:\t      50 kB\n"
    "VmSwap:\t     400 kB\n"
    "Threads:\t1\n"
    "nonvoluntary_ctxt_switches:\t12\n";

TEST(Status, TellsWhatIsNeeded) {
  const auto status = parse_status(kStatus);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->uid, 1000U) << "the real one: a program that is setuid root is its user's";
  EXPECT_EQ(status->anon, 8000 * kKiB);
  EXPECT_EQ(status->shmem, 300 * kKiB);
  EXPECT_EQ(status->swap, 400 * kKiB);
  EXPECT_EQ(status->page_tables, 50 * kKiB);
}

TEST(Status, OfAKernelThreadOrAZombieHasNoMemory) {
  const auto status = parse_status("Name:\tkthreadd\nState:\tZ (zombie)\nUid:\t0\t0\t0\t0\nThreads:\t1\n");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->anon + status->swap + status->page_tables + status->shmem, 0U);
}

TEST(Status, ANameCannotImitateAnotherLine) {
  // The kernel escapes newlines and backslashes in it; tabs and colons it leaves.
  const auto status = parse_status("Name:\ta\\nUid:\t0\nUid:\t1000\t1000\t1000\t1000\nRssAnon:\t5 kB\n");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->uid, 1000U);
  EXPECT_EQ(parse_status("Name:\tUid:\t0\nUid:\t1000\t1000\t1000\t1000\n")->uid, 1000U);
}

TEST(Status, NeverTellsHalfANumberWhereverTheTextEnds) {
  const Status whole = *parse_status(kStatus);
  for (std::size_t length = 0; length < kStatus.size(); ++length) {
    const auto part = parse_status(kStatus.substr(0, length));
    if (!part) continue;
    EXPECT_EQ(part->uid, whole.uid) << length;
    EXPECT_TRUE(part->anon == whole.anon || part->anon == 0) << length;
    EXPECT_TRUE(part->swap == whole.swap || part->swap == 0) << length;
  }
}

class BadStatus : public ::testing::TestWithParam<const char*> {};

TEST_P(BadStatus, IsRefused) { EXPECT_FALSE(parse_status(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Status, BadStatus,
                         ::testing::Values("", "\n", "RssAnon: 5 kB\n", "Uid:\n", "Uid: x\n", "Uid: -1\n",
                                           "Uid: 4294967296\n", "Uid: 0\nRssAnon: 5\n", "Uid: 0\nVmSwap: -5 kB\n",
                                           "Uid: 0\nVmSwap: 18446744073709551616 kB\n",
                                           "Uid: 0\nVmPTE: 18014398509481984 kB\n"));

TEST(AnonPages, AreResidentOnesThatAreNotShared) {
  EXPECT_EQ(parse_anon_pages("51884 51536 310 1 0 51354 0\n"), 51536U - 310U);
  EXPECT_EQ(parse_anon_pages("0 0 0 0 0 0 0\n"), 0U);
  EXPECT_EQ(parse_anon_pages("9 5 7 0 0 0 0\n"), 0U) << "counters of several processors, not read at one moment";
}

TEST(AnonPages, AreUnknownWhereTheTextIsCutOrOdd) {
  constexpr std::string_view text = "51884 51536 310 1 0 51354 0\n";
  for (std::size_t length = 0; length < text.size(); ++length) EXPECT_FALSE(parse_anon_pages(text.substr(0, length)));
  for (const auto* odd : {"\n", "1 2\n", "1 x 2\n", "-1 2 3\n", "1 18446744073709551616 3\n"}) {
    EXPECT_FALSE(parse_anon_pages(odd)) << odd;
  }
}

TEST(OomScoreAdj, IsANumberBetweenItsBounds) {
  EXPECT_EQ(parse_oom_score_adj("0\n"), 0);
  EXPECT_EQ(parse_oom_score_adj("-1000\n"), -1000);
  EXPECT_EQ(parse_oom_score_adj("1000\n"), 1000);
  for (const auto* odd : {"", "\n", "-\n", "-1001\n", "1001\n", "x\n", "1 2\n", "+5\n", "99999999999999999999\n"}) {
    EXPECT_FALSE(parse_oom_score_adj(odd)) << odd;
  }
}

TEST(OomScoreAdj, IsUnknownWhereTheTextIsCut) {
  for (const auto* cut : {"-1000", "-100", "-10", "-1", "-"}) EXPECT_FALSE(parse_oom_score_adj(cut)) << cut;
}

NodeMask nodes_of(const std::string& mems_allowed) {
  const auto status = parse_status("Uid:\t0\t0\t0\t0\nMems_allowed:\t" + mems_allowed + "\n");
  EXPECT_TRUE(status) << "it is not worth a process";
  return status ? status->nodes : 0;
}

TEST(Status, TellsTheNodesWhoseMemoryMayBeUsed) {
  EXPECT_EQ(nodes_of("00000003"), 0b11U);
  EXPECT_EQ(nodes_of("00000000,00000000,00000001"), 0b1U);
  EXPECT_EQ(nodes_of("80000000,00000002"), NodeMask{1} << 63U | 0b10U);
  EXPECT_EQ(nodes_of("00000001,00000000,00000000"), kAllNodes) << "more than can be told apart";
  for (const auto* odd : {"", "x", "00000000", "1,x", "100000000"}) EXPECT_EQ(nodes_of(odd), kAllNodes) << odd;
}

}  // namespace
}  // namespace forestall
