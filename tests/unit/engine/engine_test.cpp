// SPDX-License-Identifier: MIT
// What the engine promises at one look. What it does over time is in tests/scenario.
#include "engine/engine.h"

#include <gmock/gmock.h>

#include <set>

#include "config/config_file.h"
#include "support/fake_machine.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class EngineTest : public ::testing::Test {
 protected:
  Engine engine(IncidentId seed = {1, 2}) { return {machine.ports(), config, seed, false}; }
  FakeProcess& hog() { return machine.spawn("hog", machine.available() - 600 * kMiB); }

  /// A warning, and its end, so many times. The ids of the incidents.
  std::set<IncidentId> ids(IncidentId seed, int warnings) {
    Rule& warning = config.rules.emplace_back();
    warning.name = "warning";
    warning.action = Action::notify;
    warning.mem_available_below = Size::of(4 * kGiB);
    Engine e = engine(seed);
    for (int i = 0; i < warnings; ++i) {
      FakeProcess& p = machine.spawn("p", 4 * kGiB);
      EXPECT_TRUE(e.tick());
      machine.advance(50ms);
      machine.end(p);
      EXPECT_TRUE(e.tick());
      machine.advance(50ms);
    }
    std::set<IncidentId> found;
    for (const Told& told : machine.told()) found.insert(told.incident.id);
    return found;
  }

  FakeMachine machine{8 * kGiB};
  Config config = config::builtin();
};

TEST_F(EngineTest, GivesEachIncidentAnIdOfItsOwn) { EXPECT_THAT(ids({1, 2}, 500), ::testing::SizeIs(500)); }

TEST_F(EngineTest, GivesOtherIdsFromAnotherSeed) {
  const auto first = ids({1, 2}, 20);
  machine = FakeMachine(8 * kGiB);
  config = config::builtin();
  const auto second = ids({1, 3}, 20);
  std::vector<IncidentId> both;
  std::ranges::set_intersection(first, second, std::back_inserter(both));
  EXPECT_THAT(both, IsEmpty());
}

TEST_F(EngineTest, SaysWhyTheMachineCouldNotBeLookedAtAndDoesNothing) {
  hog();
  machine.blind();
  Engine e = engine();
  const auto next = e.tick();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().what, "cannot make sense of /proc/meminfo");
  EXPECT_THAT(machine.sent(), IsEmpty());
  EXPECT_EQ(machine.searches(), 0U);
}

TEST_F(EngineTest, CountsItsVictims) {
  const FakeProcess& victim = hog();
  Engine e = engine();
  EXPECT_EQ(e.victims(), 0U);
  EXPECT_FALSE(e.killing());
  ASSERT_TRUE(e.tick());
  EXPECT_EQ(e.victims(), 1U);
  EXPECT_TRUE(e.killing());
  EXPECT_THAT(machine.signals_to(victim), ElementsAre(Signal::term));
  for (int i = 0; i < 10; ++i) {
    machine.advance(50ms);
    ASSERT_TRUE(e.tick());
  }
  EXPECT_EQ(e.victims(), 1U);
  EXPECT_FALSE(e.killing());
}

TEST_F(EngineTest, DoesNotCountWhoCouldNotBeSignalled) {
  hog().not_permitted();
  Engine e = engine();
  ASSERT_TRUE(e.tick());
  EXPECT_EQ(e.victims(), 0U);
  EXPECT_FALSE(e.killing());
}

TEST_F(EngineTest, MeasuresProcessesAgainstRamAndSwapTogether) {
  machine.add_swap(3 * kGiB);
  EXPECT_EQ(capacity_of(machine.sample()).ram_and_swap, 11 * kGiB);
}

// ---- The rehearsal --------------------------------------------------------------------------------------------------

TEST_F(EngineTest, RehearsesOnWhoeverWouldBeFirstWithoutASignalOrAWord) {
  machine.spawn("small", 300 * kMiB);
  const FakeProcess& large = machine.spawn("large", kGiB);
  Engine e = engine();
  const auto first = e.rehearse();
  ASSERT_TRUE(first);
  ASSERT_TRUE(*first);
  EXPECT_EQ((*first)->id, large.facts.id);
  EXPECT_THAT(machine.sent(), IsEmpty());
  EXPECT_THAT(machine.told(), IsEmpty());
  EXPECT_FALSE(machine.ports().signaller.gone()) << "it is held";
}

TEST_F(EngineTest, RehearsesWithoutAnybody) {
  Engine e = engine();
  const auto first = e.rehearse();
  ASSERT_TRUE(first);
  EXPECT_FALSE(*first);
}

TEST_F(EngineTest, RehearsesWithWhoIsStillThere) {
  const FakeProcess& second = machine.spawn("second", 300 * kMiB);
  FakeProcess& large = machine.spawn("large", kGiB);
  machine.before_hold([&] { machine.end(large); });
  Engine e = engine();
  const auto first = e.rehearse();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->id, second.facts.id);
}

TEST_F(EngineTest, DecidesAfterARehearsalAsWithoutOne) {
  const FakeProcess& victim = hog();
  Engine e = engine();
  ASSERT_TRUE(e.rehearse());
  ASSERT_TRUE(e.tick());
  EXPECT_THAT(machine.signals_to(victim), ElementsAre(Signal::term));
  EXPECT_THAT(machine.events(), ElementsAre(Event::victim_terminated));
}

TEST_F(EngineTest, ExplainsWhoWouldGoAndTouchesNobody) {
  machine.spawn("small", 300 * kMiB);
  machine.spawn("large", 2 * kGiB);
  machine.spawn("spared", kGiB).is_protected();
  Engine e = engine();
  ASSERT_TRUE(e.tick());
  machine.advance(1s);
  const auto now = e.explain();
  ASSERT_TRUE(now);
  ASSERT_EQ(now->candidate_count, 2U);
  EXPECT_EQ(now->candidates[0].process.comm.view(), "large");
  EXPECT_EQ(now->candidates[1].process.comm.view(), "small");
  EXPECT_EQ(now->now, e.verdict().headroom);
  EXPECT_THAT(machine.sent(), IsEmpty());
  EXPECT_THAT(machine.told(), IsEmpty());
  EXPECT_FALSE(e.killing());
}

TEST_F(EngineTest, ExplainsNothingThatItCannotSee) {
  Engine e = engine();
  machine.blind();
  EXPECT_FALSE(e.explain());
}

}  // namespace
}  // namespace forestall::testing
