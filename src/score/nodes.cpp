// SPDX-License-Identifier: MIT
#include "score/nodes.h"

#include <span>

namespace forestall {

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
