// SPDX-License-Identifier: MIT
// Whom the daemon would end if the child of a drill were as large as it is going to be: the daemon's own scorer, with
// doubts counted against the drill. Pure.
#pragma once

#include <optional>

#include "forestall/config.h"
#include "forestall/incident.h"
#include "forestall/ports.h"

namespace forestall::cli {

struct Standing {
  /// It would go first, alone, whatever only the daemon knows of the others.
  bool goes_first = false;
  std::optional<Mercy> mercy;  ///< why it would not go at all
  std::uint16_t protected_by = 0;
  bool known = true;                   ///< false: not all that the entries ask for could be read of everybody
  std::uint32_t company = 0;           ///< so many others would go with it
  std::optional<CandidateNote> rival;  ///< would, or might, go in its place
  std::optional<CandidateNote> next;   ///< comes after it
};

/// `child` is in `census` with what it holds now, and has here what it will hold. What the daemon alone knows (growth,
/// offenders, unkept) is allowed for: all of a rival's memory may be new, and his program one that had to be ended.
Standing standing_of(const ProcessFacts& child, const Census& census, const Config& config, const Sample& sample);

}  // namespace forestall::cli
