// SPDX-License-Identifier: MIT
// How far a fire drill goes, and when it gives up.
#include "cli/drill_plan.h"

#include <gmock/gmock.h>

#include "config/config_file.h"
#include "evaluate/evaluate.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using cli::DrillPlan;
using cli::Halt;
using ::testing::HasSubstr;

/// A machine without swap, of which so much is available; and what the rules say of it.
class DrillPlanTest : public ::testing::Test {
 protected:
  static Sample machine(Bytes available) {
    Sample s;
    s.time = Instant(1h);
    s.memory.mem_total = 24 * kGiB;
    s.memory.mem_available = available;
    s.memory.anon_pages = 23 * kGiB - available;
    s.psi = PressureTotals{};
    s.vmstat = Vmstat{};
    return s;
  }
  static Rule rule(const std::string& name, Bytes limit, Action action) {
    Rule r;
    r.name = name;
    r.action = action;
    r.mem_available_below = Size::of(limit);
    return r;
  }
  Result<DrillPlan> plan(const Config& config, const Sample& sample) {
    Memory memory;
    Verdict verdict;
    evaluate(config.rules, memory, sample, verdict);
    return cli::plan_drill(config, verdict);
  }
  std::string why_not(const Config& config, const Sample& sample) {
    const auto p = plan(config, sample);
    return p ? "there is a plan" : p.error().what;
  }
  static Config with(std::vector<Rule> rules) {
    Config c;
    c.rules = std::move(rules);
    return c;
  }
};

// ---- The plan -------------------------------------------------------------------------------------------------------

TEST_F(DrillPlanTest, OfTheBuiltInRulesGoesJustBelowTheLimitOfLowMemoryAndStaysAboveThatOfOutOfMemory) {
  const auto p = plan(config::builtin(), machine(20 * kGiB));
  ASSERT_TRUE(p) << p.error().what;
  EXPECT_EQ(config::builtin().rules[p->rule].name, "low-memory");
  EXPECT_EQ(p->limit, 1536 * kMiB);
  EXPECT_EQ(p->stop, 1472 * kMiB);
  EXPECT_EQ(p->floor, 664 * kMiB);
  EXPECT_EQ(p->pause, 1664 * kMiB);
  EXPECT_EQ(p->take(), 20 * kGiB - 1472 * kMiB);
  EXPECT_EQ(p->patience, 5s);
}

TEST_F(DrillPlanTest, TakesTheRuleThatMemoryReachesFirst) {
  const auto c = with({rule("later", kGiB, Action::terminate), rule("first", 3 * kGiB, Action::kill)});
  EXPECT_EQ(plan(c, machine(20 * kGiB))->rule, 1U);
}

TEST_F(DrillPlanTest, OfTwoRulesWithTheSameLimitIsForTheOneThatDoesMore) {
  const auto c = with({rule("ask", kGiB, Action::terminate), rule("kill", kGiB, Action::kill)});
  EXPECT_EQ(plan(c, machine(20 * kGiB))->rule, 1U);
}

TEST_F(DrillPlanTest, NeverGoesBelowTheFloor) {
  const auto c = with({rule("low", 300 * kMiB, Action::terminate)});
  const auto p = plan(c, machine(20 * kGiB));
  ASSERT_TRUE(p);
  EXPECT_EQ(p->floor, 256 * kMiB);
  EXPECT_EQ(p->stop, 278 * kMiB);
  EXPECT_THAT(why_not(with({rule("low", 271 * kMiB, Action::terminate)}), machine(20 * kGiB)),
              HasSubstr("its limit is 271 MiB, and a drill leaves 272 MiB available"));
}

TEST_F(DrillPlanTest, IsNoneWhereTheLimitOfSigkillIsTooNear) {
  const auto near = with({rule("ask", kGiB, Action::terminate), rule("kill", kGiB - 79 * kMiB, Action::kill)});
  EXPECT_THAT(why_not(near, machine(20 * kGiB)), HasSubstr("rule \"ask\": its limit is 1 GiB"));
  const auto far = with({rule("ask", kGiB, Action::terminate), rule("kill", kGiB - 80 * kMiB, Action::kill)});
  EXPECT_TRUE(plan(far, machine(20 * kGiB)));
}

TEST_F(DrillPlanTest, IsNoneWhileARuleHolds) {
  EXPECT_THAT(why_not(config::builtin(), machine(kGiB)), HasSubstr("rule \"low-memory\" holds now"));
}

