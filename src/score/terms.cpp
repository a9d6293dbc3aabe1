// SPDX-License-Identifier: MIT
#include "score/terms.h"

#include <algorithm>

namespace forestall {
namespace {

constexpr Share kOnce = Share::percent(100);

/// Never more than there is: merged pages (KSM) count in full for everyone who maps them.
Points part_of_machine(Bytes bytes, const Capacity& capacity) {
  return share_of(std::min(bytes, capacity.ram_and_swap), capacity.ram_and_swap).ppm;  // a millionth is 1/1000 of 1 ‰
}

/// 1 ‰ for each `step`, 100 at most.
Points steps_of(Duration step, Duration time) {
  return std::clamp<Points>(time / (step / kPerMille), 0, 100 * kPerMille);
}

}  // namespace

Merits merits_of(const ProcessFacts& p, const Capacity& capacity, Bytes grown) {
  Merits merits{capacity, p.freed_by_death(), grown, p.oom_score_adj};
  merits.prefer_points = p.profile.prefer_points;
  merits.avoid_points = p.profile.avoid_points;
  merits.cpu_time = p.cpu_time;
  merits.nice = p.nice;
  merits.root = p.uid == 0 ? kOnce : Share{};
  return merits;
}

Points memory_points(const Merits& merits) { return part_of_machine(merits.memory, merits.capacity); }

Points growth_points(const Merits& merits) { return part_of_machine(merits.grown, merits.capacity); }

Points adj_points(const Merits& merits) { return std::min(merits.oom_score_adj * kPerMille, memory_points(merits)); }

Points prefer_points(const Merits& merits) { return merits.prefer_points * kPerMille; }

Points avoid_points(const Merits& merits) { return -merits.avoid_points * kPerMille; }

Points offender_points(const Merits& merits) {
  const Points for_times = 50 * kPerMille * std::min(merits.offences.ppm, 2 * kOnce.ppm) / kOnce.ppm;
  return std::min(for_times, memory_points(merits) / 2);
}

Points unkept_points(const Merits& merits) { return -memory_points(merits) / 2 * merits.unkept.ppm / kOnce.ppm; }

Points age_points(const Merits& merits) { return -steps_of(std::chrono::hours(1), merits.age); }

Points cpu_time_points(const Merits& merits) { return -steps_of(std::chrono::minutes(1), merits.cpu_time); }

Points nice_points(const Merits& merits) { return Points{5} * merits.nice * kPerMille; }

Points root_points(const Merits& merits) { return -30 * kPerMille * merits.root.ppm / kOnce.ppm; }

void weigh(const Merits& merits, const ScoreConfig& weights, Candidate& c) {
  c.term_count = 0;
  c.score = 0;
  for (const TermRule& rule : kTerms) {
    const Share weight = weights.*rule.weight;
    if (weight == Share{}) continue;
    const Points points = rule.points(merits) * weight.ppm / 1'000'000;
    c.terms[c.term_count++] = Term{rule.name, points};
    c.score += points;
  }
}

}  // namespace forestall
