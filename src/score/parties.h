// SPDX-License-Identifier: MIT
// From an order of processes to an order of victims: what a process belongs to is weighed as one, and inside of it the
// smallest part that is worth a kill is found, where the guilt is.
#pragma once

#include "forestall/config.h"
#include "score/kinship.h"
#include "score/rank.h"

namespace forestall {

/// Replaces Ranking::order, as rank() made it, by one candidate for each house (score/kinship.h), ordered by what the
/// house as a whole scores. With Kind::automatic this candidate is found from the top: into the part that scores most,
/// as long as it is worth a kill ([victim] minimum), down to a process, or to the family whose members are each too
/// small; a house that KnownPlace calls whole goes as a whole, and so does the family of one of `now.respawners`.
/// Nobody goes together with one who must live, nor with more than `victim.max_processes`.
void gather(const Census& census, const Circumstances& now, const VictimConfig& victim, const ScoreConfig& weights,
            Kinship& kinship, Ranking& ranking);

}  // namespace forestall
