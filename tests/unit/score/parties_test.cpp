// SPDX-License-Identifier: MIT
#include "unit/score/parties_fixture.h"

namespace forestall {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using testing::PartiesTest;

TEST_F(PartiesTest, HousesGoByWhatTheyHoldTogether) {
  add(10, 10);
  for (const std::int32_t pid : {11, 12, 13}) add(pid, 200, 10);
  add(20, 500, 0, "");
  EXPECT_THAT(order(), ElementsAre("process of 1 from 13", "process of 1 from 20"));
  EXPECT_EQ(ranking_.order[0].score, 61 * kPerMille) << "that of the house";
  EXPECT_EQ(ranking_.order[0].counted, 4U);
  EXPECT_EQ(ranking_.order[1].score, 50 * kPerMille);
  EXPECT_EQ(ranking_.order[1].counted, 1U);
}

TEST_F(PartiesTest, InsideAHouseTheWayLeadsDownThroughWhatHoldsMost) {
  add(10, 150);
  add(11, 110, 10);
  add(12, 300, 10);
  add(13, 20, 10);
  add(14, 250, 13);
  add(15, 240, 13);
  EXPECT_THAT(order(), ElementsAre("process of 1 from 14"));
}

TEST_F(PartiesTest, WhoHoldsAsMuchAsTheLargestBranchBelowGoesAlone) {
  add(10, 200);
  add(11, 200, 10);
  EXPECT_THAT(order(), ElementsAre("process of 1 from 10"));
  crowd_[11].anon += kMiB;
  EXPECT_THAT(order(), ElementsAre("process of 1 from 11"));
}

TEST_F(PartiesTest, WhereEachIsTooSmallAFamilyGoes) {
  add(10, 20);
  add(11, 40, 10);
  add(12, 50, 10);
  add(13, 30, 12);
  add(20, 120, 0);
  EXPECT_THAT(order(), ElementsAre("family of 4 from 10"));
  EXPECT_EQ(ranking_.order[0].score, 26 * kPerMille) << "that of the house";
}

TEST_F(PartiesTest, WhereNothingInsideIsWorthItTheWholeHouseGoes) {
  add(10, 60);
  add(11, 60);
  add(30, 40, 0, "/user.slice", 30);
  add(31, 40, 1, "/user.slice", 30);
  add(32, 30, 1, "/user.slice", 30);
  EXPECT_THAT(order(), ElementsAre("unit of 2 from 10", "family of 3 from 30"));
}

TEST_F(PartiesTest, AHouseThatIsNotWorthItIsNone) {
  add(10, 40);
  add(11, 59, 10);
  EXPECT_THAT(order(), IsEmpty());
  crowd_[11].anon += kMiB;
  EXPECT_THAT(order(), ElementsAre("family of 2 from 10"));
}

TEST_F(PartiesTest, AWholePlaceGoesAsAWhole) {
  constexpr const char* machine = "/machine.slice/machine-vm.scope";
  add(10, 20, 0, machine);
  add(11, 500, 10, machine);
  EXPECT_THAT(order(), ElementsAre("unit of 2 from 10"));
  crowd_[10].profile.is_protected = true;
  EXPECT_THAT(order(), ElementsAre("process of 1 from 11"));
}

TEST_F(PartiesTest, AWholeUnitIsWholeWhicheverOfItsPlacesWasSeenFirst) {
  crowd_.places().number_of(testing::place_of("/system.slice/a.service/workers"));
  crowd_.places().make_whole(crowd_.places().number_of(testing::place_of("/system.slice/a.service/workers")));
  add(10, 20, 0, "/system.slice/a.service/master");
  add(11, 500, 10, "/system.slice/a.service/workers");
  EXPECT_THAT(order(), ElementsAre("unit of 2 from 10"));
}

TEST_F(PartiesTest, NobodyGoesTogetherWithOneWhoMustLive) {
  add(10, 400).profile.is_protected = true;
  for (const std::int32_t pid : {11, 12, 13}) add(pid, 60, 10);
  EXPECT_THAT(order(), IsEmpty());
  add(14, 110, 10);
  EXPECT_THAT(order(), ElementsAre("process of 1 from 14"));
  EXPECT_EQ(ranking_.order[0].score, 29 * kPerMille) << "who must live adds nothing";
}

TEST_F(PartiesTest, AFamilyBesideOneWhoMustLiveGoes) {
  add(10, 400).profile.is_protected = true;
  add(11, 60, 10);
  add(12, 60, 11);
  EXPECT_THAT(order(), ElementsAre("family of 2 from 11"));
}

TEST_F(PartiesTest, NobodyGoesTogetherWithOneWhoIsOutOfReach) {
  add(10, 20);
  add(11, 60, 10);
  out_of_reach_ = {add(12, 60, 10).id};
  EXPECT_THAT(order(), IsEmpty());
  add(13, 110, 10);
  EXPECT_THAT(order(), ElementsAre("process of 1 from 13"));
}

TEST_F(PartiesTest, NoMoreGoTogetherThanMay) {
  for (std::int32_t pid = 10; pid < 20; ++pid) add(pid, 30, pid == 10 ? 0 : 10);
  victim_.max_processes = 9;
  EXPECT_THAT(order(), IsEmpty());
  victim_.max_processes = 10;
  EXPECT_THAT(order(), ElementsAre("family of 10 from 10"));
}

// ---- [victim] kind --------------------------------------------------------------------------------------------------

class KindTest : public PartiesTest {
 protected:
  KindTest() {
    add(10, 300);
    add(11, 110, 10);
    add(12, 20);
    add(20, 60, 0, "", 20);
    add(21, 130, 20, "", 20);
  }
  std::vector<std::string> order_of(Kind kind) {
    victim_.kind = kind;
    return order();
  }
};

TEST_F(KindTest, ProcessLeavesEverybodyAlone) {
  EXPECT_THAT(order_of(Kind::process),
              ElementsAre("process of 1 from 10", "process of 1 from 21", "process of 1 from 11"));
  EXPECT_EQ(ranking_.order[0].counted, 1U);
}

TEST_F(KindTest, FamilyTakesAllBelowTheGuiltyOne) {
  EXPECT_THAT(order_of(Kind::family), ElementsAre("family of 2 from 10", "process of 1 from 21"));
}

TEST_F(KindTest, UnitTakesAllOfTheUnitAndWithoutOneTheJob) {
  EXPECT_THAT(order_of(Kind::unit), ElementsAre("unit of 3 from 10", "family of 2 from 20"));
}

TEST_F(KindTest, WhereTheyMayNotGoTogetherOneGoes) {
  crowd_[12].profile.is_protected = true;
  EXPECT_THAT(order_of(Kind::unit), ElementsAre("process of 1 from 10", "family of 2 from 20"));
  crowd_[11].profile.is_protected = true;
  EXPECT_THAT(order_of(Kind::family), ElementsAre("process of 1 from 10", "process of 1 from 21"));
}

TEST_F(PartiesTest, WhoReplacesItsChildrenGoesWithThem) {
  respawners_ = {add(10, 5).id};
  add(11, 300, 10);
  EXPECT_THAT(order(), ElementsAre("family of 2 from 10"));
  crowd_[10].profile.is_protected = true;
  EXPECT_THAT(order(), ElementsAre("process of 1 from 11"));
}

}  // namespace
}  // namespace forestall
