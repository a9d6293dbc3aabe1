// SPDX-License-Identifier: MIT
#include "score/kinship.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "unit/score/facts.h"

namespace forestall {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kService = "/system.slice/a.service";
constexpr const char* kSession = "/user.slice/user-1000.slice/session-2.scope";

class KinshipTest : public ::testing::Test {
 protected:
  ProcessFacts& add(const testing::Someone& someone) { return crowd_.add(someone); }
  void arrange() { kinship_.arrange(crowd_.census()); }
  std::int32_t node_of(std::int32_t pid) { return kinship_.find(crowd_[pid].id); }
  Kinship::Node& node(std::int32_t pid) { return kinship_.nodes()[static_cast<std::size_t>(node_of(pid))]; }
  /// Below whom this process hangs; 0: nobody.
  std::int32_t above(std::int32_t pid) {
    const std::int32_t parent = node(pid).parent;
    return parent == Kinship::kNobody ? 0 : kinship_.nodes()[static_cast<std::size_t>(parent)].kin->id.pid;
  }
  bool live_together(std::int32_t a, std::int32_t b) {
    return std::ranges::any_of(kinship_.houses(), [&](const Kinship::House& house) {
      const auto holds = [&](std::int32_t pid) {
        const auto n = static_cast<std::size_t>(node_of(pid));
        return n >= house.first && n < house.end;
      };
      return holds(a) && holds(b);
    });
  }
  std::vector<std::int32_t> members(Kind kind, std::int32_t head) { return members(kind, crowd_[head].id); }
  std::vector<std::int32_t> members(Kind kind, ProcessId head) {
    std::vector<ProcessId> ids = {{99, 99}};
    kinship_.members({kind, head, 0}, ids);
    std::vector<std::int32_t> pids;
    for (const ProcessId id : ids) pids.push_back(id.pid);
    return pids;
  }

