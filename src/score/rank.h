// SPDX-License-Identifier: MIT
// The order of victims: who first, and who not at all.
#pragma once

#include <span>

#include "forestall/config.h"
#include "forestall/ports.h"
#include "forestall/ranking.h"

namespace forestall {

/// More processes than this above the minimum size are not told apart: the smaller ones stay out of the order. With the
/// default minimum of 1 % there cannot be more than about 100.
inline constexpr std::size_t kMaxRanked = 256;

/// Makes room once, so that rank() allocates nothing.
void reserve(Ranking& ranking);

/// Ranks the processes of a census by the sum of their terms, highest first. Of two with the same score the one that
/// started later goes first (older ones have proved that they can be lived with), then the higher pid.
/// `out_of_reach`: those that could not be killed a moment ago.
void rank(const Census& census, const Capacity& capacity, const ScoreConfig& weights, Bytes minimum,
          std::span<const ProcessId> out_of_reach, Ranking& ranking);

}  // namespace forestall
