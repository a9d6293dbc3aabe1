// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <span>

#include "base/quantity.h"
#include "base/text.h"
#include "cli/bars.h"
#include "cli/columns.h"
#include "cli/nearness.h"
#include "cli/top.h"
#include "report/words.h"

namespace forestall::cli {
namespace {

using Lines = std::vector<ScreenLine>;

/// Where a screen is called narrow, its columns give up what can be done without.
constexpr std::size_t kNarrow = 60;
/// From so many rows on there is room for empty ones.
constexpr std::size_t kRoomy = 20;
/// The part of the time stalled that fills its sparkline: past the limits of all built-in rules.
constexpr double kMostStalled = 0.25;
/// A rule is near from here on.
constexpr double kNear = 0.8;

// ---- What is left ---------------------------------------------------------------------------------------------------

double part_in_use(Bytes left, Bytes all) {
  return all == 0 ? 0 : 1 - static_cast<double>(std::min(left, all)) / static_cast<double>(all);
}

/// Beside the words is the past.
ScreenLine measured(std::string_view title, std::string_view words, const TopState& s, double TrailPoint::*part,
                    double most, std::size_t columns) {
  const std::size_t for_words = columns < kNarrow ? 20 : 30;
  const std::string text = fmt::format("{:<8} {} ", title, fitted(words, for_words));
  return {text + sparkline(s.trail, part, most, columns - std::min(columns, columns_of(text)))};
}

Lines what_is_left(const TopState& s, std::size_t columns) {
  const Headroom& h = s.verdict.headroom;
  const std::string memory = fmt::format("{} of {} available", human(h.available), human(h.user_total));
  const std::string swap =
      h.swap_total == 0 ? "none" : fmt::format("{} of {} left", human(h.swap_left), human(h.swap_total));
  const std::string stalled =
      s.stalled ? fmt::format("all {}, some {}", human(s.stalled->full), human(s.stalled->some)) : "not known: no PSI";
  return {measured("memory", memory, s, &TrailPoint::memory, 1, columns),
          measured("swap", swap, s, &TrailPoint::swap, 1, columns),
          measured("stalled", stalled, s, &TrailPoint::stalled, kMostStalled, columns),
          {fmt::format("{:<8} {}", "together", fall_in_words(s.falling, s.verdict.exhausted_in))}};
}

// ---- The rules ------------------------------------------------------------------------------------------------------

/// The nearest of them, in their own order, so that none jumps about.
std::vector<Nearness> shown_rules(const TopState& s, std::size_t room) {
  std::vector<Nearness> all = nearness_of(s.rules, s.verdict);
  if (all.size() <= room) return all;
  std::ranges::stable_sort(all, std::greater(), &Nearness::part);
  all.resize(room);
  std::ranges::sort(all, {}, &Nearness::rule);
  return all;
}

Lines rules_in_lines(const TopState& s, std::size_t room, std::size_t columns) {
  const std::vector<Nearness> shown = shown_rules(s, room);
  if (shown.empty()) return {{"No rule is enabled: forestall never acts", Look::warning}};
  const std::size_t name = columns < kNarrow ? 13 : 14;
  const std::size_t bar = columns < kNarrow ? 6 : 12;
  const Nearness* first = nearest(shown);
  Lines lines;
  for (const Nearness& n : shown) {
    const Rule& rule = s.rules[n.rule];
    lines.push_back(
        {fmt::format("{} {} {} {:>3.0f} %  {}", &n == first ? '>' : ' ', fitted(rule.name, name),
                     nearness_bar(n.part, bar), std::floor(n.part * 100), distance_in_words(n, rule, s.verdict)),
         n.part >= 1       ? Look::alarm
         : n.part >= kNear ? Look::warning
                           : Look::plain});
  }
  return lines;
}

// ---- The ranking ----------------------------------------------------------------------------------------------------

struct Row {
  std::size_t place = 0;
  const CandidateNote* candidate = nullptr;
};

bool contains(std::string_view text, std::string_view part) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const auto same = [&](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end() || part.empty();
}

bool matches(const ProcessNote& p, std::string_view filter) {
  return contains(p.comm.view(), filter) || contains(p.unit.view(), filter) ||
         contains(std::to_string(p.id.pid), filter);
}

Points growth_of(const CandidateNote& c) {
  const auto terms = std::span(c.terms).first(c.term_count);
  const auto found = std::ranges::find(terms, "growth", &Term::name);
  return found == terms.end() ? 0 : found->points;
}

std::vector<Row> rows_of(const TopState& s) {
  std::vector<Row> rows;
  for (const CandidateNote& c : s.order) {
    const auto place = static_cast<std::size_t>(&c - s.order.data()) + 1;
    if (matches(c.process, s.view.filter)) rows.push_back({place, &c});
  }
  const auto memory = [](const Row& r) { return r.candidate->process.memory; };
  const auto growth = [](const Row& r) { return growth_of(*r.candidate); };
  if (s.view.sort == SortBy::memory) std::ranges::stable_sort(rows, std::greater(), memory);
  if (s.view.sort == SortBy::growth) std::ranges::stable_sort(rows, std::greater(), growth);
  return rows;
}

std::string row_in_words(const Row& row, std::size_t name) {
  const CandidateNote& c = *row.candidate;
  const std::string company = company_in_words(c);
  return fmt::format("{:>3} {:>7} {} {:>7} {:>9}  {}{}", row.place, c.process.id.pid,
                     fitted(escaped(c.process.comm.view()), name), per_mille(c.score), human(c.process.memory),
                     terms_in_words(std::span(c.terms).first(c.term_count)), company.empty() ? "" : "; " + company);
}

Lines ranking_in_lines(const TopState& s, std::size_t room, std::size_t columns) {
  const std::size_t name = columns < kNarrow ? 8 : 15;
  Lines lines{{fmt::format("{:>3} {:>7} {} {:>7} {:>9}  {}", "#", "pid", fitted("name", name), "score", "memory",
                           "terms, ‰ of RAM + swap"),
               Look::title}};
  const std::vector<Row> rows = rows_of(s);
  if (rows.empty())
    lines.push_back({s.order.empty() ? "nobody: whoever may be ended is too small" : "nobody of that name"});
  const std::size_t shown = rows.size() <= room ? rows.size() : room - 1;
  for (const Row& row : std::span(rows).first(shown)) lines.push_back({row_in_words(row, name)});
  if (shown < rows.size()) lines.push_back({fmt::format("    … and {} more", rows.size() - shown), Look::quiet});
  return lines;
}

// ---- All of it ------------------------------------------------------------------------------------------------------

ScreenLine heading(const TopState& s) {
  const std::string of = s.cgroup ? fmt::format(" of {}", escaped(*s.cgroup)) : "";
  return {fmt::format("forestall top{} — {}", of, in_short(s.daemons)),
          s.daemons.counting().empty() ? Look::warning : Look::title};
}

std::string_view name_of(SortBy sort) {
  return sort == SortBy::score ? "score" : sort == SortBy::memory ? "memory" : "growth";
}

ScreenLine keys(const TopView& view) {
  if (view.typing) return {fmt::format("filter: {}_  (Enter keeps it, Esc clears it)", escaped(view.filter))};
  const std::string filter = view.filter.empty() ? "" : fmt::format(" \"{}\"", escaped(view.filter));
  return {fmt::format("q quit  s sort: {}  / filter{}", name_of(view.sort), filter), Look::quiet};
}

std::string_view sgr(Look look) {
  switch (look) {
    case Look::title: return "\x1b[1m";
    case Look::quiet: return "\x1b[2m";
    case Look::warning: return "\x1b[33m";
    case Look::alarm: return "\x1b[1;31m";
    case Look::plain: break;
  }
  return "";
}

}  // namespace

void remember(TopState& s) {
  const Headroom& h = s.verdict.headroom;
  const double stalled = s.stalled ? static_cast<double>(s.stalled->full.ppm) / 1e6 : 0;
  s.trail.push_back({part_in_use(h.available, h.user_total), part_in_use(h.swap_left, h.swap_total), stalled});
  if (s.trail.size() > kLongestTrail) s.trail.pop_front();
}

std::string sparkline(const std::deque<TrailPoint>& trail, double TrailPoint::*part, double most, std::size_t columns) {
  constexpr std::array<std::string_view, 8> levels{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const std::size_t shown = std::min(columns, trail.size());
  std::string text(columns - shown, ' ');
  for (std::size_t i = trail.size() - shown; i < trail.size(); ++i) {
    const double level = std::clamp(trail[i].*part / most, 0.0, 1.0) * static_cast<double>(levels.size());
    text += levels[std::min(static_cast<std::size_t>(level), levels.size() - 1)];
  }
  return text;
}

std::vector<ScreenLine> screen(const TopState& s, ScreenSize size) {
  if (size.columns < kLeastScreen.columns || size.rows < kLeastScreen.rows) {
    Lines lines(std::max<std::size_t>(size.rows, 1));
    lines.front().text =
        cut(fmt::format("too small: {}×{} is needed", kLeastScreen.columns, kLeastScreen.rows), size.columns);
    return lines;
  }
  Lines lines{heading(s)};
  const auto add = [&](Lines more) { std::ranges::move(more, std::back_inserter(lines)); };
  add(what_is_left(s, size.columns));
  const std::size_t empty = size.rows >= kRoomy ? 1 : 0;
  const std::size_t others = lines.size() + 2 * empty + 2;  // the heading of the ranking, and the keys
  const std::size_t room = size.rows - others;
  const Lines rules = rules_in_lines(s, room / 2, size.columns);
  lines.resize(lines.size() + empty);
  add(rules);
  lines.resize(lines.size() + empty);
  add(ranking_in_lines(s, room - rules.size(), size.columns));
  lines.resize(size.rows - 1);
  lines.push_back(keys(s.view));
  for (ScreenLine& line : lines) line.text = cut(line.text, size.columns);
  return lines;
}

std::string as_text(const std::vector<ScreenLine>& lines) {
  std::string text;
  for (const ScreenLine& line : lines) text += line.text + "\n";
  return text;
}

std::string as_frame(const std::vector<ScreenLine>& lines, bool colours) {
  std::string frame;
  for (std::size_t row = 0; row < lines.size(); ++row) {
    const std::string_view look = colours ? sgr(lines[row].look) : "";
    frame += fmt::format("\x1b[{};1H\x1b[K{}{}{}", row + 1, look, lines[row].text, look.empty() ? "" : "\x1b[0m");
  }
  return frame;
}

}  // namespace forestall::cli
