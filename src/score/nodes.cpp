// SPDX-License-Identifier: MIT
#include "score/nodes.h"

#include <algorithm>
#include <span>

namespace forestall {

bool is_nearly_short(const Sample& sample) {
  const auto nodes = std::span(sample.nodes).first(sample.node_count);
  const auto is_low = [](const NodeMemory& n) { return n.available / 2 < kShortNode * n.total; };
  return nodes.size() > 1 && std::ranges::any_of(nodes, is_low);
}

NodeMask short_nodes(const Sample& sample) {
  NodeMask mask = 0;
  bool others_are_roomy = false;
  for (const NodeMemory& n : std::span(sample.nodes).first(sample.node_count)) {
    if (n.available < kShortNode * n.total) mask |= NodeMask{1} << n.node;
    if (n.available > kRoomyNode * n.total) others_are_roomy = true;
  }
  return mask != 0 && others_are_roomy ? mask : kAllNodes;
}

}  // namespace forestall
