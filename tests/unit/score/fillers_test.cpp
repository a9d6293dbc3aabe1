// SPDX-License-Identifier: MIT
// Who fills tmpfs: what a unit has put there is its growth, and reason enough to end one that holds next to nothing.
#include "unit/score/parties_fixture.h"

namespace forestall {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kMinimum;
using testing::kService;
using testing::PartiesTest;
using testing::place_of;

class Fillers : public PartiesTest {
 protected:
  /// The cgroup of this place has been charged with so much lately.
  void charge(std::uint16_t place, Bytes filled) {
    crowd_.places().see_shared(place, 0, now_);
    crowd_.places().see_shared(place, filled, now_);
  }
  void fill(Bytes filled) { charge(crowd_.places().number_of(place_of(kService)), filled); }
};

TEST_F(Fillers, AUnitThatHoldsNextToNothingGoesForWhatItHasFilled) {
  add(10, 1);
  add(11, 2, 10);
  fill(300 * kMiB);
  EXPECT_THAT(order(), ElementsAre("unit of 2 from 10"));
  EXPECT_EQ(ranking_.order[0].party.filled, 300 * kMiB);
  EXPECT_EQ(ranking_.order[0].process->freed_by_death(), 3 * kMiB) << "the files do not come back";
}

TEST_F(Fillers, AUnitThatHoldsNothingAtAllGoesIfItHasFilledTheMinimum) {
  add(10, 0);
  fill(kMinimum - 1);
  EXPECT_THAT(order(), IsEmpty());
  fill(kMinimum);
  EXPECT_THAT(order(), ElementsAre("unit of 1 from 10"));
  EXPECT_EQ(ranking_.order[0].score, 20 * kPerMille) << "twice 10 ‰";
}

TEST_F(Fillers, WhatWasFilledComesOnTopOfWhatTheMembersHaveTaken) {
  add(10, 1);
  see_them();
  crowd_[10].anon += 20 * kMiB;
  fill(100 * kMiB);
  EXPECT_EQ(term("growth"), 24) << "twice 2 ‰ and 10 ‰";
}

TEST_F(Fillers, TakeTheirTurnByWhatTheyScore) {
  add(10, 1);
  add(20, 300, 0, "");
  fill(140 * kMiB);
  EXPECT_THAT(order(), ElementsAre("process of 1 from 20", "unit of 1 from 10"));
  fill(200 * kMiB);
  EXPECT_THAT(order(), ElementsAre("unit of 1 from 10", "process of 1 from 20"));
}

TEST_F(Fillers, WhoOfThemHoldsTheMinimumIsTheVictimAndHasGrownAsMuch) {
  add(10, 99);
  fill(300 * kMiB);
  EXPECT_THAT(order(), ElementsAre("unit of 1 from 10"));
  crowd_[10].anon += kMiB;
  EXPECT_THAT(order(), ElementsAre("process of 1 from 10"));
  EXPECT_EQ(ranking_.order[0].score, 70 * kPerMille) << "10 ‰, and twice 30 ‰ though it is alone in its unit";
  add(11, 50, 10);
  EXPECT_THAT(order(), ElementsAre("unit of 2 from 10")) << "who of them fills cannot be told";
  EXPECT_EQ(ranking_.order[0].score, 75 * kPerMille);
}

TEST_F(Fillers, WhatWasFilledIsToldOfWhomeverTheirEndGivesBackLess) {
  add(10, 150);
  fill(300 * kMiB);
  EXPECT_EQ(first().party.filled, 300 * kMiB);
  add(11, 150, 10);
  EXPECT_EQ(first().party.filled, 0U) << "a browser shares some memory with itself";
  victim_.kind = Kind::unit;
  EXPECT_EQ(first().party.filled, 0U);
  fill(301 * kMiB);
  EXPECT_EQ(first().party.filled, 301 * kMiB);
}

TEST_F(Fillers, ALoneProcessWhoseUnitHasFilledNothingScoresAsByItself) {
  ProcessFacts& p = add(10, 300);
  p.swap = 7 * kMiB;
  p.page_tables = 3 * kMiB;
  p.profile.prefer_points = 40;
  p.profile.avoid_points = 60;
  see_them();
  p.anon += 50 * kMiB;
  for (const std::int32_t adj : {-4, 5}) {
    p.oom_score_adj = adj;
    victim_.kind = Kind::automatic;
    const Candidate of_a_unit = first();
    victim_.kind = Kind::process;  // nobody is asked for a unit
    const Candidate by_itself = first();
    ASSERT_EQ(of_a_unit.term_count, by_itself.term_count);
    for (std::size_t i = 0; i < by_itself.term_count; ++i) {
      EXPECT_EQ(of_a_unit.terms[i].points, by_itself.terms[i].points) << by_itself.terms[i].name << ", adj " << adj;
    }
    EXPECT_EQ(of_a_unit.score, by_itself.score);
  }
}

TEST_F(Fillers, AUnitHasFilledWhicheverOfItsPlacesItsProcessesLiveIn) {
  const std::uint16_t first_seen = crowd_.places().number_of(place_of("/system.slice/a.service/workers"));
  add(10, 1, 0, "/system.slice/a.service/master");
  add(11, 1, 10, "/system.slice/a.service/workers");
  charge(first_seen, kMinimum);
  EXPECT_THAT(order(), ElementsAre("unit of 2 from 10"));
}

TEST_F(Fillers, WhatIsInNoUnitIsNoneOfThem) {
  constexpr const char* session = "/user.slice/user-1000.slice/session-1.scope";
  charge(crowd_.places().number_of(place_of(session)), kGiB);
  fill(kGiB);  // and nobody of that unit is left
  add(20, 1, 0, session);
  add(30, 1, 0, "");
  EXPECT_THAT(order(), IsEmpty());
}

TEST_F(Fillers, AreOutOfReachWithOneWhoMustLive) {
  add(10, 1);
  add(11, 1, 10);
  fill(300 * kMiB);
  crowd_[11].profile.is_protected = true;
  EXPECT_THAT(order(), IsEmpty());
  crowd_[11].profile.is_protected = false;
  out_of_reach_ = {crowd_[11].id};
  EXPECT_THAT(order(), IsEmpty());
  out_of_reach_.clear();
  EXPECT_THAT(order(), ElementsAre("unit of 2 from 10"));
}

TEST_F(Fillers, AreNoMoreThanMayGoTogether) {
  for (const std::int32_t pid : {10, 11, 12}) add(pid, 1);
  fill(300 * kMiB);
  victim_.max_processes = 2;
  EXPECT_THAT(order(), IsEmpty());
  victim_.max_processes = 3;
  EXPECT_THAT(order(), ElementsAre("unit of 3 from 10"));
}

TEST_F(Fillers, AreFoundWithEveryKindOfVictimButProcess) {
  add(10, 1);
  fill(300 * kMiB);
  for (const Kind kind : {Kind::automatic, Kind::unit, Kind::family}) {
    victim_.kind = kind;
    EXPECT_THAT(order(), ElementsAre("unit of 1 from 10")) << name_of(kind);
  }
  victim_.kind = Kind::process;
  EXPECT_THAT(order(), IsEmpty());
}

}  // namespace
}  // namespace forestall
