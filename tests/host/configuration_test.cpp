// SPDX-License-Identifier: MIT
// What the daemon makes of its configuration and its options, and that it is quiet when there is nothing to do.
#include <algorithm>
#include <csignal>
#include <fstream>

#include "host/host_test.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;

class Configuration : public HostTest {
 protected:
  Hog& leak(const Limits& limits, double steps) {
    return hog("leak", {"leak", "--rate", "400", "--start", "200", "--limit", limits.mib(steps)});
  }
  /// Every event but those of the daemon's own life.
  std::vector<std::string> alarms() {
    std::vector<std::string> found;
    for (const JournalRecord& record : journal().records()) {
      const std::string event = record.text("EVENT");
      if (!event.empty() && event != "started" && event != "degraded") found.push_back(event);
    }
    return found;
  }
};

TEST_F(Configuration, WithAMistakeInItEndsTheStartWithOneLineAndExitCode2) {
  std::ofstream("/run/bad.toml") << "[kill]\ngrase = \"2s\"\n" << std::flush;
  Child refused({FORESTALL_DAEMON, {"forestalld", "--config", "/run/bad.toml"}, {}, "/run/refusal"});
  ASSERT_TRUE(wait_for(kSoon, [&] { return refused.ended(); }));
  EXPECT_THAT(refused.exit_code(), ::testing::Optional(2));
  std::vector<std::string> lines;
  std::ifstream said("/run/refusal");
  for (std::string line; std::getline(said, line);) lines.push_back(line);
  EXPECT_THAT(lines, ::testing::ElementsAre(
                         ::testing::AllOf(::testing::HasSubstr("/run/bad.toml:2"), ::testing::HasSubstr("grace"))));
}

TEST_F(Configuration, WithAMistakeInItIsRejectedAtSighupAndTheOldOneStaysInForce) {
  const Limits limits = Limits::below_what_is_free();
  start_daemon(limits.config());
  daemon().rewrite_config("[[rule]]\nname = \"low-memory\"\nenabled = false\n[poll]\nno_such_key = 1\n");
  daemon().process().send(SIGHUP);
  ASSERT_TRUE(wait_for_event("config_rejected", kSoon));
  EXPECT_FALSE(journal().has_event("config_reloaded"));

  Hog& victim = leak(limits, 3.2);
  ASSERT_TRUE(wait_for(kLater, [&] { return victim.ended(); })) << "the old limit is not in force";
  EXPECT_EQ(victim.child().killed_by(), SIGTERM);
  ASSERT_TRUE(wait_for_event("victim_gone"));
  const JournalRecord record = event_about("victim_terminated", victim);
  EXPECT_EQ(record.text("RULE"), "low-memory");
  EXPECT_LT(record.number("MEM_AVAILABLE_BYTES").value_or(limits.terminate), limits.terminate);
}

TEST_F(Configuration, ThatNamesAUserWhoIsNotThereIsSaidToCoverNobody) {
  const Limits quiet = Limits::out_of_reach();
  const auto is_said = [&](const std::string& user) {
    return std::ranges::any_of(journal().events("degraded"), [&](const JournalRecord& record) {
      return record.text("MESSAGE").find("there is no user \"" + user + "\"") != std::string::npos;
    });
  };
  start_daemon(quiet.config("[[protect]]\ncomm = \"x\"\nuser = \"ann-who-is-not\"\n[[avoid]]\nuser = \"root\"\n"));
  EXPECT_TRUE(wait_for(kSoon, [&] { return is_said("ann-who-is-not"); }));
  daemon().rewrite_config(quiet.config("[[protect]]\ncomm = \"x\"\nuser = \"bob-who-is-not\"\n"));
  daemon().process().send(SIGHUP);
  EXPECT_TRUE(wait_for(kSoon, [&] { return is_said("bob-who-is-not"); }));
  EXPECT_FALSE(is_said("root"));
}

TEST_F(Configuration, IsTakenOverAtSighup) {
  Hog& fat = steady("fat", 400 * kMiB);
  const Limits quiet = Limits::out_of_reach();
  start_daemon(quiet.config());
  Limits raised = quiet;
  raised.terminate = quiet.available + 2 * quiet.step;  // passed at once
  daemon().rewrite_config(raised.config());
  daemon().process().send(SIGHUP);
  ASSERT_TRUE(wait_for_event("config_reloaded", kSoon));
  ASSERT_TRUE(wait_for(kLater, [&] { return fat.ended(); })) << "the new limit is not in force";
  EXPECT_EQ(fat.child().killed_by(), SIGTERM);
}

TEST_F(Configuration, DryRunSaysWhomAndKillsNobody) {
  const Limits limits = Limits::below_what_is_free();
  start_daemon(limits.config(), {"--dry-run"});
  Hog& chosen = leak(limits, 2.2);
  ASSERT_TRUE(wait_for_event("victim_terminated"));
  const JournalRecord would = journal().events("victim_terminated").front();
  EXPECT_EQ(would.text("DRY_RUN"), "1");
  EXPECT_EQ(would.number("VICTIM_PID"), static_cast<std::uint64_t>(chosen.pid()));
  EXPECT_FALSE(wait_for(1s, [&] { return chosen.was_asked_to_end() || chosen.ended(); })) << "it was no dry run";
  EXPECT_TRUE(lives(chosen));
}

TEST_F(Configuration, WithLimitsFarAwayTheDaemonWatchesAndSaysNothing) {
  Hog& busy = steady("busy", 200 * kMiB);
  const Limits limits = Limits::out_of_reach();
  start_daemon(limits.config());
  Hog& growing = hog("growing", {"leak", "--rate", "150", "--start", "50", "--limit", "350"});
  const int ticks = daemon().notify().count("WATCHDOG=1");
  EXPECT_FALSE(wait_for(3s, [&] { return !alarms().empty(); }));
  EXPECT_THAT(alarms(), ::testing::IsEmpty());
  EXPECT_GE(daemon().notify().count("WATCHDOG=1"), ticks + 2) << "it does not watch";
  EXPECT_TRUE(lives(busy));
  EXPECT_TRUE(lives(growing));
  EXPECT_FALSE(busy.was_asked_to_end());
}

}  // namespace
}  // namespace forestall::testing
