// SPDX-License-Identifier: MIT
// What `forestall replay` reads: a trace, or the file of an incident, which has a trace in it and says what did happen.
// Pure. Anybody may have written the file.
//
//   {"forestall":"incident","version":1,"began_at_ms":60013,…}
//                                                          first: when it was decided, since the trace began
//   {"trace":"forestall trace 1"}                          a line of the trace, in order
//   {"event":"victim_terminated","at_ms":61250,"message":"…",…}
//                                                          what happened, since the trace began
//
// Lines with neither are passed over: there will be more to tell some day.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forestall/result.h"
#include "forestall/trace.h"

namespace forestall {

/// One event as the daemon told it.
struct Happened {
  Duration at{0};
  std::string event;  ///< a stranger's text, as the next
  std::string message;
  friend bool operator==(const Happened&, const Happened&) = default;
};

struct Recording {
  Trace trace;
  bool is_incident = false;
  std::optional<Duration> began;   ///< of an incident: when it was decided; none if that is not told
  std::vector<Happened> happened;  ///< in the order of their times; none of a trace
};

/// An incident if its first line begins with "{", else a trace. Code 0 and "line N: what is wrong", N being the line of
/// `text`. A last line without a newline that is no whole object was cut, and is left out.
Result<Recording> parse_recording(std::string_view text);

}  // namespace forestall
