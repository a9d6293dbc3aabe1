// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"
#include "cli/replayed.h"
#include "evaluate/headroom.h"
#include "replay/trace.h"
#include "report/chart.h"
#include "report/words.h"

namespace forestall::cli {
namespace {

constexpr std::size_t kLongestMessage = 2000;
/// Signals that were sent, as marks of a picture: more would hide it.
constexpr std::size_t kMostMarks = 5;

char sign_of(std::size_t trial) { return static_cast<char>('A' + trial); }

bool is_signal(std::string_view event) {
  return event == name_of(Event::victim_terminated) || event == name_of(Event::victim_killed);
}

bool is_help(const Happened& h) { return is_signal(h.event) || h.event == name_of(Event::kernel_killed); }

std::string of_the_file(const Comparison& c) {
  const Trace& trace = c.recording.trace;
  const Sample& first = trace.samples.front();
  const Duration length = trace.samples.back().time - first.time;
  const Bytes swap = first.memory.swap_total;
  std::string text =
      fmt::format("{}: {} of a machine with {} of RAM and {}, {} looks at it.\n", escaped(c.file), in_seconds(length),
                  human(first.memory.mem_total), swap > 0 ? human(swap) + " of swap" : "no swap", trace.samples.size());
  for (const std::string& comment : trace.comments) text += fmt::format("  {}\n", harmless(comment));
  if (trace.cut) text += "The recording was cut: what followed is not in it.\n";
  return text;
}

std::string least(const Replayed::Worst& worst) {
  return fmt::format("{}, after {}", in_words(worst.left), in_seconds(worst.at));
}

std::string what_would(const Replayed& r, const Recording& recording) {
  std::string text;
  for (const Replayed::Told& t : r.told) text += fmt::format("  {:>10}  {}\n", in_seconds(t.at), t.sentence);
  if (r.told.empty()) text += "  nothing: no rule would have asked for anything.\n";
  if (r.acted) {
    text += "  The replay ends there: what would have come after its first signal, no recording can tell.\n";
  } else if (!r.told.empty()) {
    text += "  Nobody would have got a signal.\n";
  }
  if (decides_as_it_did(r, recording).value_or(false)) {
    text += "  That is what did happen: the same moment, the same victim, the same numbers.\n";
  }
  return text + fmt::format("  The least that was left until then: {}.\n", least(r.worst));
}

std::string what_did(const Comparison& c) {
  const Trace& trace = c.recording.trace;
  std::string text = "This did happen:\n";
  for (const Happened& h : c.recording.happened) {
    text += fmt::format("  {:>10}  {}\n", in_seconds(h.at), harmless(h.message));
  }
  text += fmt::format("  The least that was left in all: {}.\n", least(worst_of(trace)));
  if (!trace.expectation) return text;
  text += fmt::format("  The recording expects \"{}\":", format(*trace.expectation));
  for (std::size_t i = 0; i < c.trials.size(); ++i) {
    const std::string by = c.trials.size() > 1 ? fmt::format(" by {}", sign_of(i)) : "";
    text += fmt::format("{} {}{}", i > 0 ? "," : "", *meets(trace, c.trials[i].replayed) ? "met" : "not met", by);
  }
  return text + ".\n";
}

/// Who would have acted later than somebody did sees a machine that had been helped.
std::string warn_of_help(const Comparison& c) {
  const auto help = first_help(c.recording);
  if (!help) return "";
  const auto too_late = [&](const Trial& t) { return !t.replayed.acted || t.replayed.acted->at > *help; };
  if (std::ranges::none_of(c.trials, too_late)) return "";
  return fmt::format(
      "The machine was helped after {}: what would have been later without that, this recording cannot tell.\n",
      in_seconds(*help));
}

std::string victim_of(const Replayed::Acted& acted) {
  std::string text = fmt::format("{} (pid {})", escaped(acted.comm), acted.victims.front().pid);
  if (acted.victims.size() > 1) text += fmt::format(" and {} more", acted.victims.size() - 1);
  return text;
}

/// What a row of the table says of one trial.
std::vector<std::string> column_of(const Trial& trial, std::size_t index) {
  const auto& acted = trial.replayed.acted;
  return {std::string(1, sign_of(index)),
          escaped(trial.configuration),
          acted ? in_seconds(acted->at) : "never",
          acted ? escaped(acted->rule) : "none",
          acted ? acted->action == Action::kill ? "SIGKILL" : "SIGTERM" : "none",
          acted ? victim_of(*acted) : "nobody",
          acted ? human(acted->left.left()) : "-",
          human(trial.replayed.worst.left.left())};
}

std::string table_of(const std::vector<Trial>& trials) {
  std::vector<std::vector<std::string>> columns = {
      {"", "configuration", "moment", "rule", "signal", "victim", "left then", "least until then"}};
  for (std::size_t i = 0; i < trials.size(); ++i) columns.push_back(column_of(trials[i], i));
  std::string text;
  for (std::size_t row = 0; row < columns.front().size(); ++row) {
    std::string line;
    for (const auto& column : columns) {
      const std::string& widest = *std::ranges::max_element(column, {}, &std::string::size);
      line += fmt::format("{:<{}}  ", column[row], widest.size());
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += "  " + line + "\n";
  }
  return text;
}

std::string picture_of(const Comparison& c) {
  std::vector<ChartPoint> points;
  for (const Sample& s : c.recording.trace.samples) points.push_back({s.time - Instant{}, headroom(s).left()});
  std::vector<ChartMark> marks;
  for (std::size_t i = 0; i < c.trials.size(); ++i) {
    const auto& acted = c.trials[i].replayed.acted;
    if (acted) marks.push_back({acted->at, sign_of(i), fmt::format("{} would be ended", victim_of(*acted))});
  }
  for (const Happened& h : c.recording.happened) {
    if (is_help(h) && marks.size() < c.trials.size() + kMostMarks) {
      marks.push_back({h.at, '!', fmt::format("{} did happen", h.event)});
    }
  }
  return "Memory and swap left:\n" + chart(points, {}, marks);
}

}  // namespace

std::string harmless(std::string_view text) { return disarmed(text.substr(0, kLongestMessage), kLongestMessage); }

std::optional<bool> decides_as_it_did(const Replayed& r, const Recording& recording) {
  const auto did = std::ranges::find_if(recording.happened, [](const Happened& h) { return is_signal(h.event); });
  if (did == recording.happened.end()) return std::nullopt;
  const auto would = std::ranges::find_if(r.told, [](const Replayed::Told& t) { return is_signal(name_of(t.event)); });
  // What a dry run told may have been recorded, too.
  return would != r.told.end() && recording.began == std::chrono::floor<std::chrono::milliseconds>(would->begun) &&
         name_of(would->event) == did->event && (would->in_earnest == did->message || would->sentence == did->message);
}

std::optional<Duration> first_help(const Recording& recording) {
  const auto found = std::ranges::find_if(recording.happened, is_help);
  if (found == recording.happened.end()) return std::nullopt;
  return found->at;
}

std::string in_plain_words(const Comparison& c) {
  std::string text = of_the_file(c) + "\n";
  const bool compared = c.trials.size() > 1;
  if (compared) text += table_of(c.trials) + "\n";
  for (std::size_t i = 0; i < c.trials.size(); ++i) {
    text += fmt::format("With the configuration {} this would have happened{}:\n", escaped(c.trials[i].configuration),
                        compared ? fmt::format(" ({})", sign_of(i)) : "");
    text += what_would(c.trials[i].replayed, c.recording) + "\n";
  }
  return text + what_did(c) + warn_of_help(c) + "\n" + picture_of(c);
}

}  // namespace forestall::cli
