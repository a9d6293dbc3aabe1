// SPDX-License-Identifier: MIT
#include "score/rank.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "unit/score/facts.h"

namespace forestall {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Bytes kMinimum = 64 * kMiB;

class RankTest : public ::testing::Test {
 protected:
  ProcessFacts& add(std::int32_t pid, Bytes memory, std::string_view comm = "x") {
    processes_.push_back(testing::process(pid, comm, memory));
    return processes_.back();
  }
  const Ranking& ranked(std::vector<ProcessId> out_of_reach = {}) {
    const Census census{processes_, lineage_, 123, {}, {}};
    rank(census, {{16 * kGiB}, now_, growth_, out_of_reach, {}}, weights_, kMinimum, ranking_);
    return ranking_;
  }
  void see_them() {
    const auto kin = testing::kin_of_all(processes_);
    growth_.see(now_, {processes_, lineage_, kin.size(), kin, {}});
  }
  std::vector<std::int32_t> order() {
    std::vector<std::int32_t> pids;
    for (const Candidate& c : ranked().order) pids.push_back(c.process->id.pid);
    return pids;
  }
  std::optional<Mercy> why_spared(std::int32_t pid) {
    for (const Spared& s : ranked().spared) {
      if (s.process->id.pid == pid) return s.why;
    }
    return std::nullopt;
  }

  std::vector<ProcessFacts> processes_;
  std::vector<std::int32_t> lineage_ = {900, 1};
  ScoreConfig weights_;
  Instant now_{};
  Growth growth_;
  Ranking ranking_;
};

TEST_F(RankTest, OfNobodyIsEmpty) {
  EXPECT_THAT(ranked().order, IsEmpty());
  EXPECT_THAT(ranked().spared, IsEmpty());
  EXPECT_EQ(ranking_.seen, 123U);
  EXPECT_EQ(ranking_.minimum, kMinimum);
}

TEST_F(RankTest, TheOneThatGrewGoesBeforeTheLargerOneThatDidNot) {
  add(10, 3 * kGiB);
  add(11, kGiB);
  see_them();
  processes_[1].anon = 2 * kGiB;
  EXPECT_THAT(order(), ElementsAre(11, 10));
  weights_.growth = Share{};
  EXPECT_THAT(order(), ElementsAre(10, 11));
}

TEST_F(RankTest, TheLargestGoesFirst) {
  add(10, kGiB);
  add(11, 3 * kGiB);
  add(12, 2 * kGiB);
  EXPECT_THAT(order(), ElementsAre(11, 12, 10));
}

TEST_F(RankTest, AScoreIsTheSumOfItsTerms) {
  add(10, 4 * kGiB - 512 * kMiB);
  see_them();
  ProcessFacts& p = processes_.front();
  p.anon = 4 * kGiB;
  p.oom_score_adj = 100;
  p.profile.prefer_points = 30;
  p.profile.avoid_points = 7;
  const Candidate c = ranked().order.at(0);
  Points sum = 0;
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < c.term_count; ++i) {
    sum += c.terms[i].points;
    names.push_back(c.terms[i].name);
  }
  EXPECT_THAT(names, ElementsAre("memory", "growth", "adj", "prefer", "avoid", "offender", "unkept"));
  EXPECT_EQ(c.score, sum);
  EXPECT_EQ(c.score, 250'000 + 2 * 31'250 + (100 + 30 - 7) * kPerMille);
}

TEST_F(RankTest, WeightsSwitchTermsOffAndDoubleThem) {
  add(10, kGiB).oom_score_adj = 60;
  add(11, 2 * kGiB).oom_score_adj = 0;
  EXPECT_THAT(order(), ElementsAre(11, 10));
  weights_.adj = Share::percent(200);
  EXPECT_THAT(order(), ElementsAre(10, 11));
  weights_.memory = Share::percent(0);
  EXPECT_EQ(ranked().order.at(0).terms[0].points, 0);
}

TEST_F(RankTest, PointsMoveACandidateUpAndDown) {
  add(10, kGiB).profile.prefer_points = 200;
  add(11, 3 * kGiB);
  add(12, 4 * kGiB).profile.avoid_points = 300;
  EXPECT_THAT(order(), ElementsAre(10, 11, 12));
}

