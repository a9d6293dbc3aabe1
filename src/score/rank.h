// SPDX-License-Identifier: MIT
// The order of victims: who first, and who not at all.
#pragma once

#include <span>

#include "forestall/config.h"
#include "forestall/ports.h"
#include "forestall/ranking.h"
#include "score/growth.h"

namespace forestall {

/// What a ranking depends on besides the processes themselves.
struct Circumstances {
  Capacity capacity;
  Instant time{};
  const Growth& growth;
  std::span<const ProcessId> out_of_reach = {};  ///< who could not be killed a moment ago
  std::span<const ProcessId> respawners = {};    ///< parents who replace whom we kill (score/replacements.h)
};

/// Makes room once, so that rank() allocates nothing.
void reserve(Ranking& ranking);

/// Ranks the processes of a census by the sum of their terms, highest first. Of two with the same score the one that
/// started later goes first (older ones have proved that they can be lived with), then the higher pid.
void rank(const Census& census, const Circumstances& now, const ScoreConfig& weights, Bytes minimum, Ranking& ranking);

/// That order.
bool goes_first(const Candidate& a, const Candidate& b);

}  // namespace forestall
