// SPDX-License-Identifier: MIT
// The order of victims: who first, and who not at all.
#pragma once

#include <span>
#include <string_view>

#include "forestall/config.h"
#include "forestall/ports.h"
#include "forestall/ranking.h"
#include "score/growth.h"
#include "score/offenders.h"

namespace forestall {

/// What a ranking depends on besides the processes themselves.
struct Circumstances {
  Capacity capacity;
  Instant time{};
  const Growth& growth;
  std::span<const ProcessId> out_of_reach = {};  ///< who could not be killed a moment ago
  std::span<const ProcessId> respawners = {};    ///< parents who replace whom we kill (score/replacements.h)
  Duration suspended{0};                         ///< Sample::suspended
  const Offenders* offenders = nullptr;          ///< whose programs had to be ended lately; null: nobody's
  NodeMask short_nodes = kAllNodes;              ///< see score/nodes.h

  /// Since when it has been there: start times count the time asleep, Instants do not.
  [[nodiscard]] Duration age_of(ProcessId id) const;
  /// Whether it was born since the pass that growth is counted from.
  [[nodiscard]] bool is_newcomer(ProcessId id) const;
  /// What it has added: of a newcomer that was forked from this forebear, what it holds more than he did at the pass.
  /// Null: it is no fork, or no newcomer.
  [[nodiscard]] Bytes grown(const Kin& kin, const Kin* forebear) const;
  /// Whether the end of somebody who may use the memory of these nodes would help.
  [[nodiscard]] bool are_about(NodeMask nodes) const { return (nodes & short_nodes) != 0; }
  [[nodiscard]] Conduct conduct_of(std::uint32_t uid, std::string_view comm, const CgroupPlace& place) const;
};

/// Makes room once, so that rank() allocates nothing.
void reserve(Ranking& ranking);

/// Ranks the processes of a census by the sum of their terms, highest first. Of two with the same score the one that
/// started later goes first (older ones have proved that they can be lived with), then the higher pid.
void rank(const Census& census, const Circumstances& now, const ScoreConfig& weights, Bytes minimum, Ranking& ranking);

/// That order.
bool goes_first(const Candidate& a, const Candidate& b);

}  // namespace forestall
