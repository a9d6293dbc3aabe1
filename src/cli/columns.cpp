// SPDX-License-Identifier: MIT
#include "cli/columns.h"

#include <algorithm>
#include <array>

namespace forestall::cli {
namespace {

/// One character off the front of `text`: how many columns it may take.
std::size_t take_character(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t length = 1;
  while (length < text.size() && (byte(length) & 0xC0U) == 0x80U) ++length;
  char32_t code = length == 1 ? byte(0) : byte(0) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) code = code << 6U | (byte(i) & 0x3FU);
  text.remove_prefix(length);
  struct Range {
    char32_t first, last;
  };
  constexpr std::array<Range, 9> wide{{{0x1100, 0x115F},
                                       {0x2E80, 0x303E},
                                       {0x3041, 0xA4CF},
                                       {0xA960, 0xA97F},
                                       {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},
                                       {0xFE30, 0xFE6F},
                                       {0xFF00, 0xFFE6},
                                       {0x1F000, 0x3FFFD}}};
  const bool is_wide = std::ranges::any_of(wide, [&](Range r) { return code >= r.first && code <= r.last; });
  return is_wide ? 2 : 1;
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) columns += take_character(text);
  return columns;
}

std::string cut(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::string_view rest = text;
  std::size_t used = 0;
  while (true) {
    std::string_view next = rest;
    used += take_character(next);
    if (used > columns - 1) break;
    rest = next;
  }
  return std::string(text.substr(0, text.size() - rest.size())) + "…";
}

std::string fitted(std::string_view text, std::size_t columns) {
  std::string result = cut(text, columns);
  return result.append(columns - columns_of(result), ' ');
}

}  // namespace forestall::cli
