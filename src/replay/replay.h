// SPDX-License-Identifier: MIT
// The real engine on a recorded machine, until its first signal: what would have come after that, no record can tell.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "forestall/config.h"
#include "forestall/incident.h"
#include "forestall/result.h"
#include "forestall/trace.h"
#include "score/match.h"

namespace forestall {

/// What the engine did. Times are counted from the beginning of the trace.
struct Replayed {
  struct Acted {
    Duration at{0};
    Action action = Action::none;    ///< terminate or kill
    std::string rule;                ///< that asked for it
    std::string comm;                ///< of the first of those who were signalled
    std::vector<ProcessId> victims;  ///< all of them
    Headroom left;                   ///< then
  };
  struct Told {
    Duration at{0};
    Event event{};
    std::string sentence;    ///< as of a dry run: nobody got a signal
    std::string in_earnest;  ///< as the journal would have had it
    Duration begun{0};       ///< when it was decided upon: deciding takes a moment
  };
  struct Worst {
    Duration at{0};
    Headroom left;
  };
  std::optional<Acted> acted;
  Duration ended{0};  ///< when it was over: the signal, or the end of the trace
  std::vector<Told> told;
  Worst worst;  ///< the least that was left until then
};

/// When the engine looks at a recorded machine, which shows its latest sample and the processes as they were then.
enum class Looks : std::uint8_t {
  as_asked,  ///< as often as it asks to
  /// The samples are the looks of a daemon, that was late at times, and early when the kernel woke it: each is one of
  /// the engine's too. Under the configuration that was in force then, all is decided at the same moments by the same
  /// numbers.
  as_recorded,
};

/// An Error if the trace has no sample or `config` is not valid. `uid_of`: for entries that name a user; there are none
/// in a trace.
Result<Replayed> replay(const Trace& trace, const Config& config, Looks looks, const UidOf& uid_of);
/// The same where no user has a name.
Result<Replayed> replay(const Trace& trace, const Config& config, Looks looks = Looks::as_asked);

/// The least that the recorded machine had, the part after the signal included. Meaningful if it has samples.
Replayed::Worst worst_of(const Trace& trace);

/// Whether what the trace expects is what happened; none if it expects nothing.
std::optional<bool> meets(const Trace& trace, const Replayed& replayed);

/// What was expected and what happened instead; none if the trace's expectation is met. A trace that expects nothing is
/// a complaint of its own: it could not fail.
std::optional<std::string> complaint(const Trace& trace, const Replayed& replayed);

}  // namespace forestall