TEST_F(RankTest, OfTwoThatAreEqualTheYoungerGoesFirst) {
  add(10, kGiB).id.start_time = 500;
  add(11, kGiB).id.start_time = 400;
  add(12, kGiB).id.start_time = 600;
  EXPECT_THAT(order(), ElementsAre(12, 10, 11));
}

TEST_F(RankTest, OfTwoThatAreEquallyOldTheHigherPidGoesFirst) {
  for (const std::int32_t pid : {12, 10, 11}) add(pid, kGiB).id.start_time = 500;
  EXPECT_THAT(order(), ElementsAre(12, 11, 10));
}

TEST_F(RankTest, TheOrderOfTheCensusDoesNotMatter) {
  for (std::int32_t pid = 10; pid < 16; ++pid) {
    add(pid, static_cast<Bytes>(pid / 2) * 128 * kMiB).id.start_time = static_cast<std::uint64_t>(pid / 4);
  }
  const auto expected = order();
  std::ranges::sort(processes_, {}, [](const ProcessFacts& p) { return p.id.pid; });
  do {
    ASSERT_EQ(order(), expected);
  } while (std::ranges::next_permutation(processes_, {}, [](const ProcessFacts& p) { return p.id.pid; }).found);
}

TEST_F(RankTest, WhoeverIsBelowTheMinimumIsSpared) {
  add(10, kMinimum - 1);
  add(11, kMinimum);
  EXPECT_THAT(order(), ElementsAre(11));
  EXPECT_EQ(why_spared(10), Mercy::too_small);
}

TEST_F(RankTest, SwapCountsForTheMinimum) {
  add(10, kMinimum / 2).swap = kMinimum / 2;
  EXPECT_THAT(order(), ElementsAre(10));
}

TEST_F(RankTest, AProtectedProcessIsNeverACandidateWhateverElseSpeaksAgainstIt) {
  ProcessFacts& p = add(10, 15 * kGiB);
  p.profile.is_protected = true;
  p.profile.prefer_points = 1000;
  p.oom_score_adj = 1000;
  for (Share ScoreConfig::*weight : {&ScoreConfig::memory, &ScoreConfig::adj, &ScoreConfig::prefer}) {
    weights_.*weight = Share::percent(1000);
  }
  weights_.avoid = Share{0};
  EXPECT_THAT(order(), IsEmpty());
  EXPECT_EQ(why_spared(10), Mercy::protect);
}

TEST_F(RankTest, BuiltInMercyIsAskedBeforeProtect) {
  add(900, kGiB).profile.is_protected = true;
  EXPECT_EQ(why_spared(900), Mercy::forestall);
}

TEST_F(RankTest, WhoeverIsOutOfReachIsPassedOver) {
  const ProcessId stuck = add(10, 2 * kGiB).id;
  add(11, kGiB);
  const Ranking& ranking = ranked({stuck});
  ASSERT_EQ(ranking.order.size(), 1U);
  EXPECT_EQ(ranking.order[0].process->id.pid, 11);
  EXPECT_EQ(ranking.spared.at(0).why, Mercy::out_of_reach);
}

TEST_F(RankTest, OutOfReachIsAProcessAndNotItsNumber) {
  ProcessId other = add(10, 2 * kGiB).id;
  ++other.start_time;
  EXPECT_EQ(ranked({other}).order.size(), 1U);
}

TEST_F(RankTest, TheSparedAreSortedBySize) {
  add(10, 1000).id.start_time = 1;
  add(12, 3000).id.start_time = 1;
  add(11, 3000).id.start_time = 1;
  std::vector<std::int32_t> pids;
  for (const Spared& s : ranked().spared) pids.push_back(s.process->id.pid);
  EXPECT_THAT(pids, ElementsAre(11, 12, 10));
}

TEST_F(RankTest, ASecondRankingKeepsNothingOfTheFirst) {
  add(10, kGiB);
  ranked();
  processes_.clear();
  EXPECT_THAT(ranked().order, IsEmpty());
}

TEST_F(RankTest, NoMoreThanItsRoomIsRanked) {
  for (std::size_t i = 0; i < kMaxRanked + 10; ++i) add(static_cast<std::int32_t>(1000 + i), kGiB);
  reserve(ranking_);
  const auto* room = ranking_.order.data();
  EXPECT_EQ(ranked().order.size(), kMaxRanked);
  EXPECT_EQ(ranking_.order.data(), room) << "nothing is allocated on the hot path";
}

}  // namespace
}  // namespace forestall
