// SPDX-License-Identifier: MIT
// Whom: the moment between the choice and the signal is when machines change their minds.
#include <algorithm>
#include <iterator>

#include "scenario/scenario.h"

namespace forestall::testing {
namespace {

class ChoiceOf : public Scenario {};

// ---- Who brought the machine here
// ------------------------------------------------------------------------------------

TEST_F(ChoiceOf, ALeakHalfAsLargeAsTheSteadyOneBesideItGoesFirst) {
  machine.spawn("database", 4600 * kMiB);
  run_for(1min);
  machine.spawn("leak", 0).grows(150 * kMiB, 0s, 3 * kGiB);
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("leak"));
}

TEST_F(ChoiceOf, OfTwoThatDoNotGrowTheLargerGoesFirst) {
  machine.spawn("smaller", 2400 * kMiB);
  machine.spawn("larger", 4 * kGiB);
  run_for(1min);
  machine.fill_tmpfs(machine.available() - machine.sample().memory.anon_pages * 75 / 1000);
  ASSERT_TRUE(run_until(Event::victim_terminated));
  EXPECT_EQ(machine.first(Event::victim_terminated).incident.attempt.victim.comm.view(), "larger");
}

TEST_F(ChoiceOf, WithGrowthSwitchedOffSizeAloneDecides) {
  config.score.growth = Share{};
  machine.spawn("database", 4600 * kMiB);
  run_for(1min);
  machine.spawn("leak", 0).grows(150 * kMiB, 0s, 3 * kGiB);
  ASSERT_TRUE(run_until(Event::victim_terminated));
  EXPECT_EQ(machine.first(Event::victim_terminated).incident.attempt.victim.comm.view(), "database");
}

// ---- Who is no longer there -----------------------------------------------------------------------------------------

TEST_F(ChoiceOf, AVictimThatVanishesBeforeItIsHeldGoesOnToTheNext) {
  machine.spawn("second", 900 * kMiB);
  machine.spawn("third", 500 * kMiB);
  FakeProcess& hog = fill_up_to(kLow).memory_returns_after(1s);
  machine.before_hold([&] { machine.end(hog); });
  run_for(30s);
  EXPECT_THAT(machine.killed(), ElementsAre("second"));
  EXPECT_THAT(machine.signals_to(hog), IsEmpty());
}

TEST_F(ChoiceOf, AVictimThatVanishesBeforeTheSignalGoesOnToTheNext) {
  machine.spawn("second", 900 * kMiB);
  machine.spawn("third", 500 * kMiB);
  FakeProcess& hog = fill_up_to(kLow).memory_returns_after(1s);
  machine.before_signal([&] { machine.end(hog); });
  run_for(30s);
  EXPECT_THAT(machine.killed(), ElementsAre("second"));
  EXPECT_THAT(machine.signals_to(hog), IsEmpty());
  EXPECT_EQ(machine.count(Event::victim_survived), 0U);
}

TEST_F(ChoiceOf, AVictimThatVanishesAndGivesItsMemoryBackCostsNobody) {
  machine.spawn("second", 900 * kMiB);
  FakeProcess& hog = fill_up_to(kLow);
  machine.before_signal([&] { machine.end(hog); });
  run_for(30s);
  EXPECT_THAT(machine.killed(), IsEmpty());
  EXPECT_THAT(machine.events(), ElementsAre(Event::stood_down, Event::recovered));
}

TEST_F(ChoiceOf, ANewcomerWithTheVictimsPidIsNotHitInItsPlace) {
  machine.spawn("second", 900 * kMiB);
  FakeProcess& hog = fill_up_to(kLow).memory_returns_after(1s);
  FakeProcess* newcomer = nullptr;
  machine.before_hold([&] { newcomer = &machine.reuse_pid(hog, "newcomer", 100 * kMiB); });
  run_for(30s);
  ASSERT_NE(newcomer, nullptr);
  EXPECT_TRUE(newcomer->alive);
  EXPECT_THAT(machine.signals_to(*newcomer), IsEmpty());
  EXPECT_THAT(machine.killed(), ElementsAre("second"));
}

TEST_F(ChoiceOf, ANewcomerWithTheVictimsPidDoesNotGetItsSigkill) {
  FakeProcess& hog = fill_up_to(kLow).exits_after_sigterm(3s);
  FakeProcess* newcomer = nullptr;
  ASSERT_TRUE(run_until(Event::victim_terminated));
  machine.after(2s, [&] { newcomer = &machine.reuse_pid(hog, "newcomer", 300 * kMiB); });
  run_for(30s);
  ASSERT_NE(newcomer, nullptr);
  EXPECT_TRUE(newcomer->alive);
  EXPECT_THAT(machine.signals_to(*newcomer), IsEmpty());
  EXPECT_THAT(machine.signals_to(hog), ElementsAre(Signal::term));
}

// ---- Nobody after all -----------------------------------------------------------------------------------------------

TEST_F(ChoiceOf, NobodyIsHitWhenMemoryRecoversBeforeTheSignal) {
  FakeProcess& compiler = machine.spawn("compiler", 500 * kMiB);
  fill_up_to(kLow);
  machine.before_hold([&] { machine.end(compiler); });
  run_for(1min);
  EXPECT_THAT(machine.killed(), IsEmpty());
  EXPECT_THAT(machine.sent(), IsEmpty());
  EXPECT_THAT(machine.events(), ElementsAre(Event::stood_down, Event::recovered));
}

TEST_F(ChoiceOf, NobodyIsHitForAWarning) {
  rule("warning").action = Action::notify;
  rule("warning").mem_available_below = Size::of(2 * kGiB);
  FakeProcess& compiler = machine.spawn("compiler", 500 * kMiB);
  fill_up_to(kLow);
  machine.before_hold([&] { machine.end(compiler); });
  run_for(1min);
  EXPECT_THAT(machine.sent(), IsEmpty());
  EXPECT_THAT(machine.events(), ElementsAre(Event::pressure_warning, Event::stood_down));
}

TEST_F(ChoiceOf, StandingDownIsToldOnceInAnEpisode) {
  rule("low-memory").mem_available_below = Size::of(800 * kMiB);
  std::vector<FakeProcess*> compilers;
  std::generate_n(std::back_inserter(compilers), 3, [&] { return &machine.spawn("compiler", 150 * kMiB); });
  FakeProcess& hog = fill_up_to(700 * kMiB);
  // 700 + 150 MiB is above the limit, but not at the recovery mark. Then the hog takes it.
  for (FakeProcess* compiler : compilers) {
    machine.before_hold([&, compiler] { machine.end(*compiler); });
    run_for(10s);
    hog.grows_to += 150 * kMiB;
  }
  machine.before_hold(nullptr);
  EXPECT_EQ(machine.count(Event::stood_down), 1U);
  EXPECT_EQ(machine.count(Event::recovered), 0U);
  run_for(10s);
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
}

// ---- Who cannot be had ----------------------------------------------------------------------------------------------

TEST_F(ChoiceOf, WhoMayNotBeSignalledIsPassedOverAtOnceAndForAMinute) {
  config.score.growth = Share{};  // the largest first, whoever is new
  machine.spawn("innocent", 300 * kMiB);
  const FakeProcess& foreign = machine.spawn("foreign", 4 * kGiB).not_permitted();
  machine.spawn("leak1", 400 * kMiB).grows(300 * kMiB);
  machine.after(30s, [&] { machine.spawn("leak2", 400 * kMiB).grows(300 * kMiB); });
  machine.after(80s, [&] { machine.spawn("leak3", 400 * kMiB).grows(300 * kMiB); });
  run_for(70s);
  const auto tries = [&] { return std::ranges::count(machine.sent(), &foreign, &Sent::to); };
  EXPECT_EQ(tries(), 1);
  EXPECT_EQ(machine.first(Event::victim_survived).incident.attempt.outcome, Outcome::not_permitted);
  EXPECT_EQ(machine.first(Event::victim_terminated).at, machine.first(Event::victim_survived).at);
  run_for(70s);
  EXPECT_EQ(tries(), 2) << "a minute later it is asked again";
  EXPECT_THAT(machine.killed(), ElementsAre("leak1", "leak2", "leak3"));
}

TEST_F(ChoiceOf, WhoSurvivesSigkillIsGivenUpAfterASecondAndTheNextIsTaken) {
  config.score.growth = Share{};  // the largest first, whoever is new
  machine.spawn("innocent", 300 * kMiB);
  const FakeProcess& stuck = machine.spawn("stuck", 4 * kGiB).stuck();
  const FakeProcess& hog = fill_up_to(kVeryLow, "hog", 64 * kGiB);
  run_for(50s);
  EXPECT_THAT(machine.signals_to(stuck), ElementsAre(Signal::kill));
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
  const Duration between = machine.first_signal_to(hog).at - machine.first_signal_to(stuck).at;
  EXPECT_GE(between, 1s);
  EXPECT_LE(between, 1100ms);
  EXPECT_EQ(machine.first(Event::victim_survived).incident.attempt.outcome, Outcome::unkillable);
}

TEST_F(ChoiceOf, WhoSurvivedSigkillIsNotTriedAgainForAMinute) {
  config.score.growth = Share{};  // the largest first, whoever is new
  machine.spawn("stuck", 4 * kGiB).stuck();
  machine.spawn("leak1", 400 * kMiB).grows(100 * kMiB);
  machine.after(40s, [&] { machine.spawn("leak2", 1400 * kMiB).grows(100 * kMiB); });
  run_for(60s);
  EXPECT_THAT(machine.killed(), ElementsAre("leak1", "leak2"));
  EXPECT_EQ(machine.count(Event::victim_survived), 1U);
}

TEST_F(ChoiceOf, WhoseMemoryIsReapedButNotItselfCostsNoSecondVictim) {
  machine.spawn("innocent", 300 * kMiB);
  const FakeProcess& ghost = fill_up_to(kLow, "ghost").only_its_memory_dies();
  run_for(1min);
  EXPECT_THAT(machine.killed(), IsEmpty());
  EXPECT_THAT(machine.signals_to(ghost), ElementsAre(Signal::term, Signal::kill));
  EXPECT_EQ(machine.count(Event::victim_survived), 0U);
  EXPECT_EQ(machine.last(Event::victim_gone).incident.attempt.outcome, Outcome::memory_back);
}

// ---- Who is protected -----------------------------------------------------------------------------------------------

TEST_F(ChoiceOf, AProtectedHogLivesAndTheNextOneIsTaken) {
  machine.spawn("innocent", 300 * kMiB);
  machine.spawn("second", 900 * kMiB);
  const FakeProcess& hog = fill_up_to(kLow).is_protected();
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("second"));
  const Incident& incident = machine.first(Event::victim_terminated).incident;
  ASSERT_EQ(incident.spared_count, 1U);
  EXPECT_EQ(incident.spared[0].process.id, hog.facts.id);
  EXPECT_EQ(incident.spared[0].why, Mercy::protect);
}

