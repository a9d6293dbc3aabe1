// SPDX-License-Identifier: MIT
#include "poll/node_memory.h"

#include <gtest/gtest.h>

namespace forestall {
namespace {

constexpr const char* kNode =
    "\nNode 1 MemTotal:       1000 kB\nNode 1 MemFree:         100 kB\nNode 1 MemUsed:         900 kB\n"
    "Node 1 Active:          300 kB\nNode 1 Active(file):     20 kB\nNode 1 Inactive(file):    3 kB\n"
    "Node 1 KReclaimable:     50 kB\nNode 1 SReclaimable:      4 kB\nNode 1 HugePages_Total:     0\n";

TEST(NodeMemory, AvailableIsWhatIsFreeAndWhatCanBeReclaimed) {
  const auto memory = parse_node_memory(kNode);
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->total, 1000 * kKiB);
  EXPECT_EQ(memory->available, 127 * kKiB);
}

TEST(NodeMemory, ANodeWithoutMemoryHasNone) {
  EXPECT_EQ(parse_node_memory("Node 2 MemTotal: 0 kB\nNode 2 MemFree: 0 kB\n"), NodeMemory{});
}

TEST(NodeMemory, IsNothingWhereTheTextIsOdd) {
  for (const auto* odd :
       {"", "MemTotal: 5 kB\nMemFree: 5 kB\n", "Node 1 MemTotal: 5 kB\n", "Node 1 MemFree: 5 kB\n",
        "Node 1 MemTotal: x kB\nNode 1 MemFree: 5 kB\n", "Node 1 MemTotal: 5\nNode 1 MemFree: 5 kB\n"}) {
    EXPECT_FALSE(parse_node_memory(odd)) << odd;
  }
}

TEST(NodeMemory, NeverMoreIsAvailableThanThereIs) {
  EXPECT_EQ(parse_node_memory("Node 1 MemTotal: 5 kB\nNode 1 MemFree: 9 kB\n")->available, 5 * kKiB);
}

}  // namespace
}  // namespace forestall
