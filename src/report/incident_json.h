// SPDX-License-Identifier: MIT
// Rankings as JSON: for the journal's fields and for `forestall explain --json`. Hostile names come out escaped, so
// that the text is valid JSON and valid UTF-8 whatever a process calls itself.
#pragma once

#include <span>
#include <string>

#include "forestall/incident.h"

namespace forestall {

/// {"pid":…,"comm":…,"uid":…,"unit":…,"bytes":…,"oom_score_adj":…}: what the others begin with.
std::string process_json(const ProcessNote& process);

/// [{"pid":…,"comm":…,"uid":…,"unit":…,"bytes":…,"oom_score_adj":…,"score":…,"terms":[{"name":…,"points":…}]}], in ‰.
std::string candidates_json(std::span<const CandidateNote> candidates);

/// [{"pid":…,"comm":…,"uid":…,"unit":…,"bytes":…,"oom_score_adj":…,"why":"protect","entry":1}].
std::string spared_json(std::span<const SparedNote> spared);

/// What "forestall explain --json" begins with, and the first candidates and spared ones of a ranking.
std::string ranking_json(const Incident& incident);

}  // namespace forestall
