// SPDX-License-Identifier: MIT
// What a cgroup is charged with as shared memory.
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

TEST(SharedOfCgroup, IsTheLineOfThatName) { EXPECT_EQ(parse_shared_of_cgroup(kMemoryStat), 1'048'576U); }

TEST(SharedOfCgroup, IsNotALineOfALikeName) {
  EXPECT_EQ(parse_shared_of_cgroup("shmem_thp 4096\nxshmem 2048\nshmem 8192\n"), 8192U);
  EXPECT_FALSE(parse_shared_of_cgroup("file_mapped 4096\nshmem_thp 4096\n"));
}

TEST(SharedOfCgroup, CanBeAnythingFromNothingToTheLargestNumber) {
  EXPECT_EQ(parse_shared_of_cgroup("shmem 0\n"), 0U);
  EXPECT_EQ(parse_shared_of_cgroup("shmem 18446744073709551615\n"), UINT64_MAX);
}

TEST(SharedOfCgroup, IsUnknownWhereTheTextIsOdd) {
  for (const auto* odd : {"", "\n", "anon 5\n", "shmem\n", "shmem \n", "shmem x\n", "shmem -1\n", "shmem 5x\n",
                          "shmem 18446744073709551616\n"}) {
    EXPECT_FALSE(parse_shared_of_cgroup(odd)) << odd;
  }
}

TEST(SharedOfCgroup, IsNeverHalfANumberWhereverTheTextEnds) {
  for (std::size_t length = 0; length < kMemoryStat.size(); ++length) {
    const auto part = parse_shared_of_cgroup(kMemoryStat.substr(0, length));
    EXPECT_EQ(part.value_or(1'048'576U), 1'048'576U) << length;
  }
}

}  // namespace
}  // namespace forestall
