// SPDX-License-Identifier: MIT
#include "score/growth.h"

#include <gtest/gtest.h>

#include <vector>

#include "unit/score/facts.h"

namespace forestall {
namespace {

using namespace std::chrono_literals;
using testing::process;

class GrowthTest : public ::testing::Test {
 protected:
  void see(Duration when, const std::vector<ProcessFacts>& processes) {
    const auto kin = testing::kin_of_all(processes);
    growth_.see(Instant(when), {{}, {}, kin.size(), kin, {}});
  }
  [[nodiscard]] Bytes of(const ProcessFacts& process, Duration when) const {
    return growth_.of(process.id, process.freed_by_death(), Instant(when));
  }

  Growth growth_{10s};
};

TEST_F(GrowthTest, IsUnknownBeforeTheFirstPass) { EXPECT_EQ(of(process(10, "x", kGiB), 5s), 0U); }

TEST_F(GrowthTest, IsWhatWasAddedSinceTheFirstPass) {
  see(0s, {process(10, "leak", 100 * kMiB), process(11, "steady", kGiB)});
  EXPECT_EQ(of(process(10, "leak", 350 * kMiB), 3s), 250 * kMiB);
  EXPECT_EQ(of(process(11, "steady", kGiB), 3s), 0U);
}

TEST_F(GrowthTest, IsNeverNegative) {
  see(0s, {process(10, "x", kGiB)});
  EXPECT_EQ(of(process(10, "x", kMiB), 3s), 0U);
}

TEST_F(GrowthTest, OfOneThatWasNotThereIsAllThatItHolds) {
  see(0s, {process(11, "steady", kGiB)});
  EXPECT_EQ(of(process(10, "new", 300 * kMiB), 3s), 300 * kMiB);
  see(1s, {process(11, "steady", kGiB), process(10, "new", 100 * kMiB)});
  EXPECT_EQ(of(process(10, "new", 300 * kMiB), 3s), 300 * kMiB) << "when the first pass was made it was not there";
}

TEST_F(GrowthTest, OfAPidThatCameBackIsNotThatOfTheOldOne) {
  see(0s, {process(10, "old", kGiB)});
  ProcessFacts newcomer = process(10, "new", 300 * kMiB);
  newcomer.id.start_time += 1;
  EXPECT_EQ(of(newcomer, 3s), 300 * kMiB);
}

TEST_F(GrowthTest, LooksBackOneToTwoWindows) {
  for (unsigned second = 0; second <= 60; ++second) see(second * 1s, {process(10, "x", (100 + second) * kMiB)});
  const Bytes grown = of(process(10, "x", 160 * kMiB), 60s);
  EXPECT_GE(grown, 10 * kMiB);
  EXPECT_LE(grown, 20 * kMiB);
}

TEST_F(GrowthTest, LooksBackToTheLastPassIfThatIsOldEnough) {
  see(0s, {process(10, "x", 100 * kMiB)});
  see(30s, {process(10, "x", 400 * kMiB)});
  EXPECT_EQ(of(process(10, "x", 500 * kMiB), 39s), 400 * kMiB);
  EXPECT_EQ(of(process(10, "x", 500 * kMiB), 40s), 100 * kMiB);
}

TEST_F(GrowthTest, TellsSinceWhen) {
  EXPECT_EQ(growth_.since(Instant(5s)), std::nullopt);
  for (const Duration when : {0s, 4s, 10s, 14s}) see(when, {process(10, "x", kGiB)});
  EXPECT_EQ(growth_.since(Instant(15s)), Instant(0s));
  EXPECT_EQ(growth_.since(Instant(20s)), Instant(10s));
}

TEST_F(GrowthTest, OfOneForWhomACensusHadNoRoomIsNotAllThatItHolds) {
  std::vector<ProcessFacts> many;
  for (std::int32_t pid = 1; pid <= static_cast<std::int32_t>(kMaxKin); ++pid)
    many.push_back(process(pid, "x", 70 * kMiB));
  see(0s, many);
  EXPECT_EQ(of(process(100000, "overtaker", 72 * kMiB), 1s), 2 * kMiB);
  many.pop_back();
  see(20s, many);
  EXPECT_EQ(of(process(100000, "newcomer", 72 * kMiB), 21s), 2 * kMiB) << "counted from the pass before";
  EXPECT_EQ(of(process(100000, "newcomer", 72 * kMiB), 31s), 72 * kMiB);
}

TEST_F(GrowthTest, ForgetsWhoIsGone) {
  see(0s, {process(10, "x", kGiB)});
  see(10s, {});
  see(20s, {process(10, "x", kGiB)});
  EXPECT_EQ(of(process(10, "x", kGiB), 21s), kGiB);
}

}  // namespace
}  // namespace forestall
