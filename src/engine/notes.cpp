// SPDX-License-Identifier: MIT
#include "engine/notes.h"

#include <algorithm>

namespace forestall {

ProcessNote note(const ProcessFacts& p) {
  return {p.id, p.uid, p.comm.view(), p.place.innermost_unit(), p.freed_by_death(), p.oom_score_adj};
}

CandidateNote note(const Candidate& c) {
  CandidateNote n{note(*c.process), c.terms, c.term_count, c.score, c.counted};
  n.process.kind = c.party.kind;
  n.process.processes = c.party.processes;
  return n;
}

void note(const Ranking& ranking, Incident& incident) {
  incident.eligible = ranking.order.size();
  incident.seen = ranking.seen;
  incident.minimum = ranking.minimum;
  incident.candidate_count = std::min(ranking.order.size(), kShownCandidates);
  for (std::size_t i = 0; i < incident.candidate_count; ++i) {
    incident.candidates[i] = note(ranking.order[i]);
  }
  incident.spared_count = std::min(ranking.spared.size(), kShownSpared);
  for (std::size_t i = 0; i < incident.spared_count; ++i) {
    const Spared& s = ranking.spared[i];
    incident.spared[i] = {note(*s.process), s.why, s.process->profile.protected_by};
  }
}

}  // namespace forestall
