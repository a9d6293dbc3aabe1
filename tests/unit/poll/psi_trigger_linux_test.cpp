// SPDX-License-Identifier: MIT
#include "poll/psi_trigger_linux.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "unit/file_tree_linux.h"

namespace forestall {
namespace {

using std::chrono::seconds;

TEST(PsiTrigger, IsNoneWherePressureIsMissing) { EXPECT_FALSE(set_psi_trigger("/nowhere/pressure/memory")); }

TEST(PsiTrigger, AsksForATenthOfASecondInEverySecond) {
  const testing::FileTree tree;
  tree.write("memory", "");
  const auto trigger = set_psi_trigger(tree.path("memory"));
  ASSERT_TRUE(trigger);
  EXPECT_TRUE(trigger->file);
  EXPECT_EQ(trigger->window, seconds(1));
  std::ifstream file(tree.path("memory"), std::ios::binary);
  std::ostringstream written;
  written << file.rdbuf();
  EXPECT_EQ(written.str(), std::string("some 100000 1000000\0", 20));
}

}  // namespace
}  // namespace forestall