  testing::Crowd crowd_;
  Kinship kinship_;
};

// ---- Houses ---------------------------------------------------------------------------------------------------------

TEST_F(KinshipTest, AUnitIsAHouseWhateverItsProcessGroups) {
  add({.pid = 10, .group = 10, .path = kService});
  add({.pid = 11, .group = 11, .path = "/system.slice/a.service/below"});
  add({.pid = 12, .group = 10, .path = "/system.slice/b.service"});
  arrange();
  EXPECT_TRUE(live_together(10, 11));
  EXPECT_FALSE(live_together(10, 12));
  EXPECT_EQ(kinship_.houses().size(), 2U);
}

TEST_F(KinshipTest, WithoutAUnitAProcessGroupIsAHouse) {
  add({.pid = 10, .group = 10, .path = kSession});
  add({.pid = 11, .group = 10, .path = kSession});
  add({.pid = 12, .parent = 10, .group = 12, .path = kSession});
  add({.pid = 13, .group = 12});
  arrange();
  EXPECT_TRUE(live_together(10, 11));
  EXPECT_FALSE(live_together(10, 12));
  EXPECT_TRUE(live_together(12, 13)) << "a job is one wherever its processes were put";
}

TEST_F(KinshipTest, WithoutAProcessGroupEverybodyLivesAlone) {
  add({.pid = 10}).process_group = 0;
  add({.pid = 11, .parent = 10}).process_group = 0;
  arrange();
  EXPECT_FALSE(live_together(10, 11));
}

TEST_F(KinshipTest, WhoLivesWithAManagerLivesAlone) {
  add({.pid = 10, .group = 10, .path = "/user.slice/user-1000.slice/user@1000.service/init.scope"});
  add({.pid = 11, .parent = 10, .group = 10, .path = "/user.slice/user-1000.slice/user@1000.service/init.scope"});
  arrange();
  EXPECT_FALSE(live_together(10, 11));
}

TEST_F(KinshipTest, WhatIsInNoUnitIsNotMistakenForAUnit) {
  add({.pid = 10, .path = kService});  // place 1
  add({.pid = 11, .group = 1});        // process group 1
  add({.pid = 1}).process_group = 0;   // alone, with the number 1
  arrange();
  EXPECT_EQ(kinship_.houses().size(), 3U);
}

TEST_F(KinshipTest, TheSkeletonOfASessionIsNobodysFamily) {
  add({.pid = 5, .uid = 0});
  add({.pid = 10, .parent = 5, .group = 10, .path = kSession});
  add({.pid = 11, .parent = 10, .group = 10, .path = kSession});
  add({.pid = 12, .parent = 11, .group = 10, .path = kSession});
  add({.pid = 20, .parent = 10, .group = 20, .path = kSession});
  add({.pid = 21, .parent = 20, .group = 20, .path = kSession});
  arrange();
  EXPECT_FALSE(live_together(10, 11));
  EXPECT_FALSE(live_together(11, 12));
  EXPECT_EQ(above(12), 0);
  EXPECT_TRUE(live_together(20, 21)) << "a job that was begun there is one";
}

struct NoSkeleton {
  const char* why;
  testing::Someone parent;
  testing::Someone first;
};

class Job : public KinshipTest, public ::testing::WithParamInterface<NoSkeleton> {};

TEST_P(Job, IsNotTheSkeletonOfASession) {
  add(GetParam().parent);
  add(GetParam().first);
  add({.pid = 11, .parent = 10, .group = 10, .path = GetParam().first.path, .uid = GetParam().first.uid});
  arrange();
  EXPECT_TRUE(live_together(10, 11)) << GetParam().why;
}

INSTANTIATE_TEST_SUITE_P(
    Kinship, Job,
    ::testing::Values(
        NoSkeleton{"the parent is a user", {.pid = 5}, {.pid = 10, .parent = 5, .path = kSession}},
        NoSkeleton{"the parent is not there", {.pid = 5, .uid = 0}, {.pid = 10, .path = kSession}},
        NoSkeleton{"root's own", {.pid = 5, .uid = 0}, {.pid = 10, .parent = 5, .path = kSession, .uid = 0}},
        NoSkeleton{"in no session", {.pid = 5, .uid = 0}, {.pid = 10, .parent = 5, .path = "/user.slice"}}));

// ---- Inside a house -------------------------------------------------------------------------------------------------

TEST_F(KinshipTest, AChildHangsBelowItsParent) {
  add({.pid = 10, .path = kService});
  add({.pid = 11, .parent = 10, .path = kService});
  add({.pid = 12, .parent = 11, .path = kService});
  add({.pid = 13, .path = kService});
  arrange();
  EXPECT_EQ(above(10), 0);
  EXPECT_EQ(above(11), 10);
  EXPECT_EQ(above(12), 11);
  EXPECT_EQ(above(13), 0);
}

TEST_F(KinshipTest, AnOrphanHangsBelowTheOldestOfItsProcessGroup) {
  add({.pid = 10, .path = kService});
  add({.pid = 20, .group = 20, .path = kService});
  add({.pid = 21, .group = 20, .path = kService});
  add({.pid = 22, .parent = 1, .group = 20, .path = kService});
  arrange();
  EXPECT_EQ(above(20), 0);
  EXPECT_EQ(above(21), 20);
  EXPECT_EQ(above(22), 20);
}

TEST_F(KinshipTest, InNoProcessGroupThereIsNobodyToHangBelow) {
  add({.pid = 10, .path = kService}).process_group = 0;
  add({.pid = 11, .path = kService}).process_group = 0;
  arrange();
  EXPECT_EQ(above(11), 0);
}

TEST_F(KinshipTest, AParentInAnotherHouseIsNone) {
  add({.pid = 10, .path = "/system.slice/b.service"});
  add({.pid = 11, .parent = 10, .path = kService});
  add({.pid = 20, .path = "/system.slice/c.service"});
  arrange();
  EXPECT_EQ(above(11), 0);
  ASSERT_NE(kinship_.parent_of(crowd_[11].id), nullptr) << "but it is known";
  EXPECT_EQ(kinship_.parent_of(crowd_[11].id)->id.pid, 10);
}

TEST_F(KinshipTest, AParentThatIsYoungerIsAnotherOneWithTheNumberOfTheParent) {
  add({.pid = 10, .path = kService}).id.start_time = 5000;
  add({.pid = 11, .parent = 10, .path = kService});
  arrange();
  EXPECT_EQ(above(11), 0);
  EXPECT_EQ(above(10), 0);
}

TEST_F(KinshipTest, TwoWhoCallEachOtherParentMakeNoCircle) {
  add({.pid = 10, .parent = 11, .path = kService});
  add({.pid = 11, .parent = 10, .path = kService});
  add({.pid = 12, .parent = 12, .path = kService});
  arrange();
  EXPECT_EQ(above(10), 0);
  EXPECT_EQ(above(11), 10);
  EXPECT_EQ(above(12), 0);
}

TEST_F(KinshipTest, OfNobodyNothingIsKnown) {
  add({.pid = 10});
  arrange();
  EXPECT_EQ(kinship_.find(ProcessId{11, 110}), Kinship::kNobody);
  EXPECT_EQ(kinship_.find(ProcessId{10, 101}), Kinship::kNobody) << "another one's number";
  EXPECT_EQ(kinship_.parent_of(crowd_[10].id), nullptr);
  EXPECT_EQ(kinship_.parent_of(ProcessId{11, 110}), nullptr);
  kinship_.arrange({});
  EXPECT_THAT(kinship_.nodes(), IsEmpty());
  EXPECT_THAT(kinship_.houses(), IsEmpty());
  EXPECT_EQ(kinship_.youngest_start(), 0U);
}

TEST_F(KinshipTest, WhatIsNotWorthItIsLeftOut) {
  add({.pid = 10, .memory = 40 * kMiB, .path = kService});
  add({.pid = 11, .memory = 30 * kMiB, .parent = 20, .path = kService});
  add({.pid = 20, .memory = 60 * kMiB, .path = "/system.slice/b.service"}).id.start_time = 900;
  kinship_.arrange(crowd_.census(), 70 * kMiB);
  EXPECT_EQ(kinship_.houses().size(), 1U);
  EXPECT_EQ(kinship_.nodes().size(), 2U);
  EXPECT_EQ(node_of(20), Kinship::kNobody);
  ASSERT_NE(kinship_.parent_of(crowd_[11].id), nullptr) << "but it is known";
  EXPECT_EQ(kinship_.parent_of(crowd_[11].id)->id.pid, 20);
  EXPECT_EQ(kinship_.youngest_start(), 900U);
}

TEST_F(KinshipTest, WhoLogsSomebodyInIsKnownThoughHeIsNotWorthIt) {
  add({.pid = 5, .path = "/system.slice/ssh.service", .uid = 0});
  add({.pid = 10, .memory = 80 * kMiB, .parent = 5, .group = 10, .path = kSession});
  add({.pid = 11, .memory = 90 * kMiB, .parent = 10, .group = 10, .path = kSession});
  kinship_.arrange(crowd_.census(), 70 * kMiB);
  EXPECT_EQ(kinship_.nodes().size(), 2U);
  EXPECT_FALSE(live_together(10, 11));
}

TEST_F(KinshipTest, WhatAUnitHasPutIntoTmpfsIsWorthSomething) {
  add({.pid = 10, .path = kService});
  Census census = crowd_.census();
  std::vector<KnownPlace> places(census.places.begin(), census.places.end());
  for (KnownPlace& place : places) {
    if (place.unit != 0) place.filled = 70 * kMiB;
  }
  census.places = places;
  kinship_.arrange(census, 70 * kMiB);
  EXPECT_EQ(kinship_.nodes().size(), 1U);
}

TEST_F(KinshipTest, KnowsWhenTheYoungestWasStarted) {
  add({.pid = 10}).id.start_time = 700;
  add({.pid = 11}).id.start_time = 900;
  add({.pid = 12}).id.start_time = 800;
  arrange();
  EXPECT_EQ(kinship_.youngest_start(), 900U);
}

TEST_F(KinshipTest, HasRoomForNoMoreThanItMade) {
  const auto* room = kinship_.nodes().data();
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(kMaxKin) + 5; ++i) add({.pid = 1000 + i});
  arrange();
  EXPECT_EQ(kinship_.nodes().size(), kMaxKin);
  EXPECT_EQ(kinship_.nodes().data(), room) << "nothing is allocated on the hot path";
}

