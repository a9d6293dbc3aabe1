// SPDX-License-Identifier: MIT
// The real engine on a recorded machine, until its first signal: what would have come after that, no record can tell.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "forestall/config.h"
#include "support/trace.h"

namespace forestall::testing {

/// What the engine did. Times are counted from the beginning of the trace.
struct Replayed {
  struct Acted {
    Duration at{0};
    Action action = Action::none;  ///< terminate or kill
    std::string comm;
  };
  std::optional<Acted> acted;
  Duration ended{0};                   ///< when it was over: the signal, or the end of the trace
  std::vector<std::string> told;       ///< "12.345 s: SENTENCE" for each event
  std::optional<std::string> in_vain;  ///< the one that says that nobody could be ended
  std::string worst;                   ///< how little was left, and when
};

/// Lets the engine look as often as it asks to, at a machine that shows its latest sample and the processes as they
/// were then. An Error if the trace has no sample or `config` is not valid.
Result<Replayed> replay(const Trace& trace, const Config& config);

/// What was expected and what happened instead; none if the trace's expectation is met. A trace that expects nothing is
/// a complaint of its own: it could not fail.
std::optional<std::string> complaint(const Trace& trace, const Replayed& replayed);

}  // namespace forestall::testing
