// SPDX-License-Identifier: MIT
#include "score/terms.h"

#include <gtest/gtest.h>

#include <array>

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

TEST(Terms, EveryWeightHasItsOwnTerm) {
  ScoreConfig weights;
  for (std::size_t i = 0; i < kTerms.size(); ++i) {
    EXPECT_FALSE(kTerms[i].name.empty());
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(kTerms[i].weight, kTerms[j].weight);
      EXPECT_NE(kTerms[i].name, kTerms[j].name);
    }
    EXPECT_EQ(weights.*kTerms[i].weight, Share::percent(kTerms[i].name == "growth" ? 200 : 100));
  }
}

}  // namespace
}  // namespace forestall