TEST_F(ChoiceOf, TheDaemonAndItsAncestorsLive) {
  const FakeProcess& daemon = machine.spawn("forestalld", 2 * kGiB);
  const FakeProcess& parent = machine.spawn("parent", 2 * kGiB);
  machine.lineage({daemon.facts.id.pid, parent.facts.id.pid, 1});
  machine.spawn("second", kGiB);
  fill_up_to(kLow, "rest").adj(-1000);
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("second"));
}

class ProfileOf : public Scenario {
 protected:
  ProfileOf() { machine.spawn("innocent", 400 * kMiB); }

  /// Is there from one moment to the next, so that nobody could learn about it before it mattered.
  FakeProcess& appear(std::string_view comm) {
    run_for(1ms);
    return machine.spawn(comm, machine.available() - kLow);
  }

  /// Until somebody is looked for. The time of that.
  Duration until_search() {
    while (machine.searches() == 0) run_for(1ms);
    return machine.uptime();
  }
};

TEST_F(ProfileOf, ANewcomerIsWaitedForAndFoundProtected) {
  machine.spawn("second", 900 * kMiB);
  const FakeProcess& hog = appear("hog").is_protected().profile_after(150ms);
  run_for(1min);
  EXPECT_THAT(machine.signals_to(hog), IsEmpty());
  EXPECT_THAT(machine.killed(), ElementsAre("second"));
}

