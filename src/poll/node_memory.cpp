// SPDX-License-Identifier: MIT
#include "poll/node_memory.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace forestall {

std::optional<NodeMemory> parse_node_memory(std::string_view text) {
  constexpr std::array<std::string_view, 4> available = {"MemFree", "Active(file)", "Inactive(file)", "SReclaimable"};
  NodeMemory memory;
  bool has_total = false;
  bool has_free = false;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (take_word(line) != "Node") continue;
    take_word(line);  // its number
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = trimmed(line.substr(0, colon));
    const bool is_total = key == "MemTotal";
    if (!is_total && std::ranges::find(available, key) == available.end()) continue;
    const auto bytes = parse_kib(line.substr(colon + 1));
    if (!bytes) return std::nullopt;
    (is_total ? memory.total : memory.available) += *bytes;
    has_total = has_total || is_total;
    has_free = has_free || key == "MemFree";
  }
  if (!has_total || !has_free) return std::nullopt;
  memory.available = std::min(memory.available, memory.total);
  return memory;
}

}  // namespace forestall
