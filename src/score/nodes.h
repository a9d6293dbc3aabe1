// SPDX-License-Identifier: MIT
// Which NUMA nodes it is about: where one is short and others are not, only those who use that one can help.
#pragma once

#include "forestall/sample.h"

namespace forestall {

/// A node with less than this part of its memory available is short ...
inline constexpr Share kShortNode = Share::percent(5);
/// ... if another has more than this: else all of them are about to be.
inline constexpr Share kRoomyNode = Share::percent(15);

/// Whether a node of several has less than twice as much: time to find out who holds what there.
bool is_nearly_short(const Sample& sample);

/// The nodes that are short while others are not; all nodes otherwise, and where there is only one.
NodeMask short_nodes(const Sample& sample);

}  // namespace forestall