// ---- Who goes together ----------------------------------------------------------------------------------------------

class Members : public KinshipTest {
 protected:
  /// A service: 10 begot 11 and 12, 11 begot 13 and 14; 15 is of the same service, 16 is not.
  Members() {
    add({.pid = 10, .path = kService});
    add({.pid = 11, .parent = 10, .path = kService});
    add({.pid = 12, .parent = 10, .path = kService});
    add({.pid = 13, .parent = 11, .path = kService});
    add({.pid = 14, .parent = 11, .path = kService});
    add({.pid = 15, .path = kService});
    add({.pid = 16, .parent = 10});
  }
};

TEST_F(Members, OfAProcessAreItselfAlone) {
  arrange();
  EXPECT_THAT(members(Kind::process, 11), ElementsAre(11));
}

TEST_F(Members, OfAFamilyAreAllBelowItsHeadInTheHouse) {
  arrange();
  EXPECT_THAT(members(Kind::family, 11), ElementsAre(11, 13, 14));
  EXPECT_THAT(members(Kind::family, 10), ElementsAre(10, 11, 12, 13, 14));
  EXPECT_THAT(members(Kind::family, 15), ElementsAre(15)) << "what was found before is forgotten";
}

TEST_F(Members, OfAUnitAreAllInIt) {
  arrange();
  EXPECT_THAT(members(Kind::unit, 10), ElementsAre(10, 11, 12, 13, 14, 15));
  EXPECT_THAT(members(Kind::unit, 15), ElementsAre(15, 10, 11, 12, 13, 14)) << "the head comes first";
}

TEST_F(Members, WhoMustLiveIsNone) {
  crowd_[11].profile.is_protected = true;
  arrange();
  EXPECT_THAT(members(Kind::family, 10), ElementsAre(10, 12, 13, 14));
  EXPECT_THAT(members(Kind::unit, 10), ElementsAre(10, 12, 13, 14, 15));
}

TEST_F(Members, AreNoneIfTheHeadIsGone) {
  arrange();
  for (const Kind kind : {Kind::process, Kind::family, Kind::unit}) {
    EXPECT_THAT(members(kind, ProcessId{17, 170}), IsEmpty());
    EXPECT_THAT(members(kind, ProcessId{10, 101}), IsEmpty()) << "another one has its number";
  }
}

TEST_F(Members, AreNoMoreThanCanBeEndedTogether) {
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(kMaxMembers); ++i) add({.pid = 1000 + i, .path = kService});
  arrange();
  EXPECT_EQ(members(Kind::unit, 10).size(), kMaxMembers);
}

}  // namespace
}  // namespace forestall
