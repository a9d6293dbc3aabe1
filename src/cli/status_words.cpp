// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/quantity.h"
#include "base/text.h"
#include "cli/columns.h"
#include "cli/retold.h"
#include "cli/status.h"
#include "cli/summary.h"
#include "report/words.h"

namespace forestall::cli {
namespace {

constexpr std::size_t kLines = 24;
constexpr std::size_t kColumns = 80;
constexpr std::size_t kBar = 12;
constexpr std::size_t kName = 14;

using Lines = std::vector<std::string>;
using Tenths = std::chrono::duration<std::int64_t, std::deci>;

std::string titled(std::string_view title, std::string_view text) { return fmt::format("{:<15}{}", title, text); }

std::string swap_in_words(const Headroom& h) {
  return h.swap_total == 0 ? "none" : fmt::format("{} of {} left", human(h.swap_left), human(h.swap_total));
}

std::string stalled_in_words(const Status& s) {
  if (!s.stalled) return "not known: no PSI";
  return fmt::format("all tasks {}, some task {} of the last {}", human(s.stalled->full), human(s.stalled->some),
                     human(std::chrono::duration_cast<Duration>(std::chrono::round<Tenths>(s.looked))));
}

Lines what_is_left(const Status& s) {
  const Headroom& h = s.verdict.headroom;
  Lines lines;
  if (s.cgroup) lines.push_back(titled("cgroup", escaped(*s.cgroup)));
  lines.push_back(titled("memory", fmt::format("{} of {} available", human(h.available), human(h.user_total))));
  lines.push_back(titled("swap", swap_in_words(h)));
  lines.push_back(titled("stalled", stalled_in_words(s)));
  lines.push_back(titled("what is left", fall_in_words(s.falling, s.verdict.exhausted_in)));
  return lines;
}

std::string next_in_words(const Status& s) {
  if (!s.next) return "nobody: whoever may be ended is too small";
  return fmt::format("{}, {}", in_words(s.next->process), human(s.next->process.memory));
}

std::string last_in_words(const LastIncident& last) {
  if (!last.story) return last.why_not;
  const Story& story = *last.story;
  const StoryEvent& e = main_event(story);
  const auto freed = e.number("FREED_BYTES");
  return fmt::format("{}, {}: {}{}", in_utc(story.began), victim_of(e), what_was_done(story),
                     freed ? fmt::format(", {} back", human(*freed)) : "");
}

Lines who_acts(const Status& s) {
  Lines lines{titled("first to go", next_in_words(s)), titled("last incident", last_in_words(s.last))};
  std::string_view title = "forestalld";
  for (const std::string& line : in_lines(s.daemons)) {
    lines.push_back(titled(title, line));
    title = "";
  }
  return lines;
}

/// As many as there is room for, the nearest first.
Lines rules_in_lines(const Status& s, std::size_t room) {
  if (s.nearness.empty()) return {"No rule is enabled: forestall never acts"};
  std::vector<Nearness> all = s.nearness;
  std::ranges::stable_sort(all, std::greater(), &Nearness::part);
  Lines lines{"Rules, the nearest first"};
  const std::size_t shown = all.size() + 1 <= room ? all.size() : room - 2;
  for (const Nearness& n : std::span(all).first(shown)) {
    const Rule& rule = s.rules[n.rule];
    lines.push_back(fmt::format("  {} {} {:>3.0f} %  {}", fitted(rule.name, kName), nearness_bar(n.part, kBar),
                                std::floor(n.part * 100), distance_in_words(n, rule, s.verdict)));
  }
  if (shown < all.size()) lines.push_back(fmt::format("  … and {} more", all.size() - shown));
  return lines;
}

}  // namespace

std::string fall_in_words(Bytes falling, std::optional<Duration> exhausted_in) {
  if (falling == 0) return "does not fall";
  return fmt::format("falls by {}/s{}", human(falling),
                     exhausted_in ? fmt::format(": nothing would be left in {}", human(*exhausted_in)) : "");
}

std::string in_plain_words(const Status& s) {
  const Lines left = what_is_left(s);
  const Lines acts = who_acts(s);
  std::string text;
  const auto add = [&](const Lines& lines) {
    for (const std::string& line : lines) text += cut(line, kColumns) + "\n";
  };
  add(left);
  text += "\n";
  add(rules_in_lines(s, kLines - left.size() - acts.size() - 2));
  text += "\n";
  add(acts);
  return text;
}

}  // namespace forestall::cli
