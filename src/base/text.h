// SPDX-License-Identifier: MIT
// Reading text that may be hostile, and showing it without harm.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace forestall {

/// The whole of `text` as a decimal number without sign; none if there is anything else in it, or past 2^64.
std::optional<std::uint64_t> parse_unsigned(std::string_view text);

/// The whole of `text` as a decimal number, a minus sign allowed.
std::optional<std::int64_t> parse_signed(std::string_view text);

/// "  123456 kB" in bytes, as meminfo and status write it. None without that unit: a count is not an amount.
std::optional<std::uint64_t> parse_kib(std::string_view text);

/// Cuts the first line off `rest`, without its newline. The last line may lack one.
std::string_view take_line(std::string_view& rest);

/// What follows the word `key` on the first line of `text` that begins with it; empty if none does.
std::string_view line_of(std::string_view text, std::string_view key);

/// Cuts the first word off `rest`: what stands between blanks and tabs. Empty at the end.
std::string_view take_word(std::string_view& rest);

/// `text` without blanks and tabs at either end.
std::string_view trimmed(std::string_view text);

/// `text` made safe for a terminal or a log: control characters, bytes that are not UTF-8, and the marks that turn
/// the direction of writing (U+202A..E, U+2066..9, U+200E/F) become \xNN or \u{NNNN}; a backslash is doubled.
/// At most `longest` bytes of `text` are shown; "…" follows where it was cut.
std::string escaped(std::string_view text, std::size_t longest = 256);

/// The same for text that was escaped() when it was written, and may have been tampered with since: what is harmless
/// stays as it is, backslashes as well.
std::string disarmed(std::string_view text, std::size_t longest = 256);

/// "a", "a and b", "a, b and c".
template <typename Words>
std::string enumeration(const Words& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

/// The one of `known` that is most like `word`, if it is likely to be what was meant: at most a third of its
/// letters differ (Levenshtein distance).
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace forestall
