// SPDX-License-Identifier: MIT
#include <algorithm>

#include "cli/top.h"

namespace forestall::cli {
namespace {

constexpr char kEscape = '\x1b';
constexpr char kInterrupt = '\x03';
constexpr char kDelete = '\x7f';
constexpr char kBackspace = '\b';
constexpr std::size_t kLongestFilter = 64;

/// An arrow, a function key, Alt with a letter: as long as it is (ECMA-48, 5.4), so that no part of it is taken for a
/// key. 0 if `keys` does not begin with one; the key Esc alone is none.
std::size_t length_of_sequence(std::string_view keys) {
  if (keys.size() < 2 || keys[0] != kEscape) return 0;
  if (keys[1] == 'O') return std::min<std::size_t>(keys.size(), 3);
  if (keys[1] != '[') return 2;
  std::size_t end = 2;
  while (end < keys.size() && (keys[end] < '@' || keys[end] > '~')) ++end;
  return std::min(end + 1, keys.size());
}

void take_last_character(std::string& text) {
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80U) text.pop_back();
  if (!text.empty()) text.pop_back();
}

void type(TopView& view, char key) {
  switch (key) {
    case '\r':
    case '\n': view.typing = false; return;
    case kEscape:
      view.typing = false;
      view.filter.clear();
      return;
    case kDelete:
    case kBackspace: take_last_character(view.filter); return;
    default: break;
  }
  if (static_cast<unsigned char>(key) >= ' ' && view.filter.size() < kLongestFilter) view.filter += key;
}

SortBy after(SortBy sort) {
  switch (sort) {
    case SortBy::score: return SortBy::memory;
    case SortBy::memory: return SortBy::growth;
    case SortBy::growth: break;
  }
  return SortBy::score;
}

}  // namespace

bool press(TopView& view, std::string_view keys) {
  while (!keys.empty()) {
    if (const std::size_t length = length_of_sequence(keys); length > 0) {
      keys.remove_prefix(length);
      continue;
    }
    const char key = keys.front();
    keys.remove_prefix(1);
    if (key == kInterrupt) return true;
    if (view.typing) {
      type(view, key);
      continue;
    }
    if (key == 'q' || key == kEscape) return true;
    if (key == 's') view.sort = after(view.sort);
    if (key == '/') view.typing = true;
  }
  return false;
}

}  // namespace forestall::cli
