// SPDX-License-Identifier: MIT
#include "poll/vmstat.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace forestall {

std::optional<Vmstat> parse_vmstat(std::string_view text) {
  // A whole text ends in a newline: without it the last number may be half a number.
  if (!text.ends_with('\n')) return std::nullopt;
  Vmstat v;
  struct Line {
    std::string_view key;
    std::uint64_t* sum;
  };
  const std::array<Line, 8> lines = {{
      {"workingset_refault_anon", &v.refault_anon},
      {"workingset_refault_file", &v.refault_file},
      {"workingset_refault", &v.refault_file},
      {"pgscan_kswapd", &v.pgscan},
      {"pgscan_direct", &v.pgscan},
      {"pgsteal_kswapd", &v.pgsteal},
      {"pgsteal_direct", &v.pgsteal},
      {"oom_kill", &v.oom_kill},
  }};
  bool found = false;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const auto* known = std::ranges::find(lines, take_word(line), &Line::key);
    if (known == lines.end()) continue;
    const auto count = parse_unsigned(trimmed(line));
    if (!count) return std::nullopt;
    *known->sum += *count;
    found = true;
  }
  if (!found) return std::nullopt;
  return v;
}

}  // namespace forestall
