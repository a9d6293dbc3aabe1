// SPDX-License-Identifier: MIT
#include "unit/score/parties_fixture.h"

namespace forestall {
namespace {

using ::testing::ElementsAre;
using testing::kMachine;
using testing::kMinimum;
using testing::PartiesTest;

// ---- What a party is ------------------------------------------------------------------------------------------------

TEST_F(PartiesTest, HasTheMemoryOfAllAndTheNameOfItsHead) {
  add(10, 20).swap = 5 * kMiB;
  add(11, 30, 10).swap = 40 * kMiB;
  add(12, 25, 10);
  crowd_[10].comm.assign("head");
  crowd_[10].parent = 7;
  crowd_[10].process_group = 8;
  crowd_[10].oom_score_adj = 9;
  const ProcessFacts party = *first().process;
  EXPECT_EQ(party.freed_by_death(), 120 * kMiB);
  EXPECT_EQ(party.swap, 45 * kMiB);
  EXPECT_EQ(party.comm.view(), "head");
  EXPECT_EQ(party.parent, 7);
  EXPECT_EQ(party.process_group, 8);
  EXPECT_EQ(party.oom_score_adj, 9);
  EXPECT_EQ(party.uid, testing::kAlice);
  EXPECT_EQ(party.place.unit.view(), "a.service");
}

TEST_F(PartiesTest, KnowsAllThatIsKnownOfALargeHead) {
  victim_.kind = Kind::unit;
  add(10, 200).profile.cmdline.assign("head --large");
  crowd_[10].page_tables = 7 * kMiB;
  add(11, 30, 10);
  EXPECT_EQ(first().process->profile.cmdline.view(), "head --large");
  EXPECT_EQ(first().process->freed_by_death(), 237 * kMiB);
}

TEST_F(PartiesTest, IsNotKnownWellUntilAllOfItAre) {
  add(10, 60);
  add(11, 60, 10);
  EXPECT_TRUE(first().process->profile.complete);
  crowd_[11].profile.complete = false;
  EXPECT_FALSE(first().process->profile.complete);
}

// ---- What forks share -----------------------------------------------------------------------------------------------

class ForksTest : public PartiesTest {
 protected:
  void count_twice(Bytes held) {
    crowd_.places().set_counted_twice(crowd_.places().number_of(testing::place_of(testing::kService)), held);
  }
  /// Those up to pid 10 are seen; who comes then is born after that.
  void ten_seconds_later() {
    now_ = Instant(std::chrono::milliseconds(1050));
    see_them();
    now_ += std::chrono::seconds(10);
  }
};

TEST_F(ForksTest, WhatItsUnitCountsTwiceIsHeldOnce) {
  add(10, 400);
  add(11, 400, 10);
  add(12, 400, 10);
  EXPECT_EQ(term("memory"), 120);
  count_twice(700 * kMiB);
  EXPECT_EQ(term("memory"), 50);
}

TEST_F(ForksTest, TogetherTheyHoldAsMuchAsTheLargestAtLeast) {
  add(10, 300);
  add(11, 400, 10);
  count_twice(690 * kMiB);
  EXPECT_EQ(term("memory"), 40) << "whoever was moved here is charged to where he was";
}

TEST_F(ForksTest, WhoIsNobodysChildWasGivenNothing) {
  add(10, 400);
  add(11, 400);
  count_twice(700 * kMiB);
  EXPECT_EQ(term("memory"), 80);
}

TEST_F(ForksTest, WhoSharesNothingIsNotMadeSmallerByThoseWhoDo) {
  add(10, 1000);  // and what it has given its forks
  for (std::int32_t pid = 11; pid < 15; ++pid) add(pid, 1000, 10);
  add(20, 5);  // small, and its children have taken theirs themselves
  for (std::int32_t pid = 21; pid < 29; ++pid) add(pid, 400, 20);
  count_twice(4000 * kMiB);
  EXPECT_EQ(order(), std::vector<std::string>{"process of 1 from 28"});
}

TEST_F(ForksTest, WhoMustLiveGivesAndTakesNothing) {
  add(10, 300);
  for (std::int32_t pid = 11; pid < 19; ++pid) add(pid, 300, 10).profile.is_protected = true;
  count_twice(2400 * kMiB);
  EXPECT_EQ(term("memory"), 30);
  crowd_[10].profile.is_protected = true;
  crowd_[11].profile.is_protected = crowd_[12].profile.is_protected = false;
  EXPECT_EQ(term("memory"), 60);
}

TEST_F(ForksTest, AForkOfAForkHasAddedNoMore) {
  add(10, 400).comm.assign("db");
  ten_seconds_later();
  add(11, 400, 10).comm.assign("db");
  add(12, 430, 11).comm.assign("db");
  EXPECT_EQ(term("growth"), 2 * 3);
}

TEST_F(ForksTest, WhoAreNoLongerWorthAKillTogetherAreLeftAlone) {
  add(10, 60);
  add(11, 60, 10);
  EXPECT_THAT(order(), ElementsAre("family of 2 from 10"));
  count_twice(30 * kMiB);
  EXPECT_THAT(order(), ElementsAre());
}

TEST_F(ForksTest, PromiseWhatTheyHoldTogether) {
  victim_.kind = Kind::unit;
  add(10, 300).swap = 200 * kMiB;
  add(11, 300, 10).swap = 200 * kMiB;
  count_twice(450 * kMiB);
  const Candidate c = first();
  EXPECT_EQ(c.process->freed_by_death(), 550 * kMiB);
  EXPECT_EQ(c.process->swap, 400 * kMiB);
  std::vector<ProcessId> members;
  EXPECT_EQ(kinship_.members(c.party, members), 550 * kMiB);
}

TEST_F(ForksTest, AForkHasAddedWhatItHoldsMoreThanItsParent) {
  add(10, 400).comm.assign("db");
  ten_seconds_later();
  add(11, 430, 10).comm.assign("db");
  EXPECT_EQ(term("growth"), 2 * 3);
  crowd_[11].comm.assign("dbx");
  EXPECT_EQ(term("growth"), 2 * 43) << "what runs another program was given nothing";
}

TEST_F(ForksTest, WhatAParentHasTakenSinceItHasNotGiven) {
  add(10, 20).comm.assign("hog");
  ten_seconds_later();
  crowd_[10].anon = 1000 * kMiB;
  add(11, 1000, 10).comm.assign("hog");
  EXPECT_EQ(term("growth"), 2 * (98 + 98));
}

TEST_F(ForksTest, OfRootOneMayHaveBecomeSomebodyElse) {
  add(10, 400).comm.assign("web");
  ten_seconds_later();
  add(11, 430, 10).comm.assign("web");
  crowd_[11].uid += 1;
  EXPECT_EQ(term("growth"), 2 * 43) << "of another user, of whom it was not given anything";
  crowd_[10].uid = 0;
  EXPECT_EQ(term("growth"), 2 * 3);
}

TEST_F(ForksTest, TogetherTheyHaveAddedNoMoreThanTheyHold) {
  add(9, 10).comm.assign("x");
  ten_seconds_later();
  add(10, 400).comm.assign("web");  // a new one, with all its forks
  add(11, 400, 10).comm.assign("web");
  add(12, 400, 10).comm.assign("web");
  count_twice(800 * kMiB);
  EXPECT_EQ(term("memory"), 41);
  EXPECT_EQ(term("growth"), 2 * 41);
}

TEST_F(ForksTest, AloneTooAForkIsWhatItHasAdded) {
  victim_.kind = Kind::process;
  add(10, 400).comm.assign("db");
  ten_seconds_later();
  add(11, 430, 10).comm.assign("db");
  EXPECT_EQ(first().party.head.pid, 11);
  EXPECT_EQ(term("growth"), 2 * 3);
}

// ---- What a house scores --------------------------------------------------------------------------------------------

TEST_F(PartiesTest, APositiveAdjOfAHouseIsTheLeastOfItsLargeOnes) {
  add(10, 300).oom_score_adj = 20;
  add(11, 200, 10).oom_score_adj = 30;
  add(12, 10, 10).oom_score_adj = 0;
  EXPECT_EQ(term("adj"), 20);
  crowd_[10].oom_score_adj = 0;
  EXPECT_EQ(term("adj"), 0);
}

TEST_F(PartiesTest, TheHighestAdjOfTheLargeOnesCountsLikeAnyOther) {
  add(10, 300).oom_score_adj = 1000;
  add(11, 10, 10).oom_score_adj = 0;
  EXPECT_EQ(term("adj"), 31) << "as much as the memory of the house";
}

TEST_F(PartiesTest, WhereNobodyIsLargeThePositiveAdjIsTheLeastOfAll) {
  add(10, 60).oom_score_adj = 7;
  add(11, 60, 10).oom_score_adj = 5;
  EXPECT_EQ(term("adj"), 5);
}

TEST_F(PartiesTest, ANegativeAdjAndPointsCountForTheirPart) {
  add(10, 300);
  ProcessFacts& other = add(11, 100, 10);
  other.oom_score_adj = -400;
  other.profile.prefer_points = 40;
  other.profile.avoid_points = 60;
  EXPECT_EQ(term("adj"), -100);
  EXPECT_EQ(term("prefer"), 10);
  EXPECT_EQ(term("avoid"), -15);
}

TEST_F(PartiesTest, WhatElseIsAProcesssOwnCountsForItsPart) {
  weights_.age = weights_.cpu_time = weights_.nice = weights_.root = Share::percent(100);
  suspended_ = std::chrono::hours(40) + std::chrono::seconds(1);
  add(10, 300);  // was started a second after boot
  ProcessFacts& other = add(11, 100, 10);
  other.id.start_time = 20 * 3600 * 100 + 100;
  other.cpu_time = std::chrono::minutes(8);
  other.nice = 12;
  other.uid = 0;
  EXPECT_EQ(term("age"), -35);
  EXPECT_EQ(term("cpu_time"), -2);
  EXPECT_EQ(term("nice"), 15);
  EXPECT_EQ(term("root"), -7) << "7.5";
}

TEST_F(PartiesTest, AnOffenderAmongThemCountsForItsPart) {
  add(10, 300);
  ProcessFacts& other = add(11, 100, 10);
  offenders_.ended(program_of(other.uid, "p11", other.place), now_);
  EXPECT_EQ(term("offender"), 12) << "12.5";
  EXPECT_EQ(term("unkept"), 0);
  offenders_.last_was_in_vain();
  EXPECT_EQ(term("unkept"), -5);
}

TEST_F(PartiesTest, WhoHoldNothingScoreNothing) {
  minimum_ = 0;
  add(10, 0).oom_score_adj = -400;
  add(11, 0, 10).profile.avoid_points = 60;
  EXPECT_EQ(first().score, 0);
}

TEST_F(PartiesTest, AmongKinAPositiveAdjCountsInFull) {
  add(10, 400);
  add(11, 110, 10).oom_score_adj = 300;
  EXPECT_THAT(order(), ElementsAre("process of 1 from 11"));
  EXPECT_EQ(term("adj"), 0);
  weights_.adj = Share{};
  EXPECT_THAT(order(), ElementsAre("process of 1 from 10"));
}

TEST_F(PartiesTest, WhatAHouseHasTakenLatelyIsThatOfAllOfIt) {
  for (const std::int32_t pid : {10, 11, 12}) add(pid, 20, pid == 10 ? 0 : 10);
  add(20, 300, 0, "");
  see_them();
  for (const std::int32_t pid : {10, 11, 12}) crowd_[pid].anon += 30 * kMiB;
  EXPECT_THAT(order(), ElementsAre("family of 3 from 10", "process of 1 from 20"));
  EXPECT_EQ(term("growth"), 18) << "twice 9 ‰";
}

// ---- Too many -------------------------------------------------------------------------------------------------------

TEST_F(PartiesTest, WhoIsNotAmongTheKinStaysACandidate) {
  add(10, 300);
  const Census census{crowd_.census().processes, {}, 1, {}, {}};
  rank(census, {{kMachine}, now_, growth_}, weights_, kMinimum, ranking_);
  gather(census, {{kMachine}, now_, growth_}, victim_, weights_, kinship_, ranking_);
  ASSERT_EQ(ranking_.order.size(), 1U);
  EXPECT_EQ(ranking_.order[0].party.head.pid, 10);
}

class TooManyHouses : public PartiesTest, public ::testing::WithParamInterface<std::int32_t> {
 protected:
  /// So many families of small ones, and as many processes as it takes to be too many; the later ones hold more.
  void fill(std::int32_t families) {
    for (std::int32_t i = 0; i < 300; ++i) {
      const std::int32_t pid = 1000 + 5 * i;
      const Bytes mib = 110 + static_cast<Bytes>(i);
      const Bytes of_a_child = i < 300 - families ? 0 : mib / 5;
      add(pid, mib - 4 * of_a_child, 0, "");
      for (std::int32_t child = 1; of_a_child > 0 && child < 5; ++child) add(pid + child, of_a_child, pid, "", pid);
    }
  }
};

TEST_P(TooManyHouses, TheBestAreKept) {
  fill(GetParam());
  const auto* room = ranking_.order.data();
  const auto* other_room = ranking_.gathered.data();
  const auto& order = gathered().order;
  ASSERT_EQ(order.size(), kMaxRanked);
  EXPECT_EQ(order.front().process->freed_by_death(), 409 * kMiB);
  EXPECT_EQ(order.back().process->freed_by_death(), (110 + 300 - kMaxRanked) * kMiB);
  EXPECT_EQ(order.data(), other_room) << "nothing is allocated on the hot path";
  EXPECT_EQ(ranking_.gathered.data(), room);
}

INSTANTIATE_TEST_SUITE_P(Parties, TooManyHouses, ::testing::Values(100, 250, 300));

}  // namespace
}  // namespace forestall