TEST_F(ProfileOf, ANewcomerIsNotWaitedForLongerThanAQuarterOfASecond) {
  const FakeProcess& hog = appear("hog").no_profile();
  const Duration found = until_search();
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
  EXPECT_GE(machine.first_signal_to(hog).at - found, 240ms);
  EXPECT_LE(machine.first_signal_to(hog).at - found, 300ms) << "250 ms, and to the look after that";
}

TEST_F(ProfileOf, EachNewcomerIsWaitedForAnew) {
  appear("first").no_profile();
  run_for(20s);
  ASSERT_THAT(machine.killed(), ElementsAre("first"));
  machine.spawn("second", 900 * kMiB);
  const FakeProcess& hog = appear("hog").is_protected().profile_after(150ms);
  run_for(1min);
  EXPECT_THAT(machine.signals_to(hog), IsEmpty());
  EXPECT_THAT(machine.killed(), ElementsAre("first", "second"));
}

TEST_F(ProfileOf, ANewcomerIsWaitedForAlsoRightAfterOneInVain) {
  machine.spawn("second", 480 * kMiB);
  appear("first").no_profile().memory_stays();
  ASSERT_TRUE(run_until(Event::victim_terminated));
  const FakeProcess& youngest = machine.spawn("youngest", 250 * kMiB).is_protected().profile_after(150ms).adj(1000);
  run_for(1min);
  EXPECT_THAT(machine.signals_to(youngest), IsEmpty());
  EXPECT_THAT(machine.killed(), ElementsAre("first", "second"));
}

TEST_F(ProfileOf, ANewcomerThatLeftWhileItWasWaitedForDoesNotCostTheNextOneItsTime) {
  FakeProcess& first = appear("first").no_profile();
  until_search();
  run_for(150ms);
  ASSERT_THAT(machine.sent(), IsEmpty());
  machine.end(first);
  run_for(20s);
  machine.spawn("second", 900 * kMiB);
  const FakeProcess& hog = appear("hog").is_protected().profile_after(150ms);
  run_for(1min);
  EXPECT_THAT(machine.signals_to(hog), IsEmpty());
  EXPECT_THAT(machine.killed(), ElementsAre("second"));
}

TEST_F(ProfileOf, ANewcomerThatLeftWhileItWasWaitedForIsNotWorthAWord) {
  FakeProcess& first = appear("first").no_profile();
  until_search();
  run_for(150ms);
  machine.end(first);
  run_for(20s);
  EXPECT_THAT(machine.events(), IsEmpty()) << "nothing was told that could be over";
}

TEST_F(ProfileOf, EverybodyIsLearntInPeace) {
  machine.spawn("young", 900 * kMiB).is_protected().profile_after(5s);
  machine.after(40s, [&] { fill_up_to(kLow); });
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
  EXPECT_LE(machine.lessons(), 61U);
}

}  // namespace
}  // namespace forestall::testing
