// SPDX-License-Identifier: MIT
#include "score/terms.h"

#include <algorithm>

namespace forestall {
namespace {

/// Never more than there is: merged pages (KSM) count in full for everyone who maps them.
Points part_of_machine(Bytes bytes, const Capacity& capacity) {
  return share_of(std::min(bytes, capacity.ram_and_swap), capacity.ram_and_swap).ppm;  // a millionth is 1/1000 of 1 ‰
}

}  // namespace

Merits merits_of(const ProcessFacts& p, const Capacity& capacity, Bytes grown) {
  return {capacity, p.freed_by_death(), grown, p.oom_score_adj, p.profile.prefer_points, p.profile.avoid_points};
}

Points memory_points(const Merits& merits) { return part_of_machine(merits.memory, merits.capacity); }

Points growth_points(const Merits& merits) { return part_of_machine(merits.grown, merits.capacity); }

Points adj_points(const Merits& merits) { return std::min(merits.oom_score_adj * kPerMille, memory_points(merits)); }

Points prefer_points(const Merits& merits) { return merits.prefer_points * kPerMille; }

Points avoid_points(const Merits& merits) { return -merits.avoid_points * kPerMille; }

void weigh(const Merits& merits, const ScoreConfig& weights, Candidate& c) {
  c.term_count = 0;
  c.score = 0;
  for (const TermRule& rule : kTerms) {
    const Points points = rule.points(merits) * (weights.*rule.weight).ppm / 1'000'000;
    c.terms[c.term_count++] = Term{rule.name, points};
    c.score += points;
  }
}

}  // namespace forestall
