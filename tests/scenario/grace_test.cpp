// SPDX-License-Identifier: MIT
// From SIGTERM to SIGKILL: whoever uses the time gets it, whoever does not is dead when it is over.
#include "scenario/scenario.h"

namespace forestall::testing {
namespace {

class Grace : public Scenario {
 protected:
  Grace() { machine.spawn("innocent", 500 * kMiB); }

  Duration from_sigterm_to_end(const FakeProcess& p) {
    return p.ended - Instant{} - (machine.now() - Instant{} - machine.uptime()) - machine.first_signal_to(p).at;
  }
};

TEST_F(Grace, EndsWhoIgnoresSigtermWithinASecondAfterIt) {
  const FakeProcess& hog = fill_up_to(kLow).ignores_sigterm();
  run_for(30s);
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
  EXPECT_THAT(machine.signals_to(hog), ElementsAre(Signal::term, Signal::kill));
  EXPECT_GE(from_sigterm_to_end(hog), 5s);
  EXPECT_LE(from_sigterm_to_end(hog), 6s);
  EXPECT_TRUE(machine.first(Event::victim_killed).incident.attempt.grace_over);
}

TEST_F(Grace, IsLeftToWhoNeedsItWithoutSigkill) {
  const FakeProcess& hog = fill_up_to(kLow).exits_after_sigterm(4900ms);
  run_for(30s);
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
  EXPECT_THAT(machine.signals_to(hog), ElementsAre(Signal::term));
  EXPECT_EQ(from_sigterm_to_end(hog), 4900ms);
  EXPECT_EQ(machine.count(Event::victim_killed), 0U);
}

TEST_F(Grace, IsLeftEvenIfMemoryRecoversAndIsStillFollowedBySigkill) {
  FakeProcess& passer_by = machine.spawn("passer-by", 2 * kGiB);
  const FakeProcess& hog = fill_up_to(kLow).ignores_sigterm();
  ASSERT_TRUE(run_until(Event::victim_terminated));
  machine.end(passer_by);
  run_for(30s);
  EXPECT_THAT(machine.signals_to(hog), ElementsAre(Signal::term, Signal::kill)) << "SIGKILL follows always";
  EXPECT_GE(from_sigterm_to_end(hog), 5s);
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
}

TEST_F(Grace, IsCutShortAtOnceWhenAKillRuleHolds) {
  const FakeProcess& leak = machine.spawn("leak", 0).grows(500 * kMiB).ignores_sigterm();
  run_for(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("leak"));
  EXPECT_THAT(machine.signals_to(leak), ElementsAre(Signal::term, Signal::kill));
  EXPECT_LT(from_sigterm_to_end(leak), 2s);
  const Incident killed = machine.first(Event::victim_killed).incident;
  EXPECT_FALSE(killed.attempt.grace_over);
  EXPECT_EQ(killed.rule_name.view(), "out-of-memory") << "that is why";
  EXPECT_EQ(killed.verdict.action, Action::kill);
  EXPECT_EQ(killed.verdict.headroom, killed.now);
  EXPECT_EQ(machine.first(Event::victim_terminated).incident.id, killed.id);
  EXPECT_EQ(machine.count(Event::kernel_killed), 0U);
}

TEST_F(Grace, IsNotGivenWhenAKillRuleHoldsFromTheBeginning) {
  const FakeProcess& hog = fill_up_to(kVeryLow, "hog", 64 * kGiB);
  run_for(10s);
  EXPECT_THAT(machine.signals_to(hog), ElementsAre(Signal::kill));
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
}

TEST_F(Grace, IsThatOfTheVictimsEntryBeforeThatOfTheRule) {
  rule("low-memory").grace = 2s;
  const FakeProcess& hog = fill_up_to(kLow).ignores_sigterm().grace(8s);
  run_for(30s);
  EXPECT_GE(from_sigterm_to_end(hog), 8s);
  EXPECT_LE(from_sigterm_to_end(hog), 9s);
}

TEST_F(Grace, IsThatOfTheRuleBeforeThatOfAll) {
  rule("low-memory").grace = 2s;
  const FakeProcess& hog = fill_up_to(kLow).ignores_sigterm();
  run_for(30s);
  EXPECT_GE(from_sigterm_to_end(hog), 2s);
  EXPECT_LE(from_sigterm_to_end(hog), 3s);
}

class Reconfigured : public Grace, public ::testing::WithParamInterface<Duration> {};

TEST_P(Reconfigured, MidKillKeepsTheDeadlinesOfTheVictim) {
  const FakeProcess& hog = fill_up_to(kLow).ignores_sigterm();
  ASSERT_TRUE(run_until(Event::victim_terminated));
  run_for(1s);
  config.kill.grace = GetParam();
  forestall().engine().reconfigure(config);
  run_for(30s);
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
  EXPECT_GE(from_sigterm_to_end(hog), 5s);
  EXPECT_LE(from_sigterm_to_end(hog), 6s);

  const FakeProcess& next = fill_up_to(kLow, "next").ignores_sigterm();
  run_for(90s);
  EXPECT_THAT(machine.killed(), ElementsAre("hog", "next"));
  EXPECT_GE(from_sigterm_to_end(next), GetParam());
  EXPECT_LE(from_sigterm_to_end(next), GetParam() + 1s) << "the new one has the new grace";
}

TEST_F(Grace, ReconfiguredMidKillWithFewerRulesNobodyAsksForThoseOfBefore) {
  fill_up_to(kLow).ignores_sigterm();
  ASSERT_TRUE(run_until(Event::victim_terminated));
  ASSERT_GT(forestall().engine().verdict().count, 1U);
  config.rules.resize(1);
  forestall().engine().reconfigure(config);
  EXPECT_EQ(forestall().engine().verdict().count, 0U) << "until the next look";
  run_for(1s);
  EXPECT_EQ(forestall().engine().verdict().count, 1U);
}

INSTANTIATE_TEST_SUITE_P(ToLessAndToMore, Reconfigured, ::testing::Values(Duration(100ms), Duration(60s)));

}  // namespace
}  // namespace forestall::testing
