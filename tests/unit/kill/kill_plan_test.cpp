// SPDX-License-Identifier: MIT
// The stories of victims, told with made-up times.
#include "kill/kill_plan.h"

#include <gtest/gtest.h>

namespace forestall {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Order = KillPlan::Order;

constexpr Duration kGrace = seconds(5);
constexpr Bytes kPromised = 2 * kGiB;
constexpr Bytes kLeft = 512 * kMiB;  ///< what is left when it begins

Instant at(Duration time) { return Instant(std::chrono::hours(1) + time); }

class KillPlanTest : public ::testing::Test {
 protected:
  /// SIGTERM at 0 s.
  void terminated(Duration grace = kGrace) {
    EXPECT_EQ(plan_.begin({at({}), Action::terminate, kLeft, false}, grace, kPromised), Order::terminate);
    EXPECT_EQ(plan_.signalled(at({}), Reach::done), Order::wait);
  }
  /// SIGKILL at 0 s.
  void killed() {
    EXPECT_EQ(plan_.begin({at({}), Action::kill, kLeft, false}, kGrace, kPromised), Order::kill);
    EXPECT_EQ(plan_.signalled(at({}), Reach::done), Order::wait);
  }
  /// SIGTERM at 0 s, SIGKILL at 5 s.
  void killed_after_grace() {
    terminated();
    EXPECT_EQ(short_of_memory(kGrace), Order::kill);
    EXPECT_EQ(plan_.signalled(at(kGrace), Reach::done), Order::wait);
  }
  Order see(Duration time, Action verdict, Bytes left, bool gone) {
    return plan_.advance({at(time), verdict, left, gone});
  }
  Order short_of_memory(Duration time, Bytes left = kLeft) { return see(time, Action::terminate, left, false); }
  Order calm(Duration time) { return see(time, Action::none, 4 * kGiB, false); }

