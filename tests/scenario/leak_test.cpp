// SPDX-License-Identifier: MIT
// One process takes all there is, slowly or at once, with and without swap.
#include "scenario/scenario.h"

namespace forestall::testing {
namespace {

class Leak : public Scenario {
 protected:
  Leak() {
    machine.spawn("database", 2 * kGiB);
    machine.spawn("browser", 1500 * kMiB);
    machine.spawn("shell", 80 * kMiB);
  }
};

TEST_F(Leak, IsEndedWithSigtermBeforeTheKernelKillsAndEverybodyElseLives) {
  const FakeProcess& leak = machine.spawn("leak", 100 * kMiB).grows(50 * kMiB);
  run_for(3min);
  EXPECT_THAT(machine.killed(), ElementsAre("leak"));
  EXPECT_THAT(machine.signals_to(leak), ElementsAre(Signal::term));
  EXPECT_THAT(machine.events(), ElementsAre(Event::victim_terminated, Event::victim_gone, Event::recovered));
}

TEST_F(Leak, IsRecordedWithItsRuleItsVictimAndWhatCameBack) {
  const FakeProcess& leak = machine.spawn("leak", 100 * kMiB).grows(50 * kMiB);
  ASSERT_TRUE(run_until(Event::victim_gone));
  const Incident& incident = machine.first(Event::victim_gone).incident;
  EXPECT_EQ(incident.rule_name.view(), "low-memory");
  EXPECT_EQ(incident.attempt.victim.id, leak.facts.id);
  EXPECT_EQ(incident.attempt.outcome, Outcome::memory_back);
  EXPECT_GE(incident.attempt.freed, incident.attempt.promised - incident.attempt.promised / 10);
  EXPECT_EQ(incident.candidate_count, 4U);
  EXPECT_EQ(incident.candidates[0].process.comm.view(), "leak");
  EXPECT_EQ(incident.candidates[1].process.comm.view(), "database");
  ASSERT_TRUE(incident.attempt.gone);
  EXPECT_GE(*incident.attempt.gone, leak.ended);
  EXPECT_LE(*incident.attempt.gone - leak.ended, 50ms);
}

TEST_F(Leak, IsEndedWhenItComesAsABurst) {
  machine.spawn("burst", 10 * kMiB).grows(8 * kGiB, 10s);
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("burst"));
  EXPECT_EQ(machine.count(Event::kernel_killed), 0U);
}

TEST_F(Leak, IsLeftAloneWhileThereIsSwapAndEndedWhenItIsFull) {
  machine.add_swap(3 * kGiB);
  const FakeProcess& leak = machine.spawn("leak", 100 * kMiB).grows(60 * kMiB);
  ASSERT_TRUE(run_until(Event::victim_terminated, 5min));
  const Sample& then = machine.first_signal_to(leak).sample;
  EXPECT_LT(then.memory.swap_free, 3 * kGiB / 10);
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("leak"));
  EXPECT_EQ(machine.count(Event::kernel_killed), 0U);
}

TEST_F(Leak, IsEndedWhenZramIsFullInTruth) {
  machine.add_zram(4 * kGiB, Share::percent(40));
  machine.spawn("leak", 100 * kMiB).grows(100 * kMiB);
  run_for(3min);
  EXPECT_THAT(machine.killed(), ElementsAre("leak"));
  EXPECT_EQ(machine.count(Event::kernel_killed), 0U);
}

TEST_F(Leak, OfASmallHelperDoesNotCostThatHelperItsLifeForItsOomScoreAdj) {
  machine.spawn("helper", 70 * kMiB).adj(1000);
  machine.spawn("leak", 100 * kMiB).grows(100 * kMiB);
  run_for(2min);
  EXPECT_THAT(machine.killed(), ElementsAre("leak"));
}

TEST_F(Leak, ThatComesAgainIsEndedAgainAndEachIsAnIncidentOfItsOwn) {
  machine.spawn("leak", 0).grows(200 * kMiB);
  machine.after(1min, [&] { machine.spawn("again", 0).grows(200 * kMiB); });
  run_for(2min);
  EXPECT_THAT(machine.killed(), ElementsAre("leak", "again"));
  EXPECT_EQ(machine.count(Event::recovered), 2U);
  EXPECT_NE(machine.first(Event::victim_terminated).incident.id, machine.last(Event::victim_terminated).incident.id);
  EXPECT_EQ(machine.first(Event::victim_terminated).incident.id, machine.first(Event::recovered).incident.id);
}

