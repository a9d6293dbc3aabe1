// SPDX-License-Identifier: MIT
// What `forestall top` shows and how it answers keys. Pure: a state goes in, a screen of text comes out;
// terminal_linux.h puts it in its place.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/daemons.h"
#include "cli/status.h"
#include "forestall/incident.h"
#include "forestall/rules.h"
#include "forestall/verdict.h"

namespace forestall::cli {

struct ScreenSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

/// Below this there is no room for anything but a sentence that says so.
inline constexpr ScreenSize kLeastScreen{40, 12};

/// What the sparklines remember of one look: parts, 0 to 1.
struct TrailPoint {
  double memory = 0;   ///< in use
  double swap = 0;     ///< in use
  double stalled = 0;  ///< of the time since the look before, every task stood still
};
/// More columns than any terminal has.
inline constexpr std::size_t kLongestTrail = 512;

enum class SortBy : std::uint8_t { score, memory, growth };

/// What the keys have changed.
struct TopView {
  SortBy sort = SortBy::score;
  std::string filter;   ///< as it was typed: a stranger's text
  bool typing = false;  ///< the filter
};

struct TopState {
  std::optional<std::string> cgroup;  ///< what is looked at; none: the machine
  std::vector<Rule> rules;
  Verdict verdict;
  std::optional<Stalled> stalled;
  Bytes falling = 0;                 ///< memory and swap together, bytes per second
  std::deque<TrailPoint> trail;      ///< the newest last
  std::vector<CandidateNote> order;  ///< best victim first
  Daemons daemons;
  TopView view;
};

/// The newest, of the state's own numbers.
void remember(TopState& state);

enum class Look : std::uint8_t { plain, title, quiet, warning, alarm };

struct ScreenLine {
  std::string text;
  Look look = Look::plain;
};

/// Exactly so many lines, of at most so many columns.
std::vector<ScreenLine> screen(const TopState& state, ScreenSize size);

/// As text alone.
std::string as_text(const std::vector<ScreenLine>& lines);

/// What makes a terminal show the lines in place of those it showed (ECMA-48: CUP, EL, SGR).
std::string as_frame(const std::vector<ScreenLine>& lines, bool colours);

/// The last of `parts`, one in each column, the newest at the right: U+2581 to U+2588. Blank where there is none yet.
std::string sparkline(const std::deque<TrailPoint>& trail, double TrailPoint::*part, double most, std::size_t columns);

/// What was typed, as a terminal sends it: changes the view. True if that asks to leave.
bool press(TopView& view, std::string_view keys);

}  // namespace forestall::cli
