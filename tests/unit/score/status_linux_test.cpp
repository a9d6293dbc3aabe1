// SPDX-License-Identifier: MIT
#include "score/status_linux.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "unit/file_tree_linux.h"

namespace forestall {
namespace {

std::optional<Status> read(const std::string& text) {
  static const testing::FileTree tree;
  tree.write("status", text);
  return read_status(AT_FDCWD, tree.path("status").c_str());
}

TEST(ReadStatus, ReadsTheFile) {
  const auto status = read("Uid:\t7\nRssAnon:\t5 kB\n");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->uid, 7U);
  EXPECT_EQ(status->anon, 5 * kKiB);
}

TEST(ReadStatus, OfAProcessThatIsGoneIsNone) { EXPECT_FALSE(read_status(AT_FDCWD, "/nowhere/status")); }

TEST(ReadStatus, OfAnEmptyOrCutFileIsNone) {
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read("Uid:\t7\nRssAnon:\t5"));
}

TEST(ReadStatus, FindsTheMemoryBehindAnyNumberOfGroups) {
  // Every length about the borders of the buffer, steps beyond, and the longest line there can be.
  std::vector<std::size_t> lengths = {0, 1, 720'000};
  for (std::size_t length = 4000; length < 4200; ++length) lengths.push_back(length);
  for (std::size_t length = 8000; length < 20'000; length += 97) lengths.push_back(length);
  for (const std::size_t length : lengths) {
    const auto status = read("Uid:\t7\nGroups:\t" + std::string(length, '5') + "\nRssAnon:\t5 kB\nVmSwap:\t3 kB\n");
    ASSERT_TRUE(status) << length;
    ASSERT_EQ(status->anon, 5 * kKiB) << length;
    ASSERT_EQ(status->swap, 3 * kKiB) << length;
  }
}

TEST(ReadStatus, ALongLineThatIsTheLastHidesNothing) {
  const auto status = read("Uid:\t7\nRssAnon:\t5 kB\nGroups:\t" + std::string(9000, '5') + "\n");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->anon, 5 * kKiB);
}

TEST(ReadStatus, ReadsThisProcess) {
  const auto status = read_status(AT_FDCWD, "/proc/self/status");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->uid, ::getuid());
  EXPECT_GT(status->anon, 0U);
}

}  // namespace
}  // namespace forestall
