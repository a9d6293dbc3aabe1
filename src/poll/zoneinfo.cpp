// SPDX-License-Identifier: MIT
#include "poll/zoneinfo.h"

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace forestall {

std::uint64_t take_parked_pages(std::string_view& text) {
  std::uint64_t pages = 0;
  while (text.find('\n') != std::string_view::npos) {
    std::string_view line = take_line(text);
    if (take_word(line) != "count:") continue;
    const std::uint64_t room = std::numeric_limits<std::uint64_t>::max() - pages;
    pages += std::min(parse_unsigned(trimmed(line)).value_or(0), room);
  }
  return pages;
}

}  // namespace forestall
