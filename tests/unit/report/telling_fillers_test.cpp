// SPDX-License-Identifier: MIT
// What is said of a unit that was ended for what it has put into tmpfs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/telling.h"
#include "report/words.h"
#include "unit/report/incidents.h"

namespace forestall {
namespace {

using testing::ended_incident;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::incident;
using ::testing::Not;

/// The same of a unit of 33, which holds next to nothing.
Incident of_a_filler(Incident i) {
  Attempt& a = i.attempt;
  a.party = {Kind::unit, a.victim.id, 33, 3 * kGiB};
  a.promised = 10 * kMiB;
  a.freed = 9 * kMiB;
  return i;
}

TEST(SentenceOfAFiller, SaysBeforehandThatTheFilesStay) {
  EXPECT_THAT(
      sentence(Event::victim_terminated, of_a_filler(incident())),
      EndsWith(" Its end should free 10 MiB; SIGKILL follows after 5 s. It has put 3 GiB into tmpfs lately; the "
               "files stay when it is gone."));
  EXPECT_THAT(sentence(Event::victim_killed, of_a_filler(incident())),
              EndsWith(" Its end should free 10 MiB. It has put 3 GiB into tmpfs lately; the files stay when it is "
                       "gone."));
}

TEST(SentenceOfAFiller, DoesNotSayItAgainWhenItsGraceIsOver) {
  Incident i = of_a_filler(incident());
  i.attempt.grace_over = true;
  EXPECT_THAT(sentence(Event::victim_killed, i), EndsWith(": it ignored SIGTERM for 5 s."));
}

TEST(SentenceOfAFiller, SaysWhatIsLeftToDoHoweverItEnded) {
  for (const Outcome outcome : {Outcome::fruitless, Outcome::memory_back}) {
    Incident i = of_a_filler(ended_incident());
    i.attempt.outcome = outcome;
    EXPECT_EQ(sentence(Event::victim_gone, i),
              "The unit app-firefox.scope (33 processes, the oldest is firefox, pid 4242, uid 1000) is gone after "
              "400 ms; 9 MiB came back (10 MiB promised). It filled tmpfs, and its files are still there: delete them "
              "(df -t tmpfs). Nobody else is ended for them while no more is lost.")
        << name_of(outcome);
  }
}

TEST(SentenceOfAFiller, SaysNothingOfFilesIfAsMuchIsPromisedAsItHasFilled) {
  for (const Event event : {Event::victim_terminated, Event::victim_killed, Event::victim_gone}) {
    Incident i = of_a_filler(ended_incident());
    i.attempt.promised = i.attempt.party.filled;
    EXPECT_THAT(sentence(event, i), Not(HasSubstr("files"))) << name_of(event);
    --i.attempt.promised;
    EXPECT_THAT(sentence(event, i), HasSubstr("files")) << name_of(event);
  }
}

}  // namespace
}  // namespace forestall
