// SPDX-License-Identifier: MIT
// The recorded history of a machine: what was seen of it, look by look, and of its processes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "forestall/process.h"
#include "forestall/rules.h"
#include "forestall/sample.h"

namespace forestall {

/// What the first signal has to be, if there may be one.
struct Expectation {
  enum class What : std::uint8_t {
    quiet,      ///< no signal to the end, and nobody looked for in vain
    act,        ///< either of the next two
    terminate,  ///< SIGTERM first
    kill,       ///< SIGKILL at once
  };
  What what = What::quiet;
  std::vector<std::string> comms;  ///< the victim is one of these; none of What::quiet
  std::optional<Duration> after;   ///< since the trace began: not sooner
  std::optional<Duration> before;  ///< not later
  friend bool operator==(const Expectation&, const Expectation&) = default;
};

/// A process as it was from then on, or that it is gone (then only the id means something).
struct ProcessChange {
  Instant time{};
  bool gone = false;
  ProcessFacts facts;
};

/// What was known of a unit from then on; before that nothing.
struct UnitChange {
  Instant time{};
  FixedString<255> cgroup{};  ///< of its first KnownPlace
  UnitFacts facts{};
  friend bool operator==(const UnitChange&, const UnitChange&) = default;
};

/// What a daemon made of a look.
struct Judged {
  Action action = Action::none;  ///< the most that a rule asked for
  Duration next_look{0};         ///< in which time it was going to look again: how alert it was
  friend bool operator==(const Judged&, const Judged&) = default;
};

/// One look.
struct Frame : Sample {
  Frame() = default;
  Frame(const Sample& sample) : Sample(sample) {}  // NOLINT(google-explicit-constructor): that is all it is
  std::optional<Judged> judged;                    ///< none where no daemon looked
};

struct Trace {
  std::vector<std::string> comments;  ///< without their "# "; those before the first sample
  std::optional<Expectation> expectation;
  std::vector<std::int32_t> lineage;  ///< of the recorder, in the place of the daemon: Census::lineage
  /// Their times count from Instant{}, in order, and `suspended` from the boot: together they are the time since then.
  /// `wall` is not kept.
  std::vector<Frame> samples;
  std::vector<ProcessChange> changes;  ///< likewise. Of Profile only exe and cmdline: the rest is the configuration's
  std::vector<UnitChange> units;       ///< likewise
  bool cut = false;                    ///< it was not brought to its end: what followed is not known
};

}  // namespace forestall