  KillPlan plan_;
};

TEST_F(KillPlanTest, BeforeItBeginsThereIsNothingToDo) {
  EXPECT_FALSE(plan_.open());
  EXPECT_EQ(plan_.outcome(), Outcome::none);
  EXPECT_EQ(short_of_memory({}), Order::closed);
}

TEST_F(KillPlanTest, ObeysSigtermAndTheMemoryIsBack) {
  terminated();
  EXPECT_EQ(short_of_memory(milliseconds(50)), Order::wait);
  EXPECT_EQ(see(milliseconds(100), Action::none, kLeft + kPromised, true), Order::closed);
  EXPECT_EQ(plan_.outcome(), Outcome::memory_back);
  EXPECT_EQ(plan_.gone_at(), at(milliseconds(100)));
  EXPECT_EQ(plan_.memory_back_at(), at(milliseconds(100)));
  EXPECT_EQ(plan_.freed(), kPromised);
  EXPECT_FALSE(plan_.grace_over());
  EXPECT_FALSE(plan_.open());
}

TEST_F(KillPlanTest, IgnoresSigtermAndGetsSigkillExactlyWhenTheGraceIsOver) {
  terminated();
  EXPECT_EQ(plan_.deadline(), at(kGrace));
  EXPECT_EQ(short_of_memory(kGrace - Duration(1)), Order::wait);
  EXPECT_EQ(short_of_memory(kGrace), Order::kill);
  EXPECT_TRUE(plan_.grace_over());
}

TEST_F(KillPlanTest, IgnoresSigtermAndGetsSigkillEvenIfTheMemoryIsBack) {
  terminated();
  EXPECT_EQ(calm(seconds(1)), Order::wait);
  EXPECT_EQ(calm(kGrace - Duration(1)), Order::wait);
  EXPECT_EQ(calm(kGrace), Order::kill);
  EXPECT_TRUE(plan_.grace_over());
}

TEST_F(KillPlanTest, WithoutGraceGetsSigkillAtTheNextLook) {
  terminated(Duration(0));
  EXPECT_EQ(short_of_memory({}), Order::kill);
}

TEST_F(KillPlanTest, ALateLookIsNoLongerGrace) {
  terminated();
  EXPECT_EQ(short_of_memory(seconds(60)), Order::kill);
}

TEST_F(KillPlanTest, AKillRuleEndsTheGraceAtOnce) {
  terminated();
  EXPECT_EQ(see(milliseconds(50), Action::kill, kLeft, false), Order::kill);
  EXPECT_FALSE(plan_.grace_over()) << "it did not have its grace";
  EXPECT_EQ(plan_.signalled(at(milliseconds(50)), Reach::done), Order::wait);
  EXPECT_EQ(plan_.deadline(), at(milliseconds(50)) + kUnkillableAfter);
}

TEST_F(KillPlanTest, AKillRuleFromTheBeginningSendsNoSigterm) {
  killed();
  EXPECT_EQ(plan_.deadline(), at(kUnkillableAfter));
}

TEST_F(KillPlanTest, SigkillIsOrderedOnce) {
  killed_after_grace();
  for (Duration t = kGrace; t < kGrace + kUnkillableAfter; t += milliseconds(50)) {
    EXPECT_EQ(see(t, Action::kill, kLeft, false), Order::wait);
  }
}

TEST_F(KillPlanTest, MayNotBeSignalled) {
  plan_.begin({at({}), Action::terminate, kLeft, false}, kGrace, kPromised);
  EXPECT_EQ(plan_.signalled(at({}), Reach::not_permitted), Order::closed);
  EXPECT_EQ(plan_.outcome(), Outcome::not_permitted);
  EXPECT_FALSE(plan_.open());
}

TEST_F(KillPlanTest, MayNotBeKilledAfterItsSigterm) {
  terminated();
  short_of_memory(kGrace);
  EXPECT_EQ(plan_.signalled(at(kGrace), Reach::not_permitted), Order::closed);
  EXPECT_EQ(plan_.outcome(), Outcome::not_permitted);
}

TEST_F(KillPlanTest, VanishedBeforeTheFirstSignal) {
  for (const Action verdict : {Action::terminate, Action::kill}) {
    plan_.begin({at({}), verdict, kLeft, false}, kGrace, kPromised);
    EXPECT_EQ(plan_.signalled(at({}), Reach::vanished), Order::closed);
    EXPECT_EQ(plan_.outcome(), Outcome::vanished);
  }
}

TEST_F(KillPlanTest, VanishedBetweenTheSignalsDiedOfTheFirst) {
  terminated();
  short_of_memory(kGrace);
  EXPECT_EQ(plan_.signalled(at(kGrace), Reach::vanished), Order::wait);
  EXPECT_EQ(see(kGrace + milliseconds(50), Action::none, kLeft + kPromised, true), Order::closed);
  EXPECT_EQ(plan_.outcome(), Outcome::memory_back);
}

TEST_F(KillPlanTest, SurvivesSigkill) {
  killed();
  EXPECT_EQ(short_of_memory(kUnkillableAfter - Duration(1)), Order::wait);
  EXPECT_EQ(short_of_memory(kUnkillableAfter), Order::closed);
  EXPECT_EQ(plan_.outcome(), Outcome::unkillable);
  EXPECT_FALSE(plan_.gone_at());
}

TEST_F(KillPlanTest, SurvivesSigkillButItsMemoryWasReaped) {
  killed();
  EXPECT_EQ(calm(milliseconds(300)), Order::wait) << "nothing is urgent: see it end";
  EXPECT_EQ(calm(kUnkillableAfter), Order::closed);
  EXPECT_EQ(plan_.outcome(), Outcome::memory_back);
  EXPECT_EQ(plan_.memory_back_at(), at(milliseconds(300)));
}

TEST_F(KillPlanTest, TheMemoryIsBackBeforeItIsGoneAndSomebodyElseMustGo) {
  killed();
  EXPECT_EQ(short_of_memory(milliseconds(100), kLeft + kPromised), Order::closed);
  EXPECT_EQ(plan_.outcome(), Outcome::memory_back);
  EXPECT_FALSE(plan_.gone_at());
}

TEST_F(KillPlanTest, NineTenthsOfThePromiseAreThePromise) {
  killed();
  EXPECT_EQ(short_of_memory(milliseconds(100), kLeft + kPromised - kPromised / 10 - 1), Order::wait);
  EXPECT_EQ(short_of_memory(milliseconds(150), kLeft + kPromised - kPromised / 10), Order::closed);
}

TEST_F(KillPlanTest, MemoryThatIsBackWhileItStillMayObeyDoesNotCloseThePlan) {
  terminated();
  EXPECT_EQ(short_of_memory(seconds(1), kLeft + kPromised), Order::wait);
  EXPECT_TRUE(plan_.open());
}

TEST_F(KillPlanTest, GoneButTheMemoryIsNeverBack) {
  terminated();
  EXPECT_EQ(see(seconds(1), Action::terminate, kLeft, true), Order::wait);
  EXPECT_EQ(see(seconds(1) + kMemoryPatience - Duration(1), Action::terminate, kLeft, true), Order::wait);
  EXPECT_EQ(see(seconds(1) + kMemoryPatience, Action::terminate, kLeft, true), Order::closed);
  EXPECT_EQ(plan_.outcome(), Outcome::fruitless);
  EXPECT_EQ(plan_.freed(), 0U);
  EXPECT_EQ(plan_.gone_at(), at(seconds(1)));
}

TEST_F(KillPlanTest, GoneAndNoTimeToWaitForItsMemoryWhileAKillRuleHolds) {
  terminated();
  EXPECT_EQ(see(seconds(1), Action::kill, kLeft, true), Order::wait);
  EXPECT_EQ(see(seconds(1) + kSettling - Duration(1), Action::kill, kLeft, true), Order::wait);
  EXPECT_EQ(see(seconds(1) + kSettling, Action::kill, kLeft, true), Order::closed);
  EXPECT_EQ(plan_.outcome(), Outcome::fruitless);
}

TEST_F(KillPlanTest, GoneAndTheMemoryIsBackALittleLater) {
  terminated();
  EXPECT_EQ(see(seconds(1), Action::terminate, kLeft, true), Order::wait);
  EXPECT_EQ(see(seconds(2), Action::terminate, kLeft + kPromised, true), Order::closed);
  EXPECT_EQ(plan_.outcome(), Outcome::memory_back);
  EXPECT_EQ(plan_.memory_back_at(), at(seconds(2)));
}

TEST_F(KillPlanTest, GoneWithoutItsPromiseButNoRuleAsksForMore) {
  terminated();
  EXPECT_EQ(see(seconds(1), Action::notify, kLeft + kMiB, true), Order::wait) << "the rest may still come";
  EXPECT_EQ(see(seconds(1) + kSettling, Action::notify, kLeft + 2 * kMiB, true), Order::closed);
  EXPECT_EQ(plan_.outcome(), Outcome::memory_back);
  EXPECT_EQ(plan_.memory_back_at(), at(seconds(1)));
  EXPECT_EQ(plan_.freed(), 2 * kMiB);
}

TEST_F(KillPlanTest, SeenGoneInTheLookThatWouldHaveKilledIt) {
  terminated();
  EXPECT_EQ(see(kGrace, Action::kill, kLeft, true), Order::wait) << "there is nobody left to kill";
  EXPECT_EQ(plan_.deadline(), at(kGrace + kMemoryPatience));
}

TEST_F(KillPlanTest, FreedIsMeasuredFromTheLowestPoint) {
  terminated();
  short_of_memory(seconds(1), kLeft - 300 * kMiB);  // it went on allocating after the signal
  short_of_memory(seconds(2), kLeft - 100 * kMiB);
  EXPECT_EQ(plan_.freed(), 200 * kMiB);
  short_of_memory(seconds(3), kLeft - 250 * kMiB);
  EXPECT_EQ(plan_.freed(), 200 * kMiB) << "what was freed was freed, whoever took it then";
}

TEST_F(KillPlanTest, APromiseOfNothingIsNotKept) {
  plan_.begin({at({}), Action::kill, kLeft, false}, kGrace, 0);
  plan_.signalled(at({}), Reach::done);
  EXPECT_EQ(short_of_memory(milliseconds(50)), Order::wait);
  EXPECT_FALSE(plan_.memory_back_at());
}

TEST_F(KillPlanTest, ASecondPlanKeepsNothingOfTheFirst) {
  killed_after_grace();
  see(seconds(6), Action::none, kLeft + kPromised, true);
  plan_.begin({at(seconds(7)), Action::terminate, kLeft, false}, kGrace, kGiB);
  EXPECT_TRUE(plan_.open());
  EXPECT_EQ(plan_.outcome(), Outcome::none);
  EXPECT_EQ(plan_.freed(), 0U);
  EXPECT_EQ(plan_.promised(), kGiB);
  EXPECT_FALSE(plan_.grace_over() || plan_.gone_at() || plan_.memory_back_at());
  EXPECT_EQ(plan_.signalled(at(seconds(7)), Reach::vanished), Order::closed);
}

TEST_F(KillPlanTest, AClosedPlanStaysClosed) {
  killed();
  short_of_memory(kUnkillableAfter);
  EXPECT_EQ(see(seconds(9), Action::kill, kLeft, true), Order::closed);
  EXPECT_EQ(plan_.outcome(), Outcome::unkillable);
}

}  // namespace
}  // namespace forestall