TEST_F(Leak, OfAParentWhoReplacesItsChildrenEndsWithTheParent) {
  const FakeProcess& bomb = machine.spawn("bomb", 10 * kMiB).forks(2s, 2500 * kMiB);
  run_for(2min);
  EXPECT_THAT(machine.killed(), Each("bomb"));
  EXPECT_FALSE(bomb.alive);
  EXPECT_LE(machine.count(Event::victim_gone), 3U) << "with the third child at the latest";
  EXPECT_EQ(machine.last(Event::victim_gone).incident.attempt.party.kind, Kind::family);
  EXPECT_EQ(machine.count(Event::kernel_killed), 0U);
}

TEST_F(Leak, OfManyChildrenIsEndedChildByChildWhereOnlyProcessesAre) {
  config.victim.kind = Kind::process;
  const FakeProcess& bomb = machine.spawn("bomb", 10 * kMiB).forks(2s, 2500 * kMiB);
  run_for(2min);
  EXPECT_THAT(machine.killed(), Each("bomb"));
  EXPECT_TRUE(bomb.alive);
  EXPECT_THAT(machine.killed(), SizeIs(::testing::Ge(10U)));
  EXPECT_EQ(machine.count(Event::kernel_killed), 0U);
}

TEST_F(Leak, OfManySmallOnesIsEndedAsOneFamilyWithoutAGap) {
  const FakeProcess& swarm = machine.spawn("swarm", 5 * kMiB).forks(5ms, 6 * kMiB).exits_after_sigterm(0ms);
  run_for(1min);
  EXPECT_THAT(machine.killed(), Each("swarm"));
  EXPECT_THAT(machine.living(), SizeIs(3U)) << "all of them are gone";
  EXPECT_EQ(machine.count(Event::victim_gone), 1U) << "in one incident";
  const Attempt& attempt = machine.first(Event::victim_gone).incident.attempt;
  EXPECT_EQ(attempt.party.kind, Kind::family);
  EXPECT_EQ(attempt.victim.id, swarm.facts.id);
  EXPECT_EQ(attempt.party.processes, machine.killed().size());
  EXPECT_EQ(attempt.outcome, Outcome::memory_back);
}

TEST_F(Leak, OfManySmallOnesWhoseParentIsJustGoneCostsNobodyElse) {
  FakeProcess& swarm = machine.spawn("swarm", 5 * kMiB).forks(5ms, 6 * kMiB).memory_returns_after(1s);
  machine.spawn("bystander", 900 * kMiB);
  machine.after(1s, [&] { machine.before_hold([&] { machine.end(swarm); }); });
  run_for(1min);
  EXPECT_THAT(machine.killed(), Each("swarm"));
  EXPECT_THAT(machine.killed(), SizeIs(::testing::Gt(100U))) << "the others still belong together";
  EXPECT_EQ(machine.count(Event::victim_gone), 1U);
}

TEST_F(Leak, OfManySmallOnesThatIgnoreSigtermEndsWithSigkill) {
  FakeProcess& swarm = machine.spawn("swarm", 5 * kMiB).forks(5ms, 6 * kMiB).ignores_sigterm();
  machine.spawn("bystander", 5 * kMiB);
  run_for(1min);
  EXPECT_THAT(machine.killed(), Each("swarm"));
  EXPECT_EQ(swarm.end, End::by_sigkill);
  EXPECT_THAT(machine.living(), SizeIs(4U));
}

TEST_F(Leak, OfManySmallOnesIsNotHaltedInADryRun) {
  dry_run = true;
  FakeProcess& swarm = machine.spawn("swarm", 5 * kMiB).forks(5ms, 6 * kMiB);
  ASSERT_TRUE(run_until(Event::victim_terminated));
  EXPECT_FALSE(swarm.halted);
  EXPECT_TRUE(swarm.alive);
  EXPECT_THAT(machine.sent(), IsEmpty());
}

}  // namespace
}  // namespace forestall::testing
