// SPDX-License-Identifier: MIT
// When ProcfsTable asks units what they hold of tmpfs, and what it makes of the answers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/score/kin_of_table_linux.h"

namespace forestall {
namespace {

using namespace std::chrono_literals;
using testing::KinOfTable;
using testing::kSmall;

constexpr const char* kA = "system.slice/a.service";
constexpr const char* kB = "system.slice/b.service";

/// On a machine of 1000 MiB: 0.5 % of it are 5 MiB.
class FillersOfTable : public KinOfTable {
 protected:
  FillersOfTable() {
    sample_.memory.mem_total = 1000 * kMiB;
    live(51, kA);
  }
  void live(std::int32_t pid, const std::string& cgroup) {
    proc_.add({.pid = pid, .anon = kSmall, .cgroup = "/" + cgroup});
  }
  void charge(const std::string& cgroup, Bytes shared) {
    cgroups_.write(cgroup + "/memory.stat", fmt::format("anon 4096\nshmem {}\nshmem_thp 0\n", shared));
  }
  /// A second later; the whole machine has so much in tmpfs then.
  void learn_with(Bytes shmem) {
    sample_.time += 1s;
    sample_.memory.shmem = shmem;
    learn();
  }
  Bytes filled(std::int32_t pid = 51) { return place(pid).filled; }
};

TEST_F(FillersOfTable, WhatAUnitHasAddedItHasFilled) {
  charge(kA, 100 * kMiB);
  learn_with(100 * kMiB);
  EXPECT_EQ(filled(), 0U) << "nobody knows since when it has had that";
  charge(kA, 300 * kMiB);
  sample_.memory.shmem = 300 * kMiB;
  EXPECT_EQ(filled(), 0U) << "a look asks nobody: it is part of the hot path";
  learn_with(300 * kMiB);
  EXPECT_EQ(filled(), 200 * kMiB);
}

TEST_F(FillersOfTable, AUnitIsAskedAsSoonAsItIsNew) {
  learn_with(100 * kMiB);
  live(52, kB);
  charge(kB, 30 * kMiB);
  learn_with(100 * kMiB);
  EXPECT_EQ(filled(52), 30 * kMiB) << "it was not there a moment ago";
  charge(kB, 80 * kMiB);
  learn_with(150 * kMiB);
  EXPECT_EQ(filled(52), 80 * kMiB);
}

TEST_F(FillersOfTable, WhatWasFilledIsForgottenInTime) {
  charge(kA, 100 * kMiB);
  learn_with(100 * kMiB);
  charge(kA, 300 * kMiB);
  for (int i = 0; i < 10; ++i) learn_with(300 * kMiB);
  EXPECT_EQ(filled(), 200 * kMiB);
  for (int i = 0; i < 11; ++i) learn_with(300 * kMiB);
  EXPECT_EQ(filled(), 0U);
}

TEST_F(FillersOfTable, UnitsAreAskedWhenHalfAPerCentOfTheMachineHasBecomeShared) {
  charge(kA, 100 * kMiB);
  learn_with(100 * kMiB);
  charge(kA, 200 * kMiB);
  learn_with(105 * kMiB - 1);
  EXPECT_EQ(filled(), 0U);
  learn_with(105 * kMiB);
  EXPECT_EQ(filled(), 100 * kMiB);
  charge(kA, 300 * kMiB);
  learn_with(110 * kMiB - 1);
  EXPECT_EQ(filled(), 100 * kMiB) << "it is reckoned from when they were asked last";
}

TEST_F(FillersOfTable, UnitsAreAskedWhenHalfAPerCentHasCeasedToBeShared) {
  charge(kA, 100 * kMiB);
  learn_with(100 * kMiB);
  charge(kA, 200 * kMiB);
  learn_with(95 * kMiB + 1);
  EXPECT_EQ(filled(), 0U);
  learn_with(95 * kMiB);
  EXPECT_EQ(filled(), 100 * kMiB) << "one may fill what others empty";
}

TEST_F(FillersOfTable, UnitsAreAskedAfterHalfAMinuteInAnyCase) {
  charge(kA, 100 * kMiB);
  learn();
  charge(kA, 200 * kMiB);
  sample_.time += 30s - 1ns;
  learn();
  EXPECT_EQ(filled(), 0U);
  sample_.time += 1ns;
  learn();
  EXPECT_EQ(filled(), 100 * kMiB);
}

TEST_F(FillersOfTable, WhatCannotBeReadIsUnknownAndNotNothing) {
  learn_with(100 * kMiB);
  charge(kA, 300 * kMiB);
  learn_with(300 * kMiB);
  EXPECT_EQ(filled(), 0U) << "it may have had that before";
  charge(kA, 350 * kMiB);
  learn_with(350 * kMiB);
  EXPECT_EQ(filled(), 50 * kMiB);
}

TEST_F(FillersOfTable, WithItsCgroupGoesWhatAUnitHasFilled) {
  charge(kA, 100 * kMiB);
  learn_with(100 * kMiB);
  charge(kA, 300 * kMiB);
  learn_with(300 * kMiB);
  ASSERT_EQ(filled(), 200 * kMiB);
  cgroups_.remove(kA);
  learn_with(350 * kMiB);
  EXPECT_EQ(filled(), 0U);
}

TEST_F(FillersOfTable, TheUnitIsAskedWhereverInItItsProcessesLive) {
  const std::string part = std::string(kB) + "/main";
  live(52, part);
  charge(kA, 10 * kMiB);
  charge(kB, 100 * kMiB);
  charge(part, 20 * kMiB);
  learn_with(110 * kMiB);
  charge(kB, 300 * kMiB);
  charge(part, 70 * kMiB);
  learn_with(310 * kMiB);
  EXPECT_EQ(filled(52), 200 * kMiB);
  EXPECT_EQ(filled(51), 0U) << "it is another unit";
}

TEST_F(FillersOfTable, WhatIsInNoUnitIsNotAsked) {
  constexpr const char* session = "user.slice/user-1000.slice/session-1.scope";
  live(52, session);
  proc_.add({.pid = 53, .anon = kSmall, .cgroup = ""});
  for (const Bytes shared : {100 * kMiB, 300 * kMiB}) {
    charge(session, shared);
    charge(".", shared);
    learn_with(shared);
  }
  EXPECT_EQ(filled(52), 0U) << "nobody could tell who of the session it was";
  EXPECT_EQ(filled(53), 0U);
}

}  // namespace
}  // namespace forestall
