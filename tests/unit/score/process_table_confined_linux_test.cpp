// SPDX-License-Identifier: MIT
// ProcfsTable when it is confined to one cgroup.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/score/kin_of_table_linux.h"

namespace forestall {
namespace {

using ::testing::IsEmpty;
using testing::kSmall;
using ::testing::UnorderedElementsAre;

class ConfinedTable : public testing::KinOfTable {
 protected:
  ConfinedTable() {
    proc_.add({.pid = 51, .cgroup = "/system.slice/web.service"});
    proc_.add({.pid = 52, .anon = kSmall, .cgroup = "/system.slice/web.service/workers"});
    proc_.add({.pid = 61, .cgroup = "/system.slice/web.service2"});
    proc_.add({.pid = 62, .anon = kSmall, .cgroup = "/system.slice"});
    proc_.add({.pid = 63, .anon = kSmall, .cgroup = "/"});
  }
  std::vector<std::int32_t> large() {
    std::vector<std::int32_t> all;
    for (const ProcessFacts& p : look().processes) all.push_back(p.id.pid);
    return all;
  }
};

TEST_F(ConfinedTable, KnowsNobodyButThoseInTheCgroupAndBelow) {
  for (const auto* path : {"/system.slice/web.service", "/system.slice/web.service/"}) {
    table().confine_to(path);
    EXPECT_THAT(pids(look()), UnorderedElementsAre(51, 52)) << "at the first look";
    settle();
    EXPECT_THAT(pids(look()), UnorderedElementsAre(51, 52)) << "and when they are known";
    EXPECT_THAT(large(), UnorderedElementsAre(51));
  }
}

TEST_F(ConfinedTable, ToTheRootKnowsEverybody) {
  table().confine_to("/");
  settle();
  EXPECT_THAT(pids(look()), UnorderedElementsAre(51, 52, 61, 62, 63));
  EXPECT_THAT(large(), UnorderedElementsAre(51, 61));
}

TEST_F(ConfinedTable, ToTheRootOfAContainerKnowsNobodyOutsideOfIt) {
  proc_.add({.pid = 71, .cgroup = "/../other.scope"});
  proc_.add({.pid = 72, .anon = kSmall, .cgroup = "/.."});
  EXPECT_EQ(pids(look()).size(), 7U) << "on the machine they are there";
  table().confine_to("/");
  settle();
  EXPECT_THAT(pids(look()), UnorderedElementsAre(51, 52, 61, 62, 63));
}

TEST_F(ConfinedTable, ToAnEmptyCgroupKnowsNobody) {
  table().confine_to("/system.slice/gone.service");
  settle();
  EXPECT_THAT(pids(look()), IsEmpty());
}

TEST_F(ConfinedTable, ForgetsWhoWasKnownBefore) {
  settle();
  table().confine_to("/system.slice/web.service");
  EXPECT_THAT(pids(look()), UnorderedElementsAre(51, 52));
}

TEST_F(ConfinedTable, NoticesWhoMovesIn) {
  table().confine_to("/system.slice/web.service");
  settle();
  proc_.add({.pid = 62, .anon = kSmall, .cgroup = "/system.slice/web.service"});
  sample_.time += std::chrono::seconds(30);
  learn();
  EXPECT_THAT(pids(look()), UnorderedElementsAre(51, 52, 62));
}

}  // namespace
}  // namespace forestall
