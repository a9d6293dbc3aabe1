// SPDX-License-Identifier: MIT
// The terms of a score. Each is a small pure function from facts to points, with a name and a weight; a new one is a
// line in kTerms and a weight in ScoreConfig.
#pragma once

#include <array>
#include <string_view>

#include "forestall/config.h"
#include "forestall/ranking.h"

namespace forestall {

/// What the terms are made from, of one process or of several together.
struct Merits {
  Capacity capacity;
  Bytes memory = 0;  ///< what its death would give back
  Bytes grown = 0;   ///< what it has added lately (score/growth.h)
  std::int32_t oom_score_adj = 0;
  std::int64_t prefer_points = 0;  ///< as in Profile
  std::int64_t avoid_points = 0;
};

Merits merits_of(const ProcessFacts& process, const Capacity& capacity, Bytes grown = 0);

/// What the process's death would give back, of RAM + swap: the kernel's own measure (mm/oom_kill.c, oom_badness)
/// without file and shared pages, whose return nobody can promise.
Points memory_points(const Merits& merits);

/// What it has added lately, of RAM + swap: it is the growing one that brought the machine here, and that would go on.
Points growth_points(const Merits& merits);

/// oom_score_adj, one step for 1 ‰. A positive one counts for no more than the memory: it can double a process's
/// weight, but not get a small helper killed in place of the one that ate the machine.
Points adj_points(const Merits& merits);

/// The points of all [[prefer]] entries that match.
Points prefer_points(const Merits& merits);

/// Minus the points of all [[avoid]] entries that match.
Points avoid_points(const Merits& merits);

struct TermRule {
  std::string_view name;
  Points (*points)(const Merits&);
  Share ScoreConfig::*weight;
};

inline constexpr std::array<TermRule, 5> kTerms = {{
    {"memory", memory_points, &ScoreConfig::memory},
    {"growth", growth_points, &ScoreConfig::growth},
    {"adj", adj_points, &ScoreConfig::adj},
    {"prefer", prefer_points, &ScoreConfig::prefer},
    {"avoid", avoid_points, &ScoreConfig::avoid},
}};
static_assert(kTerms.size() <= kMaxTerms);

/// All terms, weighed, into a candidate; its score is their sum.
void weigh(const Merits& merits, const ScoreConfig& weights, Candidate& candidate);

}  // namespace forestall
