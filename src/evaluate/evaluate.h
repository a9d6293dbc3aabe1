// SPDX-License-Identifier: MIT
// The judge: (rules, what came before, a Sample) -> a Verdict. It asks no clock and touches no file, so that an hour of
// trouble is tested in a millisecond, and a recorded one is judged again exactly as it was.
#pragma once

#include <array>
#include <span>

#include "evaluate/history.h"
#include "forestall/rules.h"
#include "forestall/sample.h"
#include "forestall/verdict.h"

namespace forestall {

/// What must be remembered from one Sample to the next. A plain value: copy it, and the future can be tried twice.
struct Memory {
  struct OfRule {
    std::optional<Instant> since;  ///< all conditions have held from then on
    bool fired = false;            ///< and the recovery mark has not been reached since it fired
  };
  std::array<OfRule, kMaxRules> rules{};
  History history;
  Duration suspended{0};
  bool had_psi = false;
  bool had_vmstat = false;
};

/// Judges `sample`. Samples must come in the order of their times; one that is not newer than the last is judged as if
/// no time had passed. After a suspend, and when PSI or vmstat come or go, windows and durations begin anew.
/// `rules` has at most kMaxRules entries. Allocates nothing.
void evaluate(std::span<const Rule> rules, Memory& memory, const Sample& sample, Verdict& verdict);

/// Something was done about the trouble: what was counted before says nothing of the time after it. Windows and
/// durations begin anew, or the stall of the past would cost a second victim.
void forget_past(Memory& memory);

}  // namespace forestall
