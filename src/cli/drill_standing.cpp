// SPDX-License-Identifier: MIT
#include "cli/drill_standing.h"

#include <algorithm>
#include <vector>

#include "engine/engine.h"
#include "engine/notes.h"
#include "score/nodes.h"
#include "score/parties.h"
#include "score/rank.h"
#include "score/terms.h"

namespace forestall::cli {
namespace {

Points weighted(Share weight, Points points) { return points * weight.ppm / 1'000'000; }

/// Whether the child is sure to go before `other`. Growth is new to the daemon of both or of neither.
bool surely_before(const Candidate& child, const Candidate& other, const Config& config, const Sample& sample) {
  const Points mine = memory_points(merits_of(*child.process, capacity_of(sample)));
  // Of a house of several the score is that of them all.
  const Points his = std::max(memory_points(merits_of(*other.process, capacity_of(sample))), other.score);
  const Points doubt = weighted(config.score.offender, his / 2) + weighted(config.score.unkept, mine / 2);
  for (const Share growth : {Share{}, config.score.growth}) {
    if (child.score + weighted(growth, mine) <= other.score + weighted(growth, his) + doubt) return false;
  }
  return true;
}

/// The first that may go in place of the child, which is in the order.
std::optional<CandidateNote> rival_in(const std::vector<Candidate>& order, ProcessId child, const Config& config,
                                      const Sample& sample) {
  const auto it = std::ranges::find_if(order, [&](const Candidate& c) { return c.party.head == child; });
  if (it == order.end()) return order.empty() ? std::nullopt : std::optional(note(order.front()));
  for (const Candidate& other : order) {
    if (other.party.head != child && !surely_before(*it, other, config, sample)) return note(other);
  }
  return std::nullopt;
}

}  // namespace

Standing standing_of(const ProcessFacts& child, const Census& census, const Config& config, const Sample& sample) {
  std::vector<ProcessFacts> processes{child};
  std::ranges::copy_if(census.processes, std::back_inserter(processes),
                       [&](const ProcessFacts& p) { return p.id != child.id; });
  std::vector<Kin> kin(census.kin.begin(), census.kin.end());
  for (Kin& k : kin) {
    if (k.id == child.id) k.memory = child.freed_by_death();
  }
  Census with = census;
  with.processes = processes;
  with.kin = kin;
  const Growth unknown;
  const Circumstances now{capacity_of(sample), sample.time, unknown, {}, {}, sample.suspended, nullptr,
                          short_nodes(sample)};
  Ranking ranking;
  reserve(ranking);
  rank(with, now, config.score, minimum_of(config, sample), ranking);

  Standing s;
  const auto spared = std::ranges::find_if(ranking.spared, [&](const Spared& p) { return p.process->id == child.id; });
  if (spared != ranking.spared.end()) {
    s.mercy = spared->why;
    s.protected_by = child.profile.protected_by;
    return s;
  }
  // One by one first, for who goes of a house depends on its members.
  s.known = std::ranges::all_of(ranking.order, [](const Candidate& c) { return c.process->profile.complete; });
  s.rival = rival_in(ranking.order, child.id, config, sample);
  Kinship kinship;
  gather(with, now, config.victim, config.score, kinship, ranking);
  if (!s.rival) s.rival = rival_in(ranking.order, child.id, config, sample);
  const auto own = std::ranges::find_if(ranking.order, [&](const Candidate& c) { return c.party.head == child.id; });
  if (own != ranking.order.end()) s.company = own->party.processes - 1;
  s.goes_first = s.known && !s.rival && s.company == 0 && own != ranking.order.end();
  if (s.goes_first && ranking.order.size() > 1) s.next = note(ranking.order[1]);
  return s;
}

}  // namespace forestall::cli
