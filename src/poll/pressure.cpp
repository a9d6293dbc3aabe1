// SPDX-License-Identifier: MIT
#include "poll/pressure.h"

#include "base/text.h"

namespace forestall {
namespace {

std::optional<Duration> parse_total(std::string_view line) {
  constexpr std::string_view key = "total=";
  for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
    if (!word.starts_with(key)) continue;
    const auto microseconds = parse_unsigned(word.substr(key.size()));
    constexpr auto longest = static_cast<std::uint64_t>(Duration::max().count()) / 1000;
    if (!microseconds || *microseconds > longest) return std::nullopt;
    return std::chrono::microseconds(*microseconds);
  }
  return std::nullopt;
}

}  // namespace

std::optional<PressureTotals> parse_pressure(std::string_view text) {
  // A whole text ends in a newline: without it the last number may be half a number.
  if (!text.ends_with('\n')) return std::nullopt;
  std::optional<Duration> some, full;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view kind = take_word(line);
    if (kind == "some") some = parse_total(line);
    if (kind == "full") full = parse_total(line);
  }
  if (!some || !full) return std::nullopt;
  return PressureTotals{*some, *full};
}

}  // namespace forestall
