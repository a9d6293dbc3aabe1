// SPDX-License-Identifier: MIT
// What `forestall top` draws, and how it answers keys.
#include "cli/top.h"

#include <fmt/format.h>

#include "cli/columns.h"
#include "cli/golden.h"
#include "cli/made_up_status.h"

namespace forestall::testing {
namespace {

using cli::as_frame;
using cli::as_text;
using cli::press;
using cli::screen;
using cli::ScreenSize;
using cli::SortBy;
using cli::TopView;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr ScreenSize kNarrow{40, 12};
constexpr ScreenSize kUsual{80, 24};

CandidateNote candidate(std::int32_t pid, const char* name, Bytes memory, Points growth) {
  CandidateNote c = leak();
  c.process.id.pid = pid;
  c.process.comm.assign(name);
  c.process.memory = memory;
  c.terms[1] = {"growth", growth};
  c.term_count = 2;
  c.score = c.terms[0].points + growth;
  return c;
}

/// A minute of a machine that fills up.
cli::TopState filling_top(std::vector<Rule> rules = some_rules()) {
  cli::Status status = filling(std::move(rules));
  cli::TopState s;
  s.rules = std::move(status.rules);
  s.verdict = status.verdict;
  s.stalled = status.stalled;
  s.falling = status.falling;
  s.daemons = status.daemons;
  for (int i = 0; i < 60; ++i) s.trail.push_back({i / 60.0, 0.3, i < 50 ? 0 : (i - 50) / 40.0});
  remember(s);
  s.order = {candidate(4711, "leak\x1b[2J\u202e", 3 * kGiB, 40'000), candidate(77, "Firefox", 4 * kGiB, 0),
             candidate(5, "日本語日本", kGiB, 80'000)};
  s.order[1].process.kind = Kind::family;
  s.order[1].process.processes = 12;
  s.order[1].counted = 12;
  return s;
}

std::vector<std::string> texts(const std::vector<cli::ScreenLine>& lines) {
  std::vector<std::string> all;
  for (const auto& line : lines) all.push_back(line.text);
  return all;
}

/// The pids of the ranking from top to bottom.
std::vector<int> pids(const cli::TopState& s) {
  std::vector<int> found;
  bool in_ranking = false;
  for (const std::string& line : texts(screen(s, kUsual))) {
    if (in_ranking && line.size() > 11 && line[2] >= '0' && line[2] <= '9') found.push_back(std::stoi(line.substr(3)));
    in_ranking = in_ranking || line.starts_with("  #");
  }
  return found;
}

// ---- The screen -----------------------------------------------------------------------------------------------------

TEST(Top, OnAnOrdinaryScreen) { EXPECT_EQ(as_text(screen(filling_top(), kUsual)), golden("top_80x24.txt")); }

TEST(Top, OnANarrowOne) { EXPECT_EQ(as_text(screen(filling_top(), kNarrow)), golden("top_40x12.txt")); }

TEST(Top, FillsEveryScreenAndNoMore) {
  auto s =
      filling_top(std::vector<Rule>(kMaxRules, {.name = std::string(64, 'r'), .psi_full_above = Share::percent(1)}));
  s.order.resize(kMaxRanked, candidate(1, "\u202e\x1b]0;evil\a\xff", kGiB, 1));
  s.cgroup = "/" + std::string(200, 'c') + "\x1b[2J";
  s.view.filter = std::string();
  for (const ScreenSize size :
       {ScreenSize{1, 1}, {39, 40}, {200, 11}, kNarrow, {59, 19}, {60, 20}, kUsual, {300, 100}}) {
    const auto lines = texts(screen(s, size));
    EXPECT_EQ(lines.size(), size.rows) << size.columns << "x" << size.rows;
    for (const std::string& line : lines) EXPECT_LE(cli::columns_of(line), size.columns) << line;
    EXPECT_EQ(as_text(screen(s, size)).find_first_of("\x1b\a\xff"), std::string::npos);
  }
}

TEST(Top, SaysWhereThereIsNoRoom) {
  EXPECT_THAT(as_text(screen(filling_top(), {39, 24})), HasSubstr("too small: 40×12 is needed\n"));
  EXPECT_THAT(as_text(screen(filling_top(), {80, 11})), HasSubstr("too small"));
  EXPECT_THAT(as_text(screen(filling_top(), kNarrow)), Not(HasSubstr("too small")));
}

TEST(Top, ShowsTheNearestRulesWhereThereIsNoRoomForAllInTheirOrder) {
  std::vector<Rule> rules;
  for (int i = 0; i < 9; ++i) {
    rules.push_back(
        {.name = fmt::format("rule-{}", i), .mem_available_below = Size::of(static_cast<Bytes>(i % 3 + 1) * 2 * kGiB)});
  }
  const std::string text = as_text(screen(filling_top(rules), kNarrow));
  EXPECT_THAT(text, AllOf(HasSubstr("> rule-2"), HasSubstr("\n  rule-5"), Not(HasSubstr("rule-0"))));
  EXPECT_LT(text.find("rule-2"), text.find("rule-5"));
}

TEST(Top, SaysHowManyMoreThereAre) {
  auto s = filling_top();
  s.order.resize(15, candidate(1, "x", kGiB, 0));
  EXPECT_THAT(as_text(screen(s, kUsual)), HasSubstr("… and 4 more\n"));
  s.order.resize(12);
  EXPECT_THAT(as_text(screen(s, kUsual)), Not(HasSubstr(" more\n")));
}

TEST(Top, SaysThatNoDaemonRunsAndWhoIsTooSmall) {
  auto s = filling_top({});
  s.daemons.ours.clear();
  s.order.clear();
  EXPECT_THAT(as_text(screen(s, kUsual)),
              AllOf(HasSubstr("forestalld is NOT RUNNING\n"), HasSubstr("No rule is enabled"),
                    HasSubstr("nobody: whoever may be ended is too small\n")));
}

TEST(Top, PaintsWhatHoldsAndPlainlyWithoutColours) {
  auto s = filling_top({{.name = "holds", .mem_available_below = Size::of(12 * kGiB)}});
  const auto lines = screen(s, kUsual);
  EXPECT_THAT(as_frame(lines, true), HasSubstr("\x1b[1;31m> holds"));
  EXPECT_THAT(as_frame(lines, false), AllOf(HasSubstr("\x1b[K> holds"), Not(HasSubstr("m> holds"))));
  s.rules[0].mem_available_below = Size::of(kGiB);
  EXPECT_THAT(as_frame(screen(filling_top(), kUsual), true), Not(HasSubstr("\x1b[1;31m")));
}

// ---- The past -------------------------------------------------------------------------------------------------------

TEST(Sparkline, EndsWithTheNewest) {
  const std::deque<cli::TrailPoint> trail{{0, 0, 0}, {0.5, 0, 0}, {1, 0, 0}};
  EXPECT_EQ(cli::sparkline(trail, &cli::TrailPoint::memory, 1, 5), "  ▁▅█");
  EXPECT_EQ(cli::sparkline(trail, &cli::TrailPoint::memory, 1, 2), "▅█");
  EXPECT_EQ(cli::sparkline(trail, &cli::TrailPoint::memory, 0.25, 3), "▁██");
  EXPECT_EQ(cli::sparkline(trail, &cli::TrailPoint::swap, 1, 0), "");
}

TEST(Trail, RemembersWhatIsInUseAndNotForEver) {
  cli::TopState s;
  s.verdict.headroom = {.available = 4 * kGiB, .user_total = 16 * kGiB, .swap_left = kGiB, .swap_total = 2 * kGiB};
  s.stalled = cli::Stalled{Share::percent(30), Share::percent(10)};
  for (std::size_t i = 0; i < cli::kLongestTrail + 3; ++i) remember(s);
  EXPECT_EQ(s.trail.size(), cli::kLongestTrail);
  EXPECT_DOUBLE_EQ(s.trail.back().memory, 0.75);
  EXPECT_DOUBLE_EQ(s.trail.back().swap, 0.5);
  EXPECT_DOUBLE_EQ(s.trail.back().stalled, 0.1);
  s.verdict.headroom = {};
  s.stalled.reset();
  remember(s);
  EXPECT_EQ(s.trail.back().memory + s.trail.back().swap + s.trail.back().stalled, 0);
}

// ---- Keys -----------------------------------------------------------------------------------------------------------

TEST(TopKeys, LeaveByQEscAndCtrlC) {
  for (const char* keys : {"q", "\x1b", "\x03", "sq", "/x\r\x1b"}) {
    TopView view;
    EXPECT_TRUE(press(view, keys)) << keys;
  }
  TopView view;
  EXPECT_FALSE(press(view, "x"));
  EXPECT_FALSE(press(view, ""));
}

TEST(TopKeys, ArrowsAndTheLikeAreNotTakenForEscOrLetters) {
  for (const char* keys : {"\x1b[A", "\x1b[1;5C", "\x1bOq", "\x1b[15~", "\x1bq", "\x1b["}) {
    TopView view;
    EXPECT_FALSE(press(view, keys)) << keys + 1;
    EXPECT_EQ(view.sort, SortBy::score);
  }
  TopView view;
  EXPECT_FALSE(press(view, "\x1b[As"));
  EXPECT_EQ(view.sort, SortBy::memory) << "what follows counts";
}

TEST(TopKeys, SortInTurns) {
  auto s = filling_top();
  EXPECT_EQ(pids(s), (std::vector{4711, 77, 5}));
  press(s.view, "s");
  EXPECT_EQ(pids(s), (std::vector{77, 4711, 5}));
  EXPECT_THAT(as_text(screen(s, kUsual)), HasSubstr("s sort: memory"));
  press(s.view, "s");
  EXPECT_EQ(pids(s), (std::vector{5, 4711, 77}));
  press(s.view, "s");
  EXPECT_EQ(pids(s), (std::vector{4711, 77, 5}));
}

TEST(TopKeys, FilterByNameUnitAndPid) {
  auto s = filling_top();
  press(s.view, "/fire");
  EXPECT_TRUE(s.view.typing);
  EXPECT_EQ(pids(s), (std::vector{77})) << "while it is typed, whatever the case";
  EXPECT_THAT(as_text(screen(s, kUsual)), HasSubstr("filter: fire_"));
  press(s.view, "\r");
  EXPECT_FALSE(s.view.typing);
  EXPECT_EQ(pids(s), (std::vector{77}));
  EXPECT_THAT(as_text(screen(s, kUsual)), HasSubstr("/ filter \"fire\""));
  s.view.filter = "app-leak";
  EXPECT_EQ(pids(s).size(), 3U);
  s.view.filter = "471";
  EXPECT_EQ(pids(s), (std::vector{4711}));
  s.view.filter = "none such";
  EXPECT_THAT(as_text(screen(s, kUsual)), HasSubstr("nobody of that name\n"));
}

TEST(TopKeys, WhileAFilterIsTypedLettersAreLetters) {
  TopView view;
  EXPECT_FALSE(press(view, "/qs/"));
  EXPECT_EQ(view.filter, "qs/");
  EXPECT_EQ(view.sort, SortBy::score);
  EXPECT_FALSE(press(view, "\x7f"));
  EXPECT_EQ(view.filter, "qs");
  EXPECT_FALSE(press(view, "ä\x7f\x7f"));
  EXPECT_EQ(view.filter, "q") << "a character at a time";
  EXPECT_FALSE(press(view, "\x7f\x7f\x7f"));
  EXPECT_EQ(view.filter, "");
  EXPECT_TRUE(press(view, "\x03"));
}

TEST(TopKeys, EscClearsTheFilterAndStays) {
  TopView view;
  EXPECT_FALSE(press(view, "/abc"));
  EXPECT_FALSE(press(view, "\x1b"));
  EXPECT_FALSE(view.typing);
  EXPECT_EQ(view.filter, "");
}

TEST(TopKeys, AFilterIsBoundedAndHarmless) {
  auto s = filling_top();
  press(s.view, "/" + std::string(500, 'x') + "\xff\x01");
  EXPECT_EQ(s.view.filter, std::string(64, 'x'));
  s.view.filter = "\xff";
  EXPECT_THAT(as_text(screen(s, kUsual)), HasSubstr("filter: \\xff_"));
}

}  // namespace
}  // namespace forestall::testing
