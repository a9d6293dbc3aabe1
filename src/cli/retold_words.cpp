// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/quantity.h"
#include "cli/bars.h"
#include "cli/retold.h"
#include "report/chart.h"

namespace forestall::cli {
namespace {

constexpr std::size_t kWidth = 100;

/// In lines of at most so many columns, those after the first indented. Counts bytes: close enough for sentences.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string all;
  std::size_t column = indent;
  for (bool first = true; !text.empty(); first = false) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (!first && column + 1 + word.size() > width) {
      all += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!first) {
      all += ' ';
      ++column;
    }
    all += word;
    column += word.size();
  }
  return all;
}

std::string turns_in_words(const std::vector<Turn>& turns) {
  std::string text = "\nWhat happened\n";
  for (const Turn& turn : turns) {
    // The sign of what was before is one column wide and three bytes long.
    const std::string at = offset(turn.at);
    const std::size_t columns = at.size() - (at.starts_with("−") ? 2 : 0);
    text += fmt::format("{}{}  {:<10}  {}\n", std::string(10 - std::min<std::size_t>(columns, 10), ' '), at, turn.name,
                        wrapped(turn.message, 24, kWidth));
  }
  return text;
}

std::string process_in_words(const StoryProcess& p) {
  const std::string unit = p.unit.empty() ? "" : "  " + unit_of(p);
  return fmt::format("{:>7}  {:>6}  {:<15.15}  {:>9}", p.pid, p.uid, p.comm, human(p.bytes)) + unit;
}

std::string candidate_in_words(const StoryProcess& p, std::size_t place, double most) {
  std::vector<BarPart> parts;
  std::string terms;
  for (const StoryProcess::Term& term : p.terms) {
    parts.push_back({term.name, term.points});
    if (term.points != 0) terms += fmt::format("{}{} {:+.1f}", terms.empty() ? "" : ", ", term.name, term.points);
  }
  const std::string company = p.processes > 1 ? fmt::format("  ({} of {} processes)", p.kind, p.processes) : "";
  const std::string unit = p.unit.empty() ? "" : "  " + unit_of(p);
  return fmt::format("{:>3}  {:>7}  {:>6}  {:<15.15}  {:>9}  {:>+8.1f}  {}  {}{}{}\n", place + 1, p.pid, p.uid, p.comm,
                     human(p.bytes), p.score, bar(parts, p.score, most), terms, unit, company);
}

std::string choice_in_words(const StoryEvent& choice) {
  std::string text = "\nWho could have gone, score in ‰ of RAM + swap\n";
  if (choice.candidates.empty()) text += "     nobody\n";
  for (std::size_t i = 0; i < choice.candidates.size(); ++i) {
    text += candidate_in_words(choice.candidates[i], i, choice.candidates.front().score);
  }
  if (!choice.candidates.empty()) text += fmt::format("     {}\n", kLegend);
  if (choice.spared.empty()) return text;
  text += "\nWho was spared, although large enough\n";
  for (const StoryProcess& p : choice.spared) text += fmt::format("     {}  it {}\n", process_in_words(p), p.why);
  return text;
}

/// One column for each mark: 1 to 9, then letters.
char sign_of(std::size_t turn) { return turn < 9 ? static_cast<char>('1' + turn) : static_cast<char>('a' + turn - 9); }

std::string picture_in_words(const Retold& r) {
  if (r.moments.empty()) return "";
  std::vector<ChartPoint> points;
  for (const Moment& m : r.moments) points.push_back({m.at, m.available + m.swap_left});
  std::vector<ChartLimit> limits;
  const bool has_swap = std::ranges::any_of(r.moments, [](const Moment& m) { return m.swap_left > 0; });
  const auto limit = r.story.limits.find("mem_available_below");
  if (!has_swap && limit != r.story.limits.end()) limits.push_back({limit->second, "limit of the rule"});
  std::vector<ChartMark> marks;
  for (std::size_t i = 0; i < std::min<std::size_t>(r.turns.size(), 26); ++i) {
    marks.push_back({r.turns[i].at, sign_of(i), r.turns[i].name});
  }
  return fmt::format("\n{}\n{}", has_swap ? "Memory and swap that were left" : "Memory that was left",
                     chart(points, limits, marks));
}

}  // namespace

std::string in_plain_words(const Retold& r) {
  std::string text =
      fmt::format("incident {}, {}, forestalld {}\n", r.story.id, in_utc(r.story.began), r.story.forestalld);
  text += turns_in_words(r.turns);
  text += picture_in_words(r);
  if (const StoryEvent* choice = r.choice()) text += choice_in_words(*choice);
  if (!r.afterthoughts.empty()) text += "\nAfterthoughts\n";
  for (const std::string& thought : r.afterthoughts) text += fmt::format("     {}\n", wrapped(thought, 5, kWidth));
  return text;
}

}  // namespace forestall::cli
