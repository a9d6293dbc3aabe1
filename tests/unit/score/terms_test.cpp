// SPDX-License-Identifier: MIT
#include "score/terms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "unit/score/facts.h"

namespace forestall {
namespace {

using testing::process;

constexpr Capacity k16GiB = {16 * kGiB};

ProcessFacts with_adj(Bytes memory, std::int32_t adj) {
  ProcessFacts p = process(10, "x", memory);
  p.oom_score_adj = adj;
  return p;
}

Points memory_and_adj(const ProcessFacts& p) {
  return memory_points(merits_of(p, k16GiB)) + adj_points(merits_of(p, k16GiB));
}

TEST(MemoryTerm, IsWhatDeathGivesBackInThousandthsOfTheMachine) {
  EXPECT_EQ(memory_points(merits_of(process(10, "x", 4 * kGiB), k16GiB)), 250 * kPerMille);
  EXPECT_EQ(memory_points(merits_of(process(10, "x", 0), k16GiB)), 0);
}

TEST(MemoryTerm, CountsSwapAndPageTablesButNoSharedMemory) {
  ProcessFacts p = process(10, "x", kGiB);
  p.swap = 2 * kGiB;
  p.page_tables = kGiB;
  p.shmem = 8 * kGiB;
  EXPECT_EQ(memory_points(merits_of(p, k16GiB)), 250 * kPerMille);
}

TEST(MemoryTerm, IsNeverMoreThanTheMachine) {
  for (const Bytes huge : {17 * kGiB, Bytes{INT64_MAX}, UINT64_MAX}) {
    EXPECT_EQ(memory_points(merits_of(process(10, "x", huge), k16GiB)), 1000 * kPerMille);
  }
  EXPECT_EQ(memory_points(merits_of(process(10, "x", UINT64_MAX), Capacity{1})), 1000 * kPerMille);
  EXPECT_EQ(memory_points(merits_of(process(10, "x", kGiB), Capacity{0})), 0);
}

TEST(GrowthTerm, IsWhatWasAddedInThousandthsOfTheMachine) {
  EXPECT_EQ(growth_points(merits_of(process(10, "x", 4 * kGiB), k16GiB, 2 * kGiB)), 125 * kPerMille);
  EXPECT_EQ(growth_points(merits_of(process(10, "x", 4 * kGiB), k16GiB, 0)), 0);
  EXPECT_EQ(growth_points(merits_of(process(10, "x", 4 * kGiB), k16GiB, UINT64_MAX)), 1000 * kPerMille);
}

TEST(AdjTerm, OneStepIsOneThousandth) {
  EXPECT_EQ(adj_points(merits_of(with_adj(8 * kGiB, 200), k16GiB)), 200 * kPerMille);
  EXPECT_EQ(adj_points(merits_of(with_adj(8 * kGiB, -200), k16GiB)), -200 * kPerMille);
  EXPECT_EQ(adj_points(merits_of(with_adj(0, -999), k16GiB)), -999 * kPerMille);
}

TEST(AdjTerm, APositiveOneAtMostDoublesTheMemory) {
  EXPECT_EQ(adj_points(merits_of(with_adj(kGiB, 1000), k16GiB)),
            memory_points(merits_of(with_adj(kGiB, 1000), k16GiB)));
  EXPECT_EQ(adj_points(merits_of(with_adj(0, 1000), k16GiB)), 0);
}

TEST(AdjTerm, ASmallHelperNeverDiesForABigHog) {
  for (const std::int32_t adj : {1, 300, 1000}) {
    EXPECT_LT(memory_and_adj(with_adj(5 * kMiB, adj)), memory_and_adj(with_adj(5 * kGiB, 0))) << adj;
  }
}

TEST(AdjTerm, ANegativeOneSavesOnlyAsFarAsItReaches) {
  EXPECT_LT(memory_and_adj(with_adj(5 * kGiB, -500)), memory_and_adj(with_adj(kGiB, 0)));
  EXPECT_GT(memory_and_adj(with_adj(5 * kGiB, -100)), memory_and_adj(with_adj(kGiB, 0)));
}

TEST(ListTerms, ArePointsOfTheEntriesForAndAgainst) {
  ProcessFacts p = process(10, "x", kGiB);
  p.profile.prefer_points = 300;
  p.profile.avoid_points = 70;
  EXPECT_EQ(prefer_points(merits_of(p, k16GiB)), 300 * kPerMille);
  EXPECT_EQ(avoid_points(merits_of(p, k16GiB)), -70 * kPerMille);
}

Merits aged(Duration age) {
  Merits merits{k16GiB};
  merits.age = age;
  return merits;
}

TEST(AgeTerm, IsOneForEachHourAndAHundredAtMost) {
  EXPECT_EQ(age_points(aged(Duration(0))), 0);
  EXPECT_EQ(age_points(aged(std::chrono::minutes(90))), -1500);
  EXPECT_EQ(age_points(aged(std::chrono::hours(100))), -100 * kPerMille);
  EXPECT_EQ(age_points(aged(std::chrono::hours(101))), -100 * kPerMille);
  EXPECT_EQ(age_points(aged(Duration::max())), -100 * kPerMille);
}

TEST(CpuTimeTerm, IsOneForEachMinuteAndAHundredAtMost) {
  ProcessFacts p = process(10, "x", kGiB);
  p.cpu_time = std::chrono::seconds(150);
  EXPECT_EQ(cpu_time_points(merits_of(p, k16GiB)), -2500);
  p.cpu_time = std::chrono::hours(2);
  EXPECT_EQ(cpu_time_points(merits_of(p, k16GiB)), -100 * kPerMille);
}

TEST(NiceTerm, IsFiveForEachStepEitherWay) {
  ProcessFacts p = process(10, "x", kGiB);
  for (const std::int32_t nice : {-20, 0, 19}) {
    p.nice = nice;
    EXPECT_EQ(nice_points(merits_of(p, k16GiB)), 5 * nice * kPerMille);
  }
}

TEST(RootTerm, SparesRootAThirtieth) {
  EXPECT_EQ(root_points(merits_of(process(10, "x", kGiB, 0), k16GiB)), -30 * kPerMille);
  EXPECT_EQ(root_points(merits_of(process(10, "x", kGiB, 1000), k16GiB)), 0);
}

Merits with_memory(Bytes memory) {
  Merits merits{k16GiB};
  merits.memory = memory;
  return merits;
}

TEST(OffenderTerm, IsFiftyForEachTimeUpToTwice) {
  Merits merits = with_memory(8 * kGiB);
  EXPECT_EQ(offender_points(merits), 0);
  for (const std::int64_t times : {1, 2, 3}) {
    merits.offences = Share::percent(100 * times);
    EXPECT_EQ(offender_points(merits), std::min<std::int64_t>(times, 2) * 50 * kPerMille);
  }
}

TEST(OffenderTerm, IsNoMoreThanHalfOfTheMemory) {
  Merits merits = with_memory(512 * kMiB);
  merits.offences = Share::percent(100);
  EXPECT_EQ(offender_points(merits), memory_points(merits) / 2);
  merits.memory = 0;
  EXPECT_EQ(offender_points(merits), 0);
}

TEST(UnkeptTerm, TakesHalfOfTheMemoryThatIsInDoubt) {
  Merits merits = with_memory(8 * kGiB);
  EXPECT_EQ(unkept_points(merits), 0);
  merits.unkept = Share::percent(100);
  EXPECT_EQ(unkept_points(merits), -250 * kPerMille);
  merits.unkept = Share::percent(10);
  EXPECT_EQ(unkept_points(merits), -25 * kPerMille);
}

TEST(Terms, OneWithoutWeightIsNotThere) {
  ScoreConfig weights;
  weights.adj = Share{};
  weights.nice = Share::percent(50);
  ProcessFacts p = with_adj(8 * kGiB, 300);
  p.nice = 10;
  Candidate c;
  weigh(merits_of(p, k16GiB), weights, c);
  std::vector<std::string_view> names;
  for (const Term& term : std::span(c.terms).first(c.term_count)) names.push_back(term.name);
  EXPECT_EQ(names,
            (std::vector<std::string_view>{"memory", "growth", "prefer", "avoid", "offender", "unkept", "nice"}));
  EXPECT_EQ(c.score, 525 * kPerMille);
}

TEST(Terms, EveryWeightHasItsOwnTerm) {
  for (std::size_t i = 0; i < kTerms.size(); ++i) {
    EXPECT_FALSE(kTerms[i].name.empty());
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(kTerms[i].weight, kTerms[j].weight);
      EXPECT_NE(kTerms[i].name, kTerms[j].name);
    }
  }
  EXPECT_EQ(kTerms.size(), 11U);
}

}  // namespace
}  // namespace forestall
