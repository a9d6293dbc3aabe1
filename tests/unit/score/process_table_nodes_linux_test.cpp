// SPDX-License-Identifier: MIT
// What ProcfsTable makes of where the memory of units lies.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "score/process_files.h"
#include "unit/score/kin_of_table_linux.h"

namespace forestall {
namespace {

using namespace std::chrono_literals;
using testing::kAtLeast;
using testing::KinOfTable;
using testing::kSmall;

TEST(NodesOfCgroup, AreThoseWhereItHoldsEnough) {
  constexpr std::string_view text = "file N0=900 N1=900 N2=900\nanon N0=100 N1=0 N2=99 N63=4000\nanon_thp N1=500\n";
  EXPECT_EQ(parse_nodes_of_cgroup(text, 100), NodeMask{1} | NodeMask{1} << 63U);
  EXPECT_EQ(parse_nodes_of_cgroup(text, 99), 0b101U | NodeMask{1} << 63U);
  EXPECT_EQ(parse_nodes_of_cgroup(text, 5000), std::nullopt) << "nobody is spared for that";
}

TEST(NodesOfCgroup, AreNotToldByAnythingElse) {
  for (const auto* text : {"", "file N0=1\n", "anon N0=1", "anon\n", "anon 5\n", "anon N=5\n", "anon N0\n",
                           "anon N0=x\n", "anon N0=5 N64=5\n", "anon N0=5 M1=5\n", "anonN0=5\n"}) {
    EXPECT_EQ(parse_nodes_of_cgroup(text, 1), std::nullopt) << text;
  }
}

class NodesOfTable : public KinOfTable {
 protected:
  NodesOfTable() {
    proc_.add({.pid = 51, .anon = kSmall, .cgroup = "/system.slice/a.service"});
    proc_.add({.pid = 52, .anon = 2 * kAtLeast, .cgroup = "/system.slice/a.service"});
    proc_.add({.pid = 53, .anon = kSmall, .cgroup = "/user.slice/user-1.slice/session-1.scope"});
    hold(0, kAtLeast);
    sample_.node_count = 2;
    sample_.nodes[0] = {0, kGiB, kGiB / 2};
    sample_.nodes[1] = {1, kGiB, kGiB / 11};
  }
  void hold(Bytes on_0, Bytes on_1) {
    cgroups_.write("system.slice/a.service/memory.numa_stat", fmt::format("anon N0={} N1={}\n", on_0, on_1));
  }
  NodeMask nodes(std::int32_t pid) {
    const Census census = look();
    const auto large = std::ranges::find(census.processes, pid, [](const ProcessFacts& f) { return f.id.pid; });
    const NodeMask of_kin = kin_in(census, pid).nodes;
    if (large != census.processes.end()) {
      EXPECT_EQ(large->nodes, of_kin);
    }
    return of_kin;
  }
};

TEST_F(NodesOfTable, AreThoseOfTheUnitWhileOneIsNearlyShort) {
  learn();
  EXPECT_EQ(nodes(51), 0b10U);
  EXPECT_EQ(nodes(52), 0b10U);
  EXPECT_EQ(nodes(53), kAllNodes) << "in no unit that could be asked";
  EXPECT_EQ(table().facts_of(52)->nodes, 0b10U);
  hold(kAtLeast, kAtLeast);
  EXPECT_EQ(nodes(51), 0b10U) << "a look asks nobody: it is part of the hot path";
  learn();
  EXPECT_EQ(nodes(51), 0b11U);
}

TEST_F(NodesOfTable, AreNotAskedForWhileNoneIs) {
  learn();
  sample_.nodes[1].available = kGiB / 9;
  learn();
  EXPECT_EQ(nodes(51), kAllNodes) << "and what was known is forgotten";
  EXPECT_EQ(nodes(52), kAllNodes);
}

TEST_F(NodesOfTable, OfAUnitThatTellsNothingAreAll) {
  hold(1, 1);
  learn();
  EXPECT_EQ(nodes(52), kAllNodes) << "that it holds little is not for this to say";
  cgroups_.remove("system.slice/a.service");
  learn();
  EXPECT_EQ(nodes(52), kAllNodes);
}

TEST_F(NodesOfTable, OnAMachineOfOneAreAll) {
  sample_.node_count = 1;
  sample_.nodes[0].available = 0;
  learn();
  EXPECT_EQ(nodes(52), kAllNodes);
}

}  // namespace
}  // namespace forestall
