// SPDX-License-Identifier: MIT
#include "config/nesting.h"

#include <algorithm>

namespace forestall::config {
namespace {

/// How many bytes the string at the beginning of `text` takes, its quotes included.
std::size_t string_length(std::string_view text) {
  const char quote = text.front();
  const bool has_escapes = quote == '"';
  const std::string_view triple = has_escapes ? R"(""")" : "'''";
  const bool spans_lines = text.starts_with(triple);
  const std::string_view end = spans_lines ? triple : text.substr(0, 1);
  for (std::size_t i = end.size(); i < text.size(); ++i) {
    if (has_escapes && text[i] == '\\') {
      ++i;
    } else if (text.substr(i).starts_with(end)) {
      // Up to two quotes may stand right before the closing three.
      while (spans_lines && text.substr(i + 1).starts_with(end)) ++i;
      return i + end.size();
    } else if (text[i] == '\n' && !spans_lines) {
      return i;
    }
  }
  return text.size();
}

Place place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::string_view line = before.substr(before.rfind('\n') + 1);  // npos + 1 == 0
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return {static_cast<unsigned>(std::count(before.begin(), before.end(), '\n') + 1),
          static_cast<unsigned>(std::count_if(line.begin(), line.end(), is_start) + 1)};
}

}  // namespace

std::optional<Place> nested_too_deep(std::string_view text) {
  int brackets = 0;
  int dots = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '"':
      case '\'': i += string_length(text.substr(i)) - 1; break;
      case '#': i = std::min(text.find('\n', i), text.size()) - 1; break;
      case '[':
      case '{':
        ++brackets;
        dots = 0;
        break;
      case ']':
      case '}':
        brackets = std::max(brackets - 1, 0);
        dots = 0;
        break;
      case '.': ++dots; break;
      case '\n':
      case ',':
      case '=': dots = 0; break;
      default: break;
    }
    if (brackets > kDeepestNesting || dots > kDeepestNesting) return place_of(text, i);
  }
  return std::nullopt;
}

}  // namespace forestall::config
