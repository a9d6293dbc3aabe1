// SPDX-License-Identifier: MIT
// How far a rule is from holding, in pairs: nearer and farther, holding and almost.
#include "cli/nearness.h"

#include <gmock/gmock.h>

#include <limits>

#include "evaluate/evaluate.h"
#include "forestall/units.h"

namespace forestall::testing {
namespace {

using cli::nearness;
using ::testing::DoubleNear;

constexpr auto kMemory = Condition::mem_available_below;
constexpr auto kStalled = Condition::psi_full_above;
constexpr auto kExhausted = Condition::exhausted_within;
constexpr std::int64_t kGib = std::int64_t{1} << 30U;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

const Headroom kMachine{.available = 6 * kGiB,
                        .user_total = 16 * kGiB,
                        .swap_left = 4 * kGiB,
                        .swap_total = 4 * kGiB,
                        .commit_left = 6 * kGiB,
                        .commit_limit = 16 * kGiB};

Reading reading(std::int64_t measured, std::int64_t limit, bool holds = false) {
  return {true, true, holds, measured, limit};
}

// ---- One condition --------------------------------------------------------------------------------------------------

TEST(Nearness, OfAnAmountIsTheWayThatIsGone) {
  EXPECT_DOUBLE_EQ(nearness(kMemory, reading(16 * kGib, 2 * kGib), kMachine), 0);
  EXPECT_DOUBLE_EQ(nearness(kMemory, reading(9 * kGib, 2 * kGib), kMachine), 0.5);
  EXPECT_DOUBLE_EQ(nearness(Condition::swap_free_below, reading(3 * kGib, 2 * kGib), kMachine), 0.5);
  EXPECT_DOUBLE_EQ(nearness(Condition::commit_free_below, reading(9 * kGib, 2 * kGib), kMachine), 0.5);
}

TEST(Nearness, OfAPartIsThePartOfItsLimit) {
  EXPECT_DOUBLE_EQ(nearness(kStalled, reading(0, 200'000), kMachine), 0);
  EXPECT_DOUBLE_EQ(nearness(kStalled, reading(50'000, 200'000), kMachine), 0.25);
  EXPECT_DOUBLE_EQ(nearness(Condition::psi_some_above, reading(50'000, 200'000), kMachine), 0.25);
  EXPECT_DOUBLE_EQ(nearness(Condition::refaults_above, reading(50'000, 200'000), kMachine), 0.25);
}

TEST(Nearness, OfATimeIsHowMuchOfItTheLimitIs) {
  EXPECT_DOUBLE_EQ(nearness(kExhausted, reading(kNever, 30), kMachine), 0);
  EXPECT_DOUBLE_EQ(nearness(kExhausted, reading(120, 30), kMachine), 0.25);
}

TEST(Nearness, IsOneIfTheConditionHoldsAndOnlyThen) {
  EXPECT_EQ(nearness(kMemory, reading(2 * kGib, 2 * kGib), kMachine), nearness(kMemory, reading(1, 1), kMachine));
  for (const Condition c : kAllConditions) {
    for (const std::int64_t measured : {std::int64_t{0}, std::int64_t{7}, 20 * kGib, kNever}) {
      EXPECT_LT(nearness(c, reading(measured, 7), kMachine), 1) << name_of(c) << measured;
      EXPECT_GE(nearness(c, reading(measured, 7), kMachine), 0) << name_of(c) << measured;
      EXPECT_EQ(nearness(c, reading(measured, 7, true), kMachine), 1) << name_of(c) << measured;
    }
  }
}

TEST(Nearness, IsNoneWhereTheMachineCannotTell) {
  EXPECT_EQ(nearness(kStalled, {true, false, false, 0, 200'000}, kMachine), 0);
}

TEST(Nearness, OfALimitThatIsAllThereIsOrNothingIsANumberToo) {
  EXPECT_THAT(nearness(kMemory, reading(16 * kGib, 16 * kGib), kMachine), DoubleNear(0.999, 1e-9));
  EXPECT_EQ(nearness(kStalled, reading(0, 0), kMachine), 0);
  EXPECT_EQ(nearness(Condition::swap_free_below, reading(0, 0, true), Headroom{}), 1);
}

// ---- A rule ---------------------------------------------------------------------------------------------------------

class NearnessOfRules : public ::testing::Test {
 protected:
  void look(Bytes available, Duration stalled_until_now) {
    sample_.time += std::chrono::seconds(2);
    sample_.memory.mem_total = 16 * kGiB;
    sample_.memory.mem_available = available;
    sample_.memory.anon_pages = 16 * kGiB - available;
    sample_.psi = PressureTotals{stalled_until_now, stalled_until_now};
    evaluate(rules_, memory_, sample_, verdict_);
  }
  [[nodiscard]] std::vector<cli::Nearness> all() const { return cli::nearness_of(rules_, verdict_); }
  [[nodiscard]] std::string nearest() const {
    const auto near = all();
    const auto* first = cli::nearest(near);
    return first == nullptr ? "" : rules_[first->rule].name;
  }
  [[nodiscard]] std::string words() const { return cli::distance_in_words(all().front(), rules_.front(), verdict_); }

  Sample sample_;
  std::vector<Rule> rules_{
      {.name = "both", .mem_available_below = Size::of(2 * kGiB), .psi_full_above = Share::percent(20)},
      {.name = "memory", .mem_available_below = Size::of(kGiB)},
      {.name = "off", .enabled = false, .mem_available_below = Size::of(15 * kGiB)}};
  Memory memory_;
  Verdict verdict_;
};

TEST_F(NearnessOfRules, TheFarthestConditionDecides) {
  look(9 * kGiB, Duration(0));
  look(9 * kGiB, Duration(0));
  EXPECT_EQ(all().front().farthest, kStalled);
  EXPECT_EQ(all().front().part, 0);
  EXPECT_EQ(words(), "all tasks stalled 0 %, limit 20 %");
  look(9 * kGiB, std::chrono::milliseconds(300));
  EXPECT_EQ(all().front().farthest, kMemory);
  EXPECT_DOUBLE_EQ(all().front().part, 0.5);
  EXPECT_EQ(words(), "memory 7 GiB above its limit of 2 GiB");
}

TEST_F(NearnessOfRules, TheNearestIsTheGreatestOfThoseEnabled) {
  look(9 * kGiB, Duration(0));
  look(9 * kGiB, Duration(0));
  EXPECT_EQ(nearest(), "memory");
  look(9 * kGiB, std::chrono::seconds(1));
  EXPECT_EQ(nearest(), "both") << "7 of 14 GiB are more than 7 of 15";
  EXPECT_EQ(all().size(), 2U);
  rules_.clear();
  EXPECT_EQ(nearest(), "");
}

TEST_F(NearnessOfRules, WhereAllHoldItSaysSinceWhenAndWhatFollows) {
  rules_.front().hold = std::chrono::seconds(3);
  look(kGiB, Duration(0));
  look(kGiB, std::chrono::seconds(1));
  EXPECT_EQ(all().front().part, 1);
  EXPECT_EQ(words(), "HOLDS for 0 s of 3 s, then asks to terminate");
  look(kGiB, std::chrono::seconds(2));
  EXPECT_EQ(words(), "HOLDS for 2 s of 3 s, then asks to terminate");
  look(kGiB, std::chrono::seconds(3));
  EXPECT_EQ(words(), "HOLDS, and asks to terminate");
  look(9 * kGiB, std::chrono::seconds(3));
  EXPECT_LT(all().front().part, 1);
  look(9 * kGiB / 4, std::chrono::seconds(3));
  EXPECT_EQ(words().find("HOLDS"), std::string::npos);
}

TEST_F(NearnessOfRules, AStallInWhichNothingIsReclaimedIsNoneAndIsSaidToBe) {
  sample_.vmstat = Vmstat{};
  rules_ = {{.name = "stall", .psi_full_above = Share::percent(20)}};
  look(kGiB, Duration(0));
  look(kGiB, std::chrono::seconds(1));
  EXPECT_EQ(words(), "all tasks stalled 50 %, limit 20 %, but nothing is reclaimed");
  EXPECT_LT(all().front().part, 1);
}

// ---- Its bar --------------------------------------------------------------------------------------------------------

TEST(NearnessBar, IsFullOnlyAtOne) {
  EXPECT_EQ(cli::nearness_bar(0, 4), "····");
  EXPECT_EQ(cli::nearness_bar(0.5, 4), "██··");
  EXPECT_EQ(cli::nearness_bar(0.999, 4), "███·");
  EXPECT_EQ(cli::nearness_bar(1, 4), "████");
  EXPECT_EQ(cli::nearness_bar(7, 4), "████");
}

}  // namespace
}  // namespace forestall::testing
