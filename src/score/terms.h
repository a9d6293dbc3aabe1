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
  Duration age{0};
  Duration cpu_time{0};
  std::int32_t nice = 0;
  Share root{};      ///< so much of the memory is held by processes of root
  Share offences{};  ///< how often the program had to be ended lately, a whole for each time
  Share unkept{};    ///< so much of the memory is held by programs whose memory did not come back the last time
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

/// 50 ‰ for each time the same program had to be ended in the last minutes, up to twice (score/offenders.h), but no
/// more than half of the memory term: it is likely to be the trouble again, yet others of its name may be innocent.
Points offender_points(const Merits& merits);

/// Minus half of the memory term for a program whose memory did not come back when it was ended the last time: what it
/// seems to hold may be shared with others.
Points unkept_points(const Merits& merits);

/// Minus 1 ‰ for each hour since it was started, 100 at most: what has run for long is probably wanted. This and the
/// next three are what the kernel's own choice went by until Linux 2.6.36 (mm/oom_kill.c, badness), as steps that can
/// be added in the head. They are off unless they are given a weight.
Points age_points(const Merits& merits);

/// Minus 1 ‰ for each minute of CPU time it has used, 100 at most: so much work would be lost.
Points cpu_time_points(const Merits& merits);

/// 5 ‰ for each step of nice: whoever lets others go first in one thing may do so in another.
Points nice_points(const Merits& merits);

/// Minus 30 ‰ for a process of root: what Linux granted the superuser until 4.17 (mm/oom_kill.c, oom_badness).
Points root_points(const Merits& merits);

struct TermRule {
  std::string_view name;
  Points (*points)(const Merits&);
  Share ScoreConfig::*weight;
};

inline constexpr std::array<TermRule, 11> kTerms = {{
    {"memory", memory_points, &ScoreConfig::memory},
    {"growth", growth_points, &ScoreConfig::growth},
    {"adj", adj_points, &ScoreConfig::adj},
    {"prefer", prefer_points, &ScoreConfig::prefer},
    {"avoid", avoid_points, &ScoreConfig::avoid},
    {"offender", offender_points, &ScoreConfig::offender},
    {"unkept", unkept_points, &ScoreConfig::unkept},
    {"age", age_points, &ScoreConfig::age},
    {"cpu_time", cpu_time_points, &ScoreConfig::cpu_time},
    {"nice", nice_points, &ScoreConfig::nice},
    {"root", root_points, &ScoreConfig::root},
}};
static_assert(kTerms.size() <= kMaxTerms);

/// All terms that have a weight into a candidate; its score is their sum.
void weigh(const Merits& merits, const ScoreConfig& weights, Candidate& candidate);

}  // namespace forestall
