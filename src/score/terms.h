// SPDX-License-Identifier: MIT
// The terms of a score. Each is a small pure function from facts to points, with a name and a weight; a new one is a
// line in kTerms and a weight in ScoreConfig.
#pragma once

#include <array>
#include <string_view>

#include "forestall/config.h"
#include "forestall/ranking.h"

namespace forestall {

/// What the process's death would give back, of RAM + swap: the kernel's own measure (mm/oom_kill.c, oom_badness)
/// without file and shared pages, whose return nobody can promise.
Points memory_points(const ProcessFacts& process, const Capacity& capacity);

/// oom_score_adj, one step for 1 ‰. A positive one counts for no more than the memory: it can double a process's
/// weight, but not get a small helper killed in place of the one that ate the machine.
Points adj_points(const ProcessFacts& process, const Capacity& capacity);

/// The points of all [[prefer]] entries that match.
Points prefer_points(const ProcessFacts& process, const Capacity& capacity);

/// Minus the points of all [[avoid]] entries that match.
Points avoid_points(const ProcessFacts& process, const Capacity& capacity);

struct TermRule {
  std::string_view name;
  Points (*points)(const ProcessFacts&, const Capacity&);
  Share ScoreConfig::*weight;
};

inline constexpr std::array<TermRule, 4> kTerms = {{
    {"memory", memory_points, &ScoreConfig::memory},
    {"adj", adj_points, &ScoreConfig::adj},
    {"prefer", prefer_points, &ScoreConfig::prefer},
    {"avoid", avoid_points, &ScoreConfig::avoid},
}};
static_assert(kTerms.size() <= kMaxTerms);

}  // namespace forestall