TEST_F(DrillPlanTest, IsNoneWhereSwapIsFreeForItIsNotFilled) {
  Sample s = machine(20 * kGiB);
  s.memory.swap_total = 8 * kGiB;
  s.memory.swap_free = 6 * kGiB;
  EXPECT_THAT(why_not(config::builtin(), s),
              HasSubstr("rule \"low-memory\": 6 GiB of swap are left, and a drill does not fill swap"));
  s.memory.swap_free = 700 * kMiB;
  EXPECT_TRUE(plan(config::builtin(), s));
}

TEST_F(DrillPlanTest, IsNoneForARuleThatGoesByMoreThanMemory) {
  Rule r = rule("stall", kGiB, Action::terminate);
  r.psi_full_above = Share::percent(10);
  EXPECT_THAT(why_not(with({r}), machine(20 * kGiB)), HasSubstr("it goes by psi_full_above too"));
}

TEST_F(DrillPlanTest, WaitsForWhatTheRuleMustHoldButNotForLong) {
  Rule r = rule("slow", kGiB, Action::terminate);
  r.hold = 10s;
  EXPECT_EQ(plan(with({r}), machine(20 * kGiB))->patience, 15s);
  r.hold = 11s;
  EXPECT_THAT(why_not(with({r}), machine(20 * kGiB)), HasSubstr("it must hold for 11 s"));
}

TEST_F(DrillPlanTest, IsNoneForWarningsAndForRulesThatAreSwitchedOff) {
  Rule off = rule("off", kGiB, Action::terminate);
  off.enabled = false;
  EXPECT_EQ(why_not(with({rule("warn", 2 * kGiB, Action::notify), off}), machine(20 * kGiB)),
            "no rule that is switched on ends anybody");
}

// ---- On the way -----------------------------------------------------------------------------------------------------

class DrillSteps : public DrillPlanTest {
 protected:
  cli::DrillStep step(const Sample& now, Bytes held = 0) const {
    return cli::next_step(plan_, machine(20 * kGiB), now, held, plan_.stop);
  }
  DrillPlan plan_ = *plan(config::builtin(), machine(20 * kGiB));
};

TEST_F(DrillSteps, AreLargeFarFromTheLimitAndSmallNearIt) {
  EXPECT_EQ(step(machine(10 * kGiB)), (cli::DrillStep{Halt::none, 16 * kMiB, 4ms}));
  EXPECT_EQ(step(machine(2 * kGiB)), (cli::DrillStep{Halt::none, 16 * kMiB, 16ms}));
  EXPECT_EQ(step(machine(1600 * kMiB)), (cli::DrillStep{Halt::none, kMiB, 1ms}));
}

TEST_F(DrillSteps, EndWhereTheyWereToEnd) {
  EXPECT_EQ(step(machine(plan_.stop + 5)).take, 5U);
  EXPECT_EQ(step(machine(plan_.stop)), (cli::DrillStep{Halt::none, 0, 1ms}));
}

TEST_F(DrillSteps, AreGivenUpBelowTheFloor) {
  EXPECT_EQ(step(machine(plan_.floor)).halt, Halt::none);
  EXPECT_EQ(step(machine(plan_.floor - 1)).halt, Halt::floor);
}

TEST_F(DrillSteps, AreGivenUpWhenAllThatMayBeTakenIsTaken) {
  EXPECT_EQ(step(machine(2 * kGiB), plan_.most() - 1).take, 1U);
  EXPECT_EQ(step(machine(2 * kGiB), plan_.most()).halt, Halt::too_much);
  EXPECT_EQ(step(machine(plan_.stop), plan_.most()).halt, Halt::none) << "it is there";
}

TEST_F(DrillSteps, AreGivenUpWhenTheMachineSwaps) {
  Sample first = machine(10 * kGiB);
  first.memory.swap_free = kGiB;
  Sample now = first;
  now.memory.swap_free = kGiB - 64 * kMiB;
  EXPECT_EQ(cli::next_step(plan_, first, now, 0, plan_.stop).halt, Halt::none);
  --now.memory.swap_free;
  EXPECT_EQ(cli::next_step(plan_, first, now, 0, plan_.stop).halt, Halt::swap);
}

TEST_F(DrillSteps, AreGivenUpWhenEverybodyStandsStill) {
  Sample now = machine(10 * kGiB);
  now.time += 200ms;
  now.psi->full = 50ms;
  EXPECT_EQ(step(now).halt, Halt::none) << "5 % of the first second";
  now.psi->full = 51ms;
  EXPECT_EQ(step(now).halt, Halt::stall);
  now.time += 2s;
  EXPECT_EQ(step(now).halt, Halt::none);
}

}  // namespace
}  // namespace forestall::testing
