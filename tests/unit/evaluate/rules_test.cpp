// SPDX-License-Identifier: MIT
#include "forestall/rules.h"

#include <gtest/gtest.h>

#include <set>

namespace forestall {
namespace {

Size least(std::vector<Size> args) { return {Size::Kind::min, 0, {}, std::move(args)}; }
Size most(std::vector<Size> args) { return {Size::Kind::max, 0, {}, std::move(args)}; }

TEST(Size, AnAmountIsTheSameOnEveryMachine) {
  EXPECT_EQ(Size::of(600 * kMiB).in(0), 600 * kMiB);
  EXPECT_EQ(Size::of(600 * kMiB).in(64 * kGiB), 600 * kMiB);
}

TEST(Size, AShareGrowsWithTheMachine) {
  EXPECT_EQ(Size::of(Share::percent(10)).in(20 * kGiB), 2 * kGiB);
  EXPECT_EQ(Size::of(Share::percent(10)).in(0), 0U);
  EXPECT_EQ(Size::of(Share::percent(100)).in(INT64_MAX), static_cast<Bytes>(INT64_MAX));
}

TEST(Size, MinAndMaxNest) {
  const Size size = most({Size::of(kGiB), least({Size::of(Share::percent(50)), Size::of(8 * kGiB)})});
  EXPECT_EQ(size.in(kGiB), kGiB);
  EXPECT_EQ(size.in(10 * kGiB), 5 * kGiB);
  EXPECT_EQ(size.in(100 * kGiB), 8 * kGiB);
}

TEST(Rules, EveryNameIsThereOnce) {
  std::set<std::string_view> names;
  for (const Condition c : kAllConditions) names.insert(name_of(c));
  for (const Action a : {Action::none, Action::notify, Action::terminate, Action::kill}) names.insert(name_of(a));
  EXPECT_EQ(names.size(), kConditions + 4);
  EXPECT_EQ(name_of(Condition::exhausted_within), "exhausted_within");
  EXPECT_EQ(name_of(Condition::commit_free_below), "commit_free_below");
  EXPECT_EQ(name_of(Action::terminate), "terminate");
}

TEST(Rules, ARuleHasAConditionOnlyIfOneIsGiven) {
  Rule rule;
  EXPECT_FALSE(rule.has_condition());
  rule.commit_free_below = Size::of(kGiB);
  EXPECT_TRUE(rule.has_condition());
}

}  // namespace
}  // namespace forestall
