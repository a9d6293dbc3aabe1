// SPDX-License-Identifier: MIT
#include "report/block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "unit/report/incidents.h"

namespace forestall {
namespace {

using ::testing::HasSubstr;
using testing::incident;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Block, TellsAllOfADecision) {
  EXPECT_EQ(block(Event::victim_terminated, incident(), false),
            "Sent SIGTERM to firefox (pid 4242, uid 1000, app-firefox.scope): rule \"low-memory\": memory available "
            "1.4 GiB, limit 1.5 GiB; no swap. Its end should free 4 GiB; SIGKILL follows after 5 s.\n"
            "  incident     0123456789abcdeffedcba9876543210\n"
            "  now          1.4 GiB of 16 GiB available, no swap\n"
            "  command      /usr/lib/firefox/firefox --private\n"
            "  candidates   2 of 321 processes, score in ‰ of RAM + swap\n"
            "    >     4242 firefox              4 GiB   +300.0  memory +250.0  adj +100.0  avoid -50.0\n"
            "          4300 gimp                 1 GiB   +300.0  memory +250.0  adj +100.0  avoid -50.0\n"
            "    -      900 sshd                12 MiB   spared: belongs to a unit that the system needs\n");
}

TEST(Block, OfOtherEventsIsOneLine) {
  for (const Event event : {Event::recovered, Event::victim_gone, Event::kernel_killed, Event::breaker_opened,
                            Event::pressure_warning, Event::stood_down, Event::victim_survived}) {
    const std::string text = block(event, incident(), false);
    EXPECT_EQ(std::ranges::count(text, '\n'), 1) << text;
    EXPECT_TRUE(text.ends_with('\n'));
  }
}

TEST(Block, AfterTheGraceDoesNotTellTheCandidatesAgain) {
  Incident i = incident();
  i.attempt.grace_over = true;
  EXPECT_EQ(std::ranges::count(block(Event::victim_killed, i, false), '\n'), 1);
}

TEST(Block, SaysHowManyMoreThereAre) {
  Incident i = incident();
  i.eligible = 40;
  EXPECT_THAT(block(Event::no_victim, i, false), HasSubstr("      … and 38 more\n"));
}

TEST(Block, SaysWhoGoTogether) {
  EXPECT_THAT(
      block(Event::victim_killed, testing::incident_of(Kind::family), false),
      HasSubstr("    >     4242 firefox              4 GiB   +300.0  memory +250.0  adj +100.0  avoid -50.0"
                "  (family of 33 processes, weighed together with 7 others)\n"
                "          4300 gimp                 1 GiB   +300.0  memory +250.0  adj +100.0  avoid -50.0\n"));
}

TEST(Block, SaysWhenNothingWouldBeLeft) {
  Incident i = incident();
  i.verdict.exhausted_in = std::chrono::seconds(3);
  EXPECT_THAT(block(Event::victim_killed, i, false), HasSubstr("at this rate nothing would be left in 3 s\n"));
}

TEST(Block, HasNoEscapesWithoutColours) {
  for (const Event event : testing::kAllEvents) {
    EXPECT_THAT(block(event, incident(), false), Not(HasSubstr("\x1b")));
  }
}

TEST(Block, ColoursTheFirstLineAlone) {
  for (const Event event : testing::kAllEvents) {
    const std::string plain = block(event, incident(), false);
    const std::string text = block(event, incident(), true);
    EXPECT_THAT(text, StartsWith("\x1b[1"));
    EXPECT_EQ(std::ranges::count(text, '\x1b'), 2);
    EXPECT_LT(text.find("\x1b[0m"), text.find('\n'));
    EXPECT_EQ(text.substr(text.find('\n')), plain.substr(plain.find('\n')));
  }
}

}  // namespace
}  // namespace forestall
