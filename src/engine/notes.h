// SPDX-License-Identifier: MIT
// What the record keeps of a ranking: the first few, copied, since the ranking lives only until the next look.
#pragma once

#include "forestall/incident.h"
#include "forestall/ranking.h"

namespace forestall {

ProcessNote note(const ProcessFacts& process);
CandidateNote note(const Candidate& candidate);
void note(const Ranking& ranking, Incident& incident);

}  // namespace forestall
