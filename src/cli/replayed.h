// SPDX-License-Identifier: MIT
// What `forestall replay` has found out, and the two ways to say it. Nothing here depends on when and where it is said:
// the same recording under the same configuration gives the same bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "replay/incident_trace.h"
#include "replay/replay.h"

namespace forestall::cli {

/// One configuration over the recording.
struct Trial {
  std::string configuration;  ///< the path it was read from
  Replayed replayed;
};

struct Comparison {
  std::string file;
  Recording recording;
  std::vector<Trial> trials;  ///< one, or two to be compared
};

/// When the recorded machine was first helped by a signal; none if it never was.
std::optional<Duration> first_help(const Recording& recording);

/// Whether the first signal would have been decided at the same millisecond and told by the same sentence, to the byte,
/// as it was; none if none was sent in the recording. Of those who go together some may be born while they are halted:
/// those are not known to the recording.
std::optional<bool> decides_as_it_did(const Replayed& replayed, const Recording& recording);

/// For the terminal, with a picture of what was left.
std::string in_plain_words(const Comparison& comparison);

/// One JSON object.
std::string as_json(const Comparison& comparison);

/// Text of the file, which may have been escaped once: nothing in it harms a terminal, and no backslash is doubled.
std::string harmless(std::string_view text);

}  // namespace forestall::cli
