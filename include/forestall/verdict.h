// SPDX-License-Identifier: MIT
// What the rules say of one Sample: every number beside its limit. Of fixed size, so that judging allocates nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "forestall/rules.h"
#include "forestall/sample.h"

namespace forestall {

/// One condition measured against its limit. Both numbers are in the unit of the condition:
/// bytes, millionths (psi, refaults: per second) or nanoseconds (exhausted_within).
struct Reading {
  bool given = false;  ///< the rule has this condition
  bool known = false;  ///< the machine can tell: no PSI, no vmstat or no strict commit limit leave it unknown
  bool holds = false;
  std::int64_t measured = 0;
  std::int64_t limit = 0;
};

/// Where a rule stands. The order is that of growing trouble.
enum class Phase : std::uint8_t {
  calm,
  recovering,  ///< it fired, its limit is no longer passed, but the recovery mark is not reached
  pending,     ///< every condition holds, but not yet for long enough
  firing,
};

struct RuleVerdict {
  Phase phase = Phase::calm;
  Instant since{};  ///< when the conditions began to hold; meaningful while pending or firing
  std::array<Reading, kConditions> readings{};
};

struct Verdict {
  Instant time{};
  Action action = Action::none;  ///< the strongest action of the rules that fire
  std::size_t rule = 0;          ///< the first rule that asks for it; meaningful unless `action` is none
  std::size_t count = 0;         ///< how many of `rules` are in use, in the order of Config::rules
  std::array<RuleVerdict, kMaxRules> rules{};
  Headroom headroom;
  std::optional<Duration> exhausted_in;  ///< until nothing is left at the present rate; none while it is not falling
  /// No rule can begin to fire sooner, by safe bounds (evaluate/horizon.h), and one that counts a stall by a second at
  /// most; may be zero.
  Duration next_look{0};
  std::optional<Duration> crossing;  ///< until a limit is met if memory goes on falling as it did just now
  bool episode = false;              ///< a rule fired and has not reached its recovery mark: trouble is not over

  [[nodiscard]] const RuleVerdict& deciding() const { return rules[rule]; }
};

}  // namespace forestall
