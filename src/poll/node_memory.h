// SPDX-License-Identifier: MIT
// /sys/devices/system/node/nodeN/meminfo as a value. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "forestall/sample.h"

namespace forestall {

/// Lines of the form "Node 0 MemFree:  123 kB". None without MemTotal and MemFree, or if a number is none; of a node
/// without memory `total` is 0. What the caller knows is the number of the node: it is left at 0.
std::optional<NodeMemory> parse_node_memory(std::string_view text);

}  // namespace forestall
