// SPDX-License-Identifier: MIT
#include "poll/meminfo.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace forestall {
std::optional<Meminfo> parse_meminfo(std::string_view text) {
  std::optional<Bytes> total, available, free, buffers, cached, shmem;
  Meminfo m;
  struct Line {
    std::string_view key;
    std::optional<Bytes>* optional;
    Bytes* plain;
  };
  const std::array<Line, 13> lines = {{
      {"MemTotal", &total, nullptr},
      {"MemFree", &free, nullptr},
      {"MemAvailable", &available, nullptr},
      {"Buffers", &buffers, nullptr},
      {"Cached", &cached, nullptr},
      {"Active(file)", nullptr, &m.active_file},
      {"Inactive(file)", nullptr, &m.inactive_file},
      {"AnonPages", nullptr, &m.anon_pages},
      {"Shmem", &shmem, nullptr},
      {"SwapTotal", nullptr, &m.swap_total},
      {"SwapFree", nullptr, &m.swap_free},
      {"CommitLimit", nullptr, &m.commit_limit},
      {"Committed_AS", nullptr, &m.committed_as},
  }};
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto* known = std::ranges::find(lines, line.substr(0, colon), &Line::key);
    if (known == lines.end()) continue;
    const auto value = parse_kib(line.substr(colon + 1));
    if (!value) return std::nullopt;
    if (known->optional != nullptr) *known->optional = value;
    if (known->plain != nullptr) *known->plain = *value;
  }
  const bool can_estimate = free && buffers && cached && shmem;
  if (!total || (!available && !can_estimate)) return std::nullopt;
  m.mem_total = *total;
  m.shmem = shmem.value_or(0);
  if (!available) {
    const Bytes not_anonymous = *free + *buffers + *cached;
    available = not_anonymous - std::min(not_anonymous, *shmem);
  }
  m.mem_available = *available;
  return m;
}

}  // namespace forestall
