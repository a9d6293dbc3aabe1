// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
// After gtest, which it needs.
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "kill/breaker.h"
#include "kill/kill_plan.h"

namespace forestall {
namespace {

using std::chrono::milliseconds;
using Order = KillPlan::Order;

/// One plan from its beginning to its end, with a victim, a machine and a reach of chance.
struct Life {
  std::mt19937 chance{*rc::gen::arbitrary<std::uint32_t>()};
  Duration grace = milliseconds(up_to(10'000));
  Duration longest_wait = milliseconds(1 + up_to(200));
  Duration dies_after = milliseconds(up_to(15'000));
  bool immortal = up_to(1) == 1;
  Instant begin{std::chrono::hours(1)};
  Instant now = begin;
  KillPlan plan;
  int terms = 0;
  int kills = 0;
  std::optional<Instant> first_kill;

  /// 0 to `most`.
  std::int64_t up_to(std::int64_t most) { return std::uniform_int_distribution<std::int64_t>(0, most)(chance); }

  Observation look() {
    constexpr std::array verdicts = {Action::none, Action::notify, Action::terminate, Action::terminate, Action::kill};
    return {now, verdicts.at(static_cast<std::size_t>(up_to(4))), static_cast<Bytes>(up_to(8 * kGiB)),
            !immortal && now - begin >= dies_after};
  }
  Reach a_reach() {
    const auto n = up_to(20);
    return n == 0 ? Reach::vanished : n == 1 ? Reach::not_permitted : Reach::done;
  }
  void carry_out(Order order) {
    if (order == Order::terminate) ++terms;
    if (order == Order::kill) ++kills;
    if (order == Order::kill && !first_kill) first_kill = now;
    if (order == Order::terminate || order == Order::kill) plan.signalled(now, a_reach());
  }
  void live() {
    Observation first = look();
    first.verdict = std::max(first.verdict, Action::terminate);
    carry_out(plan.begin(first, grace, static_cast<Bytes>(up_to(4)) * kGiB));
    while (plan.open() && now - begin < std::chrono::minutes(1)) {
      now += longest_wait - Duration(up_to(longest_wait.count() - 1));
      carry_out(plan.advance(look()));
    }
  }
};

RC_GTEST_PROP(KillPlan, EndsWithinItsBounds, ()) {
  Life life;
  life.live();
  RC_ASSERT(!life.plan.open());
  RC_ASSERT(life.plan.outcome() != Outcome::none);
  // Each of the three deadlines is met at the first look after it.
  RC_ASSERT(life.now - life.begin <= life.grace + kUnkillableAfter + kMemoryPatience + 3 * life.longest_wait);
}

RC_GTEST_PROP(KillPlan, SendsEachSignalAtMostOnce, ()) {
  Life life;
  life.live();
  RC_ASSERT(life.terms <= 1 && life.kills <= 1);
  RC_ASSERT(life.terms + life.kills >= 1);
}

RC_GTEST_PROP(KillPlan, WhoeverLivesWhenTheGraceIsOverIsKilled, ()) {
  Life life;
  life.immortal = true;
  life.live();
  const bool gave_up = life.plan.outcome() == Outcome::not_permitted || life.plan.outcome() == Outcome::vanished;
  RC_ASSERT(life.kills == 1 || gave_up);
  if (life.first_kill) RC_ASSERT(*life.first_kill - life.begin <= life.grace + life.longest_wait);
}

RC_GTEST_PROP(Breaker, NeverLetsMoreThanItsNumberOfFruitlessKillsThroughInARow, ()) {
  const auto kills = static_cast<unsigned>(*rc::gen::inRange(1, 10));
  const Duration pause = milliseconds(*rc::gen::inRange(1000, 60'000));
  Breaker breaker(kills, pause);
  Instant now{std::chrono::hours(1)};
  unsigned in_row = 0;
  for (int i = 0; i < 100; ++i) {
    now += milliseconds(*rc::gen::inRange(0, 10'000));
    if (breaker.is_open(now)) continue;
    const bool helped = *rc::gen::inRange(0, 4) == 0;
    const bool opened = breaker.ended(now, kGiB, helped ? kGiB : 0);
    in_row = helped ? 0 : in_row + 1;
    RC_ASSERT(opened == (in_row >= kills));
    RC_ASSERT(breaker.is_open(now) == opened);
  }
}

}  // namespace
}  // namespace forestall
