// SPDX-License-Identifier: MIT
// What `forestall show` prints, against files beside this one. Where a difference is meant, the text of the failure is
// what to put there.
#include "cli/retold.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "replay/trace.h"
#include "unit/report/incidents.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kHostile = "</p><script>alert('x')</script>\x1b[2J\u202e&\"";

std::string golden(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(FORESTALL_SOURCE_DIR "/tests/cli/" + name).rdbuf();
  return text.str();
}

/// Sixteen GiB that fall by 100 MiB a second for a minute, and come back at once; in the last ten seconds before that
/// everybody stands still for half of the time.
Trace trace() {
  Trace t;
  for (Duration at{0}; at <= 70s; at += 500ms) {
    Sample s;
    s.time = Instant(at);
    s.memory.mem_total = 16 * kGiB;
    const auto seconds = static_cast<Bytes>(at / 1s);
    s.memory.mem_available = at < 61s ? 7500 * kMiB - seconds * 100 * kMiB : 6 * kGiB;
    s.psi = PressureTotals{at, std::clamp<Duration>(at - 50s, 0s, 11s) / 2};
    t.samples.push_back(s);
  }
  return t;
}

Story story(const std::function<void(Incident&)>& change = {}) {
  Incident i = incident();
  i.wall = WallTime(std::chrono::seconds(1'792'500'000));
  if (change) change(i);
  const Instant began = at(-60s);
  std::string text = story_head(i, began) + "\n" + story_event(Event::victim_terminated, i, began) + "\n";
  i.attempt.terminated = i.begun;
  i.attempt.gone = i.begun + 800ms;
  i.attempt.memory_back = i.begun + 900ms;
  i.attempt.outcome = Outcome::memory_back;
  i.attempt.freed = 4 * kGiB;
  i.now_time = i.begun + 1s;
  i.now.available = 6 * kGiB;
  if (change) change(i);
  text += story_event(Event::victim_gone, i, began) + "\n" + story_event(Event::recovered, i, began) + "\n";
  std::istringstream lines(format(trace()));
  for (std::string line; std::getline(lines, line);) text += story_trace(line) + "\n";
  auto parsed = parse_story(text);
  EXPECT_TRUE(parsed) << parsed.error().what;
  return parsed.value_or(Story{});
}

cli::Retold told(Story of) {
  auto retold = cli::retell(std::move(of));
  EXPECT_TRUE(retold) << retold.error().what;
  return retold.value_or(cli::Retold{});
}

/// Times and amounts that no daemon writes.
TEST(Show, NumbersOutOfAllBoundsDoNoHarm) {
  std::string text =
      R"({"forestall":"incident","version":1,"id":"a","began_ms":9223372036854775807,)"
      R"("began_at_ms":-9223372036854775808,"limits":{"mem_available_below":18446744073709551615}})"
      "\n"
      R"({"event":"victim_killed","at_ms":9223372036854775807,"message":"","fields":{"CANDIDATES_JSON":[)"
      R"({"score":1e308,"bytes":18446744073709551615,"terms":[{"name":"memory","points":1e308},)"
      R"({"name":"growth","points":1e308},{"name":"adj","points":-1e308}]},{"score":1e-308}],)"
      R"("FREED_BYTES":"18446744073709551615"}})"
      "\n";
  std::istringstream lines(format(trace()));
  for (std::string line; std::getline(lines, line);) text += story_trace(line) + "\n";
  auto parsed = parse_story(text);
  ASSERT_TRUE(parsed) << parsed.error().what;
  const cli::Retold retold = told(std::move(*parsed));
  EXPECT_THAT(cli::in_plain_words(retold), HasSubstr("2199-12-31 23:59:59 UTC"));
  EXPECT_THAT(cli::as_html(retold), HasSubstr("</html>"));
  EXPECT_TRUE(nlohmann::json::accept(cli::as_json(retold)));
}

TEST(Show, TellsAStoryInWords) { EXPECT_EQ(cli::in_plain_words(told(story())), golden("show.txt")); }

TEST(Show, TellsAStoryAsAPage) { EXPECT_EQ(cli::as_html(told(story())), golden("show.html")); }

TEST(Show, TellsAStoryForPrograms) {
  const auto json = nlohmann::json::parse(cli::as_json(told(story())), nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json.at("id"), "0123456789abcdeffedcba9876543210");
  ASSERT_THAT(json.at("events"), SizeIs(3));
  EXPECT_EQ(json.at("events")[1].at("after_ms"), 1000);
  EXPECT_EQ(json.at("events")[1].at("fields").at("OUTCOME"), "memory_back");
  EXPECT_EQ(json.at("candidates")[0].at("terms").at("memory"), 250.0);
  EXPECT_EQ(json.at("spared")[0].at("why"), "belongs to a unit that the system needs");
  ASSERT_THAT(json.at("moments"), SizeIs(141));
  EXPECT_EQ(json.at("moments")[0].at("after_ms"), -60000);
  EXPECT_EQ(json.at("moments")[0].at("stalled"), 0.0);
  EXPECT_NEAR(json.at("moments")[118].at("stalled").get<double>(), 0.5, 1e-9);
}

TEST(Show, HasAfterthoughtsOnlyWhereThereIsSomethingToThinkAbout) {
  EXPECT_THAT(told(story()).afterthoughts, SizeIs(0));
  const auto poor = [](Incident& i) { i.attempt.freed = std::min(i.attempt.freed, 100 * kMiB); };
  EXPECT_THAT(told(story(poor)).afterthoughts, ElementsAre(HasSubstr("Of 4 GiB that were promised 100 MiB came back")));
  const auto needless = [](Incident& i) { i.attempt.held_at_relief = i.attempt.promised; };
  EXPECT_THAT(told(story(needless)).afterthoughts, ElementsAre(HasSubstr("already falling")));
  const auto dry = [](Incident& i) { i.dry_run = true; };
  EXPECT_THAT(told(story(dry)).afterthoughts, ElementsAre(HasSubstr("dry run")));
}

TEST(Show, HostileNamesAreHarmlessEverywhere) {
  const auto retold = told(story([](Incident& i) {
    i.attempt.victim.comm.assign(kHostile);
    i.attempt.victim.profile.cmdline.assign(kHostile);
    i.candidates[0].process.comm.assign(kHostile);
    i.candidates[0].process.unit.assign(kHostile);
    i.spared[0].process.comm.assign(kHostile);
    i.rule_name.assign(kHostile);
  }));
  const std::string page = cli::as_html(retold);
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("\x1b")), Not(HasSubstr("\u202e"))));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)"));
  const std::string words = cli::in_plain_words(retold);
  EXPECT_THAT(words, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\u202e")), HasSubstr("\\x1b[2J")));
  EXPECT_TRUE(nlohmann::json::accept(cli::as_json(retold)));
}

TEST(Show, UnitsAreNamedAsWhenTheyLived) {
  const auto retold = told(story([](Incident& i) {
    i.candidates[0].process.unit.assign("app-firefox\\x2desr.scope");
    i.candidates[1].process.unit.assign("machine-qemu\\x2d1\\x2dweb.scope");
  }));
  for (const std::string& shown : {cli::as_html(retold), cli::in_plain_words(retold)}) {
    EXPECT_THAT(shown, AllOf(HasSubstr("app-firefox\\\\x2desr.scope"), Not(HasSubstr("\\\\\\"))));
    EXPECT_THAT(shown, HasSubstr("machine qemu-1-web"));
  }
}

TEST(Show, SixtyFourKibibytesOfHarmAreHarmless) {
  Story of = story();
  std::string much;
  while (much.size() < 64 * kKiB) much += "<b onclick='x'>&& ";
  of.events[0].message = much;
  of.events[0].candidates[0].comm = much;
  of.events[0].fields["VICTIM_COMM"] = much;
  const auto retold = told(std::move(of));
  EXPECT_THAT(cli::as_html(retold), Not(HasSubstr("<b onclick")));
  const std::string words = cli::in_plain_words(retold);
  std::istringstream lines(words);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 400U);
}

TEST(Show, SaysWhereATraceMakesNoSense) {
  Story of = story();
  of.trace = "forestall trace 1\nnonsense\n";
  const auto retold = cli::retell(std::move(of));
  ASSERT_FALSE(retold);
  EXPECT_THAT(retold.error().what, HasSubstr("in its trace: line 2"));
}

TEST(Show, WritesMomentsAsPeopleDo) {
  EXPECT_EQ(cli::offset(0s), "0.0 s");
  EXPECT_EQ(cli::offset(40ms), "0.0 s");
  EXPECT_EQ(cli::offset(1340ms), "+1.3 s");
  EXPECT_EQ(cli::offset(-58200ms), "−58 s");
  EXPECT_EQ(cli::in_utc(WallTime(std::chrono::seconds(1'792'500'000))), "2026-10-20 12:40:00 UTC");
}

}  // namespace
}  // namespace forestall::testing
