// SPDX-License-Identifier: MIT
// What ProcfsTable knows of the places where processes live.
#include <gtest/gtest.h>

#include <filesystem>

#include "unit/score/kin_of_table_linux.h"

namespace forestall {
namespace {

using testing::book;
using testing::KinOfTable;
using testing::kSmall;

constexpr const char* kGroup = "/memory.oom.group";

TEST_F(KinOfTable, AUnitThatTheKernelKillsAsAWholeIsWhole) {
  cgroups_.write(std::string("system.slice/a.service") + kGroup, "1\n");
  cgroups_.write(std::string("system.slice/b.service") + kGroup, "0\n");
  for (const std::int32_t pid : {51, 52, 53}) {
    proc_.add({.pid = pid, .anon = kSmall, .cgroup = "/system.slice/" + std::string(1, "abc"[pid - 51]) + ".service"});
  }
  learn();
  EXPECT_TRUE(place(51).whole);
  EXPECT_FALSE(place(52).whole);
  EXPECT_FALSE(place(53).whole) << "it cannot be told";
}

TEST_F(KinOfTable, WhatIsInNoUnitIsNotWholeWhateverTheKernelDoes) {
  constexpr const char* session = "user.slice/user-1000.slice/session-1.scope";
  cgroups_.write(std::string(session) + kGroup, "1\n");
  proc_.add({.pid = 51, .anon = kSmall, .cgroup = std::string("/") + session});
  proc_.add({.pid = 52, .anon = kSmall, .cgroup = ""});
  learn();
  EXPECT_FALSE(place(51).whole);
  EXPECT_FALSE(place(52).whole);
}

TEST_F(KinOfTable, APlaceThatIsNewLaterIsLearntToo) {
  cgroups_.write(std::string("system.slice/a.service") + kGroup, "1\n");
  proc_.add({.pid = 50, .anon = kSmall, .cgroup = "/system.slice/z.service"});
  learn();
  proc_.add({.pid = 51, .anon = kSmall, .cgroup = "/system.slice/a.service"});
  EXPECT_FALSE(place(51).whole);
  learn();
  EXPECT_TRUE(place(51).whole);
}

TEST_F(KinOfTable, AUnitIsWholeThoughItsProcessesLiveBelowIt) {
  cgroups_.write(std::string("system.slice/a.service") + kGroup, "1\n");
  cgroups_.write(std::string("system.slice/b.service/main") + kGroup, "1\n");
  proc_.add({.pid = 51, .anon = kSmall, .cgroup = "/system.slice/a.service/main"});
  proc_.add({.pid = 52, .anon = kSmall, .cgroup = "/system.slice/b.service/main"});
  learn();
  EXPECT_TRUE(place(51).whole);
  EXPECT_FALSE(place(52).whole) << "a part of it is no more than a part";
}

class CrowdedTable : public KinOfTable {
 protected:
  /// 400 processes, each in a unit of its own.
  void crowd() {
    for (std::int32_t i = 1000; i < 1400; ++i) {
      proc_.add({.pid = i, .anon = 0, .cgroup = "/system.slice/" + std::to_string(i) + ".scope"});
    }
  }
};

TEST_F(CrowdedTable, HasRoomAgainWhenPlacesHaveGone) {
  crowd();
  proc_.add({.pid = 50, .anon = kSmall, .cgroup = "/system.slice/b.service"});
  learn();
  for (std::int32_t i = 1000; i < 1400; ++i) proc_.remove(std::to_string(i));
  cgroups_.write(std::string("system.slice/a.service") + kGroup, "1\n");
  proc_.add({.pid = 51, .anon = kSmall, .cgroup = "/system.slice/a.service"});
  EXPECT_EQ(learn().places.size(), 3U);
  EXPECT_EQ(place(50).cgroup.unit.view(), "b.service");
  EXPECT_TRUE(place(51).whole);
}

TEST_F(CrowdedTable, StillKnowsWhatItHasLearntOfThoseWhoStay) {
  book_ = book({{.cmdline = "--vital", .uid = 1000}});
  crowd();
  proc_.add({.pid = 51, .anon = kSmall, .cmdline = "x --vital"});
  learn_thoroughly();
  EXPECT_TRUE(kin(51).must_live);
  const std::string away = proc_.path() + "-away";  // nothing can be learnt again
  std::filesystem::rename(proc_.path(), away);
  learn();
  EXPECT_TRUE(kin(51).must_live);
  std::filesystem::rename(away, proc_.path());
}

TEST_F(CrowdedTable, WhatEntriesSayOfCommandLinesSurvivesIt) {
  Match vital;
  vital.cmdline = "--vital";
  vital.points = 50;
  book_ = book({}, {vital});
  crowd();
  proc_.add({.pid = 50, .anon = kSmall, .cgroup = "/system.slice/b.service", .cmdline = "x --vital"});
  settle();
  ASSERT_GT(kin(50).avoid_points, 0);
  for (std::int32_t i = 1000; i < 1400; ++i) proc_.remove(std::to_string(i));
  proc_.add({.pid = 9, .anon = kSmall, .cgroup = "/system.slice/c.service"});  // which takes the first number
  sample_.time += std::chrono::minutes(20);
  learn();
  EXPECT_GT(kin(50).avoid_points, 0) << "though its place has another number";
}

}  // namespace
}  // namespace forestall
