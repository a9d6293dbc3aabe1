// SPDX-License-Identifier: MIT
#include "base/text.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>
#include <vector>

namespace forestall {
namespace {

constexpr std::string_view kBlanks = " \t";

template <typename T>
std::optional<T> parse_whole(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;  // 0: not UTF-8
};

/// Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing past U+10FFFF.
CodePoint decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  std::uint32_t value = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < smallest[length] || value > 0x10FFFF || surrogate) return {};
  return {value, length};
}

bool turns_writing_around(std::uint32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
}

bool is_control(std::uint32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029; }

std::string made_safe(std::string_view text, std::size_t longest, bool double_backslashes) {
  std::string safe;
  safe.reserve(std::min(text.size(), longest) + 8);
  const bool cut = text.size() > longest;
  std::string_view rest = text.substr(0, longest);
  while (!rest.empty()) {
    const CodePoint c = decode_utf8(rest);
    if (c.length == 0) {
      fmt::format_to(std::back_inserter(safe), "\\x{:02x}", static_cast<unsigned char>(rest[0]));
    } else if (c.value == '\\' && double_backslashes) {
      safe += "\\\\";
    } else if (c.value < 0x80 && is_control(c.value)) {
      fmt::format_to(std::back_inserter(safe), "\\x{:02x}", c.value);
    } else if (is_control(c.value) || turns_writing_around(c.value)) {
      fmt::format_to(std::back_inserter(safe), "\\u{{{:04x}}}", c.value);
    } else {
      safe += rest.substr(0, c.length);
    }
    rest.remove_prefix(std::max<std::size_t>(c.length, 1));
  }
  if (cut) safe += "…";
  return safe;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, substituted});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::uint64_t> parse_unsigned(std::string_view text) { return parse_whole<std::uint64_t>(text); }

std::optional<std::int64_t> parse_signed(std::string_view text) { return parse_whole<std::int64_t>(text); }

std::optional<std::uint64_t> parse_kib(std::string_view text) {
  const auto number = parse_unsigned(take_word(text));
  if (!number || trimmed(text) != "kB" || *number > UINT64_MAX / 1024) return std::nullopt;
  return *number * 1024;
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

/// Character by character: most of a look is spent here, and find_first_of() calls memchr() for each.
std::string_view take_word(std::string_view& rest) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  std::size_t begin = 0;
  while (begin < rest.size() && is_blank(rest[begin])) ++begin;
  std::size_t end = begin;
  while (end < rest.size() && !is_blank(rest[end])) ++end;
  const std::string_view word = rest.substr(begin, end - begin);
  rest.remove_prefix(end);
  return word;
}

std::string_view line_of(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (take_word(line) == key) return line;
  }
  return {};
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string escaped(std::string_view text, std::size_t longest) { return made_safe(text, longest, true); }

std::string disarmed(std::string_view text, std::size_t longest) { return made_safe(text, longest, false); }

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known) {
  std::optional<std::string_view> best;
  std::size_t least = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string_view candidate : known) {
    const std::size_t d = distance(word, candidate);
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

}  // namespace forestall
