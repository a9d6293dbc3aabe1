// SPDX-License-Identifier: MIT
// When to look again: as seldom as is safe, and on time for what is coming.
#include <gmock/gmock.h>

#include "config/config_file.h"
#include "support/fake_machine.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;

class NextLook : public ::testing::Test {
 protected:
  Duration look_at(FakeMachine& machine) { return *Engine(machine.ports(), config, {}, false).tick(); }

  Config config = config::builtin();
};

TEST_F(NextLook, IsNeverLaterThanTheIdleInterval) {
  FakeMachine machine(512 * kGiB);
  EXPECT_EQ(look_at(machine), 5s);
  config.poll.idle_interval = 300ms;
  EXPECT_EQ(look_at(machine), 300ms);
}

TEST_F(NextLook, IsNeverSoonerThanTheArmedIntervalWhileNothingFalls) {
  FakeMachine machine(8 * kGiB);
  machine.spawn("steady", machine.available() - 850 * kMiB);
  EXPECT_EQ(look_at(machine), 50ms);
  config.poll.armed_interval = 200ms;
  EXPECT_EQ(look_at(machine), 200ms);
}

TEST_F(NextLook, IsBetweenThemAsFarAwayAsTheNearestRule) {
  FakeMachine machine(64 * kGiB);
  const Duration next = look_at(machine);
  EXPECT_GT(next, 1s);
  EXPECT_LT(next, 4s);
}

TEST_F(NextLook, IsWhereAFallWillMeetALimit) {
  FakeMachine machine(8 * kGiB);
  machine.spawn("steady", machine.available() - 960 * kMiB);
  machine.spawn("leak", 0).grows(2 * kGiB);
  Engine engine(machine.ports(), config, {}, false);
  ASSERT_EQ(*engine.tick(), 50ms);
  machine.advance(50ms);
  const Duration next = *engine.tick();
  const auto& crossing = engine.verdict().crossing;
  ASSERT_TRUE(crossing);
  EXPECT_EQ(next, *crossing);
  EXPECT_LT(next, 50ms);
  machine.advance(next + 1ms);
  ASSERT_TRUE(engine.tick());
  EXPECT_TRUE(engine.killing()) << "met on time";
}

TEST_F(NextLook, IsNotSoonerThanFiveMillisecondsHoweverNearTheLimitIs) {
  FakeMachine machine(8 * kGiB);
  machine.spawn("leak", 0).grows(4 * kGiB);
  Engine engine(machine.ports(), config, {}, false);
  Duration shortest = 1h;
  while (!engine.killing()) {
    const Duration next = *engine.tick();
    shortest = std::min(shortest, next);
    machine.advance(std::min(next, Duration(7ms)));  // woken too often, as by a trigger
  }
  EXPECT_EQ(shortest, 5ms);
}

TEST_F(NextLook, IsAtTheArmedIntervalUntilTroubleIsOver) {
  FakeMachine machine(8 * kGiB);
  machine.spawn("small", 20 * kMiB);
  machine.fill_tmpfs(machine.available() - kMiB);
  EXPECT_EQ(look_at(machine), 50ms);
}

class LookAtAVictim : public NextLook {
 protected:
  LookAtAVictim() : machine(8 * kGiB) {
    hog = &machine.spawn("hog", machine.available() - 600 * kMiB).ignores_sigterm();
  }

  FakeMachine machine;
  FakeProcess* hog;
};

TEST_F(LookAtAVictim, IsAtTheArmedIntervalAndAtItsDeadline) {
  config.kill.grace = 120ms;
  Engine engine(machine.ports(), config, {}, false);
  for (const Duration expected : {50ms, 50ms, 20ms}) {
    const auto next = engine.tick();
    EXPECT_EQ(*next, expected);
    machine.advance(*next);
  }
  ASSERT_TRUE(engine.tick());
  EXPECT_THAT(machine.signals_to(*hog), ::testing::ElementsAre(Signal::term, Signal::kill));
  EXPECT_EQ(machine.sent().back().at, 120ms) << "not at the next round 50 ms";
}

TEST_F(LookAtAVictim, WithoutAnyGraceIsNotABusyLoop) {
  config.kill.grace = 0s;
  Engine engine(machine.ports(), config, {}, false);
  EXPECT_EQ(*engine.tick(), 5ms);
}

}  // namespace
}  // namespace forestall::testing
