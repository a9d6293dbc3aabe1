// SPDX-License-Identifier: MIT
// What `forestall status` prints.
#include "cli/status.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/columns.h"
#include "cli/golden.h"
#include "cli/made_up_status.h"

namespace forestall::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Of whom there is one who would go.
cli::Status status(std::vector<Rule> rules) {
  cli::Status s = filling(std::move(rules));
  s.next = leak();
  s.last.why_not = "none is kept";
  return s;
}

/// What there would be of one that was ended.
cli::LastIncident last() {
  Story story;
  story.id = "0123456789abcdef0123456789abcdef";
  story.began = WallTime(std::chrono::seconds(1'772'333'954));
  story.events = {{.event = "victim_terminated", .fields = {{"VICTIM_COMM", "leak"}, {"VICTIM_KIND", "process"}}},
                  {.event = "victim_gone",
                   .fields = {{"VICTIM_COMM", "leak"}, {"VICTIM_KIND", "process"}, {"FREED_BYTES", "3221225472"}}}};
  return {story, {}};
}

// ---- What it says ---------------------------------------------------------------------------------------------------

TEST(Status, OfAMachineThatFillsUp) {
  auto s = status(some_rules());
  s.last = last();
  EXPECT_EQ(cli::in_plain_words(s), golden("status.txt"));
}

TEST(Status, SaysTheSameToPrograms) {
  auto s = status(some_rules());
  s.last = last();
  EXPECT_EQ(cli::as_json(s), golden("status.json"));
}

TEST(Status, SaysWhatThereIsNot) {
  auto s = status({});
  s.stalled.reset();
  s.next.reset();
  s.falling = 0;
  s.verdict.exhausted_in.reset();
  s.verdict.headroom = {.available = kGiB, .user_total = 2 * kGiB};
  s.daemons.ours.clear();
  EXPECT_THAT(cli::in_plain_words(s),
              AllOf(HasSubstr("swap           none\n"), HasSubstr("stalled        not known: no PSI\n"),
                    HasSubstr("what is left   does not fall\n"), HasSubstr("\nNo rule is enabled"),
                    HasSubstr("first to go    nobody: "), HasSubstr("last incident  none is kept\n"),
                    HasSubstr("forestalld     NOT RUNNING: ")));
  const auto json = nlohmann::json::parse(cli::as_json(s));
  EXPECT_EQ(json.at("running"), false);
  for (const char* none : {"stalled", "nearest", "next", "last_incident", "exhausted_in_usec", "cgroup"}) {
    EXPECT_TRUE(json.at(none).is_null()) << none;
  }
}

TEST(Status, IsOneScreenHoweverMuchThereIs) {
  std::vector<Rule> rules;
  for (std::size_t i = 0; i < kMaxRules; ++i) {
    rules.push_back({.name = fmt::format("rule-{}-{}", i, std::string(50, 'x')),
                     .mem_available_below = Size::of((i + 1) * 500 * kMiB)});
  }
  auto s = status(rules);
  s.cgroup = std::string(300, 'c') + "\x1b[2J";
  s.next->process.unit.assign(std::string(90, 'u'));
  s.daemons.ours = {ours(1), ours(2), ours(3)};
  const std::string text = cli::in_plain_words(s);
  const auto lines = lines_of(text);
  EXPECT_EQ(lines.size(), 24U) << text;
  for (const std::string& line : lines) EXPECT_LE(cli::columns_of(line), 80U) << line;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_THAT(text, AllOf(HasSubstr("… and 8 more\n"), HasSubstr("rule-15-"), Not(HasSubstr("rule-0-")),
                          HasSubstr("… and 1 more: forestall doctor\n")));
}

TEST(Status, CutsNoRuleIfThereIsRoomForAll) {
  const auto text_of = [](std::size_t rules) {
    return cli::in_plain_words(status(std::vector<Rule>(rules, {.name = "r", .mem_available_below = Size::of(kGiB)})));
  };
  EXPECT_EQ(lines_of(text_of(12)).size(), 23U);
  EXPECT_EQ(lines_of(text_of(13)).size(), 24U);
  EXPECT_THAT(text_of(13), Not(HasSubstr("more")));
  EXPECT_EQ(lines_of(text_of(14)).size(), 24U);
  EXPECT_THAT(text_of(14), HasSubstr("… and 2 more\n"));
}

// ---- What it is made of ---------------------------------------------------------------------------------------------

TEST(Stalled, IsThePartOfTheTimeBetween) {
  Sample before = well().sample;
  Sample now = before;
  EXPECT_FALSE(cli::stalled_between(before, now)) << "no time has passed";
  now.time += std::chrono::seconds(1);
  now.psi->some += std::chrono::milliseconds(500);
  now.psi->full += std::chrono::milliseconds(100);
  const auto stalled = cli::stalled_between(before, now);
  ASSERT_TRUE(stalled);
  EXPECT_EQ(stalled->some, Share::percent(50));
  EXPECT_EQ(stalled->full, Share::percent(10));
  now.psi->some += std::chrono::seconds(9);
  EXPECT_EQ(cli::stalled_between(before, now)->some, Share::percent(100)) << "never more than all of it";
  before.psi.reset();
  EXPECT_FALSE(cli::stalled_between(before, now));
}

// ---- The daemon -----------------------------------------------------------------------------------------------------

cli::Daemons daemons(std::vector<cli::Guard> ours) {
  return {.ours = std::move(ours), .since_boot = std::chrono::seconds(100)};
}

TEST(Daemons, SayWhatTheyMay) {
  auto guard = ours();
  guard.capabilities = kMayKill | kMayTrace;
  EXPECT_EQ(cli::in_lines(daemons({guard})).at(1), "may end anybody");
  guard.capabilities = kMayKill;
  EXPECT_EQ(cli::in_lines(daemons({guard})).at(1), "may end anybody; cannot read others' exe");
  guard.capabilities = kMayTrace;
  EXPECT_EQ(cli::in_lines(daemons({guard})).at(1), "may end only its own user's processes (no CAP_KILL)");
  EXPECT_EQ(cli::in_short(daemons({guard})), "forestalld pid 500, no CAP_KILL");
  guard.capabilities = kMayKill | kMayTrace;
  guard.dry_run = true;
  EXPECT_EQ(cli::in_lines(daemons({guard})).at(1), "ends nobody, only says so (dry run)");
  EXPECT_EQ(cli::in_short(daemons({guard})), "forestalld pid 500, dry run");
}

TEST(Daemons, OfOneCgroupCountOnlyForACgroup) {
  auto guard = ours();
  guard.one_cgroup = true;
  auto d = daemons({guard});
  EXPECT_TRUE(d.counting().empty());
  EXPECT_THAT(cli::in_lines(d).at(0), HasSubstr("NOT RUNNING"));
  EXPECT_THAT(cli::in_lines(d).at(1), HasSubstr("over one cgroup"));
  d.of_cgroup = true;
  EXPECT_EQ(d.counting().size(), 1U);
  EXPECT_THAT(cli::in_lines(d).at(0), HasSubstr("over one cgroup"));
}

TEST(Daemons, ThatMayBeHiddenAreNotSaidNotToRun) {
  auto d = daemons({});
  EXPECT_EQ(cli::in_short(d), "forestalld is NOT RUNNING");
  d.sees_everybody = false;
  EXPECT_EQ(cli::in_short(d), "forestalld is not seen");
  EXPECT_THAT(cli::in_lines(d).at(0), HasSubstr("not seen: /proc hides"));
}

TEST(Daemons, AreNotYoungerThanNothing) {
  auto guard = ours();
  guard.start_time = 1'000'000;
  guard.unit = "x\x1b[2J.service";
  EXPECT_EQ(cli::in_lines(daemons({guard})).at(0), "runs: pid 500, for 0 s, as x\\x1b[2J.service");
}

}  // namespace
}  // namespace forestall::testing
