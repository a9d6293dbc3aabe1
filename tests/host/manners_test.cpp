// SPDX-License-Identifier: MIT
// How a victim is ended: asked first, given its time, and not a moment longer.
#include <csignal>
#include <fstream>

#include "host/host_test.h"
#include "support/clock_linux.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;

class Manners : public HostTest {
 protected:
  /// A leak past the terminate limit. `more` is the rest of its command line.
  Hog& leak_until_asked(const std::string& configuration, const std::vector<std::string>& more) {
    const Limits limits = Limits::below_what_is_free();
    start_daemon(limits.config(configuration));
    std::vector<std::string> arguments{"leak", "--rate", "400", "--start", "200", "--limit", limits.mib(3.2)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Hog& leak = hog("leak", arguments);
    EXPECT_TRUE(wait_for(kLater, [&] { return leak.was_asked_to_end() || leak.ended(); }));
    EXPECT_TRUE(leak.was_asked_to_end()) << "no SIGTERM";
    return leak;
  }
};

TEST_F(Manners, WhoIgnoresSigtermIsDeadWithinTheGraceAndOneSecond) {
  Hog& stubborn = leak_until_asked("[kill]\ngrace = \"1s\"\n", {"--ignore-term"});
  ASSERT_TRUE(wait_for(kLater, [&] { return stubborn.ended(); }));
  const Duration lived = stubborn.child().ended_at() - stubborn.term_at();
  EXPECT_EQ(stubborn.child().killed_by(), SIGKILL);
  EXPECT_GE(lived, 950ms) << "the grace was cut short";
  EXPECT_LE(lived, 2s);
  EXPECT_EQ(stubborn.note().terms, 1U);

  ASSERT_TRUE(wait_for_event("victim_gone"));
  const JournalRecord asked = event_about("victim_terminated", stubborn);
  const JournalRecord killed = event_about("victim_killed", stubborn);
  EXPECT_EQ(killed.text("OOM_SIGNAL"), "SIGKILL");
  EXPECT_EQ(killed.text("INCIDENT_ID"), asked.text("INCIDENT_ID"));
  EXPECT_LT(asked.arrived, killed.arrived);
}

TEST_F(Manners, WhoSavesItsWorkGetsTheTimeForIt) {
  const std::string file = "/run/saved-work";
  Hog& saver = leak_until_asked("[kill]\ngrace = \"4s\"\n", {"--save-seconds", "1", "--save-file", file});
  ASSERT_TRUE(wait_for(kLater, [&] { return saver.ended(); }));
  EXPECT_THAT(saver.child().exit_code(), ::testing::Optional(0)) << "it did not leave of its own accord";
  std::string last;
  std::ifstream saved(file);
  for (std::string line; std::getline(saved, line);) last = line;
  EXPECT_EQ(last, "complete");

  ASSERT_TRUE(wait_for_event("victim_gone"));
  EXPECT_FALSE(journal().has_event("victim_killed"));
  EXPECT_GE(event_about("victim_gone", saver).number("EXIT_USEC").value_or(0), 900'000U);
}

TEST_F(Manners, WhoIgnoresSigtermAndLeaksOnIsKilledAtTheKillLimitWithoutWaitingForTheGrace) {
  const Limits limits = Limits::below_what_is_free();
  Hog& stubborn = leak_until_asked("[kill]\ngrace = \"1min\"\n", {"--ignore-term"});
  ASSERT_TRUE(wait_for(kLater, [&] { return stubborn.ended(); }));
  EXPECT_EQ(stubborn.child().killed_by(), SIGKILL);
  ASSERT_TRUE(wait_for_event("victim_gone"));
  const JournalRecord killed = event_about("victim_killed", stubborn);
  EXPECT_LT(killed.number("MEM_AVAILABLE_BYTES").value_or(0), limits.kill + 256 * kMiB);
}

}  // namespace
}  // namespace forestall::testing
