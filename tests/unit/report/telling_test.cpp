// SPDX-License-Identifier: MIT
#include "report/telling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "report/words.h"
#include "unit/report/incidents.h"

namespace forestall {
namespace {

using std::chrono::seconds;
using ::testing::Contains;
using testing::ended_incident;
using ::testing::HasSubstr;
using testing::incident;
using testing::incident_of;
using ::testing::IsSupersetOf;
using testing::kAllEvents;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

std::map<std::string, std::string> fields_of(Event event, const Incident& i) {
  std::map<std::string, std::string> fields;
  for (const std::string& field : journal_fields(event, i)) {
    const std::size_t equals = field.find('=');
    EXPECT_NE(equals, std::string::npos) << field;
    const bool is_new = fields.emplace(field.substr(0, equals), field.substr(equals + 1)).second;
    EXPECT_TRUE(is_new) << "twice: " << field;
  }
  return fields;
}

TEST(Sentence, OfEachEventIsOneLineThatEndsInAFullStop) {
  std::set<std::string> sentences;
  for (const Event event : kAllEvents) {
    const std::string text = sentence(event, ended_incident());
    EXPECT_THAT(text, MatchesRegex("[^\n]+[.]")) << text;
    sentences.insert(text);
  }
  EXPECT_EQ(sentences.size(), kAllEvents.size());
}

TEST(Sentence, SaysWhoWasTerminatedWhyAndWhatComesNext) {
  EXPECT_EQ(sentence(Event::victim_terminated, incident()),
            "Sent SIGTERM to firefox (pid 4242, uid 1000, app-firefox.scope): rule \"low-memory\": memory available "
            "1.4 GiB, limit 1.5 GiB; no swap. Its end should free 4 GiB; SIGKILL follows after 5 s.");
}

TEST(Sentence, SaysWhyAVictimWasKilled) {
  Incident i = incident();
  EXPECT_EQ(sentence(Event::victim_killed, i),
            "Sent SIGKILL to firefox (pid 4242, uid 1000, app-firefox.scope): rule \"low-memory\": memory available "
            "1.4 GiB, limit 1.5 GiB; no swap. Its end should free 4 GiB.");
  i.attempt.grace_over = true;
  EXPECT_EQ(sentence(Event::victim_killed, i),
            "Sent SIGKILL to firefox (pid 4242, uid 1000, app-firefox.scope): it ignored SIGTERM for 5 s.");
}

TEST(Sentence, OfADryRunSaysThatNothingWasSent) {
  Incident i = incident();
  i.dry_run = true;
  for (const Event event : {Event::victim_terminated, Event::victim_killed}) {
    EXPECT_THAT(sentence(event, i), MatchesRegex("Dry run: would have sent SIG.*"));
  }
}

TEST(Sentence, OfThoseWhoGoTogetherNamesThemAll) {
  EXPECT_THAT(sentence(Event::victim_terminated, incident_of(Kind::family)),
              StartsWith("Sent SIGTERM to the family of firefox (33 processes from pid 4242 down, uid 1000, "
                         "app-firefox.scope): rule "));
  EXPECT_THAT(sentence(Event::victim_killed, incident_of(Kind::unit)),
              StartsWith("Sent SIGKILL to the unit app-firefox.scope (33 processes, the oldest is firefox, pid 4242, "
                         "uid 1000): rule "));
}

TEST(Sentence, OfThoseWhoGoTogetherBeginsWithACapitalLetter) {
  for (const Kind kind : {Kind::family, Kind::unit}) {
    for (const Event event : kAllEvents) {
      if (event == Event::breaker_opened) continue;  // with a number
      for (const Outcome outcome : testing::kAllOutcomes) {
        Incident i = incident_of(kind);
        i.attempt.outcome = outcome;
        EXPECT_THAT(sentence(event, i), MatchesRegex("[A-Z].*")) << name_of(kind) << ' ' << name_of(event);
      }
    }
  }
  EXPECT_THAT(sentence(Event::victim_gone, incident_of(Kind::unit)), StartsWith("The unit app-firefox.scope (33 "));
  EXPECT_THAT(sentence(Event::victim_gone, ended_incident()), StartsWith("firefox ")) << "a name is left as it is";
}

TEST(Sentence, SaysHowItEnded) {
  EXPECT_EQ(sentence(Event::victim_gone, ended_incident()),
            "firefox (pid 4242, uid 1000, app-firefox.scope) is gone after 400 ms; 3.9 GiB came back (4 GiB promised), "
            "memory was back 450 ms after the signal. Now 5 GiB of 16 GiB available, no swap.");
}

TEST(Sentence, SaysWhereToLookIfTheMemoryDidNotReturn) {
  Incident i = ended_incident();
  i.attempt.outcome = Outcome::fruitless;
  EXPECT_THAT(sentence(Event::victim_gone, i), HasSubstr("did not return in time; look for tmpfs"));
  i.attempt.gone.reset();
  EXPECT_THAT(sentence(Event::victim_gone, i), HasSubstr("is not gone yet"));
}

TEST(Sentence, SaysWhyAVictimSurvived) {
  Incident i = incident();
  i.attempt.outcome = Outcome::not_permitted;
  EXPECT_THAT(sentence(Event::victim_survived, i), HasSubstr("forestalld needs CAP_KILL"));
  i.attempt.outcome = Outcome::unkillable;
  EXPECT_THAT(sentence(Event::victim_survived, i), HasSubstr("stuck in the kernel (state D)"));
}

TEST(Sentence, SaysWhatElseHappened) {
  Incident i = incident();
  i.kernel_kills = 3;
  i.fruitless_kills = 3;
  i.pause = seconds(60);
  EXPECT_THAT(sentence(Event::kernel_killed, i), HasSubstr("killed 3 process(es)"));
  EXPECT_THAT(sentence(Event::breaker_opened, i),
              HasSubstr("3 kills in a row freed next to nothing: no more for 1 min"));
  EXPECT_THAT(sentence(Event::no_victim, i), HasSubstr("none of 321 processes may be killed"));
  EXPECT_THAT(sentence(Event::stood_down, i), HasSubstr("nothing was done"));
  EXPECT_EQ(sentence(Event::recovered, i), "Memory has recovered: 1.4 GiB of 16 GiB available, no swap.");
}

TEST(Sentence, SaysThatAKillWasNotNeeded) {
  Incident i = ended_incident();
  i.attempt.held_at_relief = 4 * kGiB - 4 * kGiB / 20;
  EXPECT_THAT(sentence(Event::victim_gone, i), HasSubstr("It was not needed: memory had recovered before it gave any"));
  EXPECT_THAT(journal_fields(Event::victim_gone, i), Contains("NEEDLESS=1"));
  i.attempt.held_at_relief = 4 * kGiB - 4 * kGiB / 20 - 1;
  EXPECT_THAT(sentence(Event::victim_gone, i), Not(HasSubstr("needed")));
  EXPECT_THAT(journal_fields(Event::victim_gone, i), Contains("NEEDLESS=0"));
}

TEST(Sentence, SaysWhichServiceComesBackEachTime) {
  Incident i = incident();
  i.restart = {std::string_view("leak\x1b.service"), false, 2};
  EXPECT_THAT(
      sentence(Event::restart_loop, i),
      StartsWith(
          "The service leak\\x1b.service of the system was started again within a minute each of the last 2 times"));
  EXPECT_EQ(priority_of(Event::restart_loop), priority::kError);
  i.restart.of_user = true;
  EXPECT_THAT(sentence(Event::restart_loop, i), HasSubstr(" of a user's own manager was started again"));
  EXPECT_THAT(journal_fields(Event::restart_loop, i), IsSupersetOf({"RESTARTED_UNIT=leak\\x1b.service", "RESTARTS=2"}));
}

TEST(Priority, IsThatOfSomethingAnAdministratorMustSee) {
  for (const Event event : kAllEvents) {
    EXPECT_GE(priority_of(event), priority::kCritical);
    EXPECT_LE(priority_of(event), priority::kInfo);
  }
  EXPECT_EQ(priority_of(Event::no_victim), priority::kCritical);
  EXPECT_EQ(priority_of(Event::victim_killed), priority::kWarning);
  EXPECT_EQ(priority_of(Event::recovered), priority::kInfo);
}

TEST(MessageId, OfEachEventIsItsOwn) {
  std::set<std::string_view> ids;
  for (const Event event : kAllEvents) {
    EXPECT_THAT(std::string(message_id_of(event)), MatchesRegex("[0-9a-f]{32}"));
    ids.insert(message_id_of(event));
  }
  EXPECT_EQ(ids.size(), kAllEvents.size());
}

TEST(JournalFields, HaveKeysThatTheJournalTakes) {
  // systemd.journal-fields(7): up to 64 of A-Z, 0-9 and underscores; one in front is for the journal itself.
  const std::regex key("[A-Z][A-Z0-9_]{0,63}");
  for (const Event event : kAllEvents) {
    for (const auto& [name, value] : fields_of(event, ended_incident()))
      EXPECT_TRUE(std::regex_match(name, key)) << name;
    EXPECT_THAT(journal_fields(event, incident()).at(0), MatchesRegex("MESSAGE=.*"));
  }
}

TEST(JournalFields, TellTheSameAsTheSentence) {
  for (const Event event : kAllEvents) {
    const auto fields = fields_of(event, ended_incident());
    EXPECT_EQ(fields.at("MESSAGE"), sentence(event, ended_incident()));
    EXPECT_EQ(fields.at("MESSAGE_ID"), message_id_of(event));
    EXPECT_EQ(fields.at("PRIORITY"), std::to_string(priority_of(event)));
    EXPECT_EQ(fields.at("INCIDENT_ID"), "0123456789abcdeffedcba9876543210");
    EXPECT_EQ(fields.at("DRY_RUN"), "0");
  }
}

TEST(JournalFields, DescribeTheVictim) {
  const auto fields = fields_of(Event::victim_terminated, incident());
  EXPECT_EQ(fields.at("VICTIM_PID"), "4242");
  EXPECT_EQ(fields.at("VICTIM_COMM"), "firefox");
  EXPECT_EQ(fields.at("VICTIM_CMDLINE"), "/usr/lib/firefox/firefox --private");
  EXPECT_EQ(fields.at("VICTIM_UNIT"), "app-firefox.scope");
  EXPECT_EQ(fields.at("VICTIM_SCORE"), "300.0");
  EXPECT_EQ(fields.at("PROMISED_BYTES"), "4294967296");
  EXPECT_EQ(fields.at("OOM_SIGNAL"), "SIGTERM");
  EXPECT_EQ(fields.at("RULE"), "low-memory");
  EXPECT_EQ(fields.at("RULE_ACTION"), "terminate");
  EXPECT_EQ(fields_of(Event::victim_killed, incident()).at("OOM_SIGNAL"), "SIGKILL");
}

TEST(JournalFields, TellHowManyGoTogether) {
  const auto alone = fields_of(Event::victim_terminated, incident());
  EXPECT_EQ(alone.at("VICTIM_KIND"), "process");
  EXPECT_EQ(alone.at("VICTIM_PROCESSES"), "1");
  const auto together = fields_of(Event::victim_gone, incident_of(Kind::family));
  EXPECT_EQ(together.at("VICTIM_KIND"), "family");
  EXPECT_EQ(together.at("VICTIM_PROCESSES"), "33");
}

TEST(JournalFields, TellHowItEnded) {
  auto fields = fields_of(Event::victim_gone, ended_incident());
  EXPECT_EQ(fields.at("OUTCOME"), "memory_back");
  EXPECT_EQ(fields.at("FREED_BYTES"), "4190109696");
  EXPECT_EQ(fields.at("EXIT_USEC"), "400000");
  EXPECT_EQ(fields.at("MEMORY_BACK_USEC"), "450000");
  Incident i = incident();
  i.attempt.outcome = Outcome::not_permitted;
  fields = fields_of(Event::victim_survived, i);
  EXPECT_EQ(fields.at("OUTCOME"), "not_permitted");
  EXPECT_FALSE(fields.contains("EXIT_USEC"));
}

TEST(JournalFields, WithoutAVictimNameNone) {
  for (const Event event : {Event::recovered, Event::kernel_killed, Event::breaker_opened, Event::no_victim}) {
    EXPECT_FALSE(fields_of(event, incident()).contains("VICTIM_PID"));
  }
  EXPECT_TRUE(fields_of(Event::no_victim, incident()).contains("SPARED_JSON"));
}

TEST(JournalFields, WithoutARuleNameNone) {
  Incident i = incident();
  i.verdict.action = Action::none;
  EXPECT_FALSE(fields_of(Event::kernel_killed, i).contains("RULE"));
  EXPECT_EQ(reason(i), "no rule asked for it");
}

/// The entries of the catalog by their ids.
std::map<std::string, std::string> catalog() {
  std::ifstream file(FORESTALL_SOURCE_DIR "/systemd/forestall.catalog");
  EXPECT_TRUE(file);
  std::map<std::string, std::string> entries;
  std::string id;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("-- ")) id = line.substr(3);
    entries[id] += line + '\n';
  }
  return entries;
}

TEST(JournalFields, HoldWhatTheCatalogQuotes) {
  const auto entries = catalog();
  const std::regex quoted("@([A-Z_]+)@");
  for (const Event event : kAllEvents) {
    const std::string& entry = entries.at(std::string(message_id_of(event)));
    const auto fields = fields_of(event, ended_incident());
    for (std::sregex_iterator i(entry.begin(), entry.end(), quoted), end; i != end; ++i) {
      EXPECT_TRUE(fields.contains((*i)[1]))
          << message_id_of(event) << ": @" << (*i)[1] << "@ would be shown by its name";
    }
  }
}

}  // namespace
}  // namespace forestall
