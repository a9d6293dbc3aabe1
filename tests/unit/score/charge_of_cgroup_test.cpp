// SPDX-License-Identifier: MIT
// What a cgroup is charged with.
#include <gtest/gtest.h>

#include <string_view>

#include "score/process_files.h"

namespace forestall {
namespace {

constexpr std::string_view kMemoryStat =
    "anon 86016\n"
    "file 5242880\n"
    "percpu 0\n"
    "shmem 1048576\n"
    "file_mapped 4096\n"
    "anon_thp 0\n"
    "shmem_thp 2097152\n"
    "inactive_anon 81920\n";

TEST(ChargeOfCgroup, IsInTheLinesOfThatName) {
  const auto charge = parse_charge_of_cgroup(kMemoryStat);
  ASSERT_TRUE(charge);
  EXPECT_EQ(charge->anon, 86'016U);
  EXPECT_EQ(charge->shmem, 1'048'576U);
}

TEST(ChargeOfCgroup, IsNotInALineOfALikeName) {
  const auto charge = parse_charge_of_cgroup("anon_thp 1\nanon 2\nshmem_thp 4096\nxshmem 2048\nshmem 8192\n");
  ASSERT_TRUE(charge);
  EXPECT_EQ(charge->anon, 2U);
  EXPECT_EQ(charge->shmem, 8192U);
  EXPECT_FALSE(parse_charge_of_cgroup("anon 1\nfile_mapped 4096\nshmem_thp 4096\n"));
  EXPECT_FALSE(parse_charge_of_cgroup("anon_thp 1\nshmem 4096\n"));
}

TEST(ChargeOfCgroup, CanBeAnythingFromNothingToTheLargestNumber) {
  EXPECT_EQ(parse_charge_of_cgroup("anon 0\nshmem 0\n")->shmem, 0U);
  EXPECT_EQ(parse_charge_of_cgroup("anon 18446744073709551615\nshmem 0\n")->anon, UINT64_MAX);
  EXPECT_EQ(parse_charge_of_cgroup("anon 0\nshmem 18446744073709551615\n")->shmem, UINT64_MAX);
}

TEST(ChargeOfCgroup, IsUnknownWhereTheTextIsOdd) {
  for (const auto* odd :
       {"", "\n", "anon 5\n", "shmem 5\n", "anon 5\nshmem\n", "anon 5\nshmem \n", "anon 5\nshmem x\n",
        "anon x\nshmem 5\n", "anon 5\nshmem -1\n", "anon 5\nshmem 5x\n", "anon 5\nshmem 18446744073709551616\n"}) {
    EXPECT_FALSE(parse_charge_of_cgroup(odd)) << odd;
  }
}

TEST(ChargeOfCgroup, IsNeverHalfANumberWhereverTheTextEnds) {
  for (std::size_t length = 0; length < kMemoryStat.size(); ++length) {
    const auto part = parse_charge_of_cgroup(kMemoryStat.substr(0, length));
    EXPECT_EQ(part ? part->shmem : 1'048'576U, 1'048'576U) << length;
  }
}

}  // namespace
}  // namespace forestall
