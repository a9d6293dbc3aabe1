// SPDX-License-Identifier: MIT
// Half a second of a machine that fills up.
#pragma once

#include <utility>
#include <vector>

#include "cli/made_up_machine.h"
#include "cli/status.h"

namespace forestall::testing {

inline std::vector<Rule> some_rules() {
  return {{.name = "low-memory", .mem_available_below = Size::of(kGiB)},
          {.name = "stall", .psi_full_above = Share::percent(20)},
          {.name = "swap-is-nearly-gone", .action = Action::kill, .swap_free_below = Size::of(4 * kGiB)},
          {.name = "off", .enabled = false, .mem_available_below = Size::of(kGiB)}};
}

/// 50 MiB less at its end.
inline cli::Status filling(std::vector<Rule> rules) {
  cli::Status s;
  s.rules = std::move(rules);
  Memory memory;
  Sample sample = well().sample;
  evaluate(s.rules, memory, sample, s.verdict);
  const Sample before = sample;
  sample.time += std::chrono::milliseconds(503);
  sample.memory.mem_available -= 50 * kMiB;
  sample.psi->some += std::chrono::milliseconds(20);
  sample.psi->full += std::chrono::milliseconds(5);
  evaluate(s.rules, memory, sample, s.verdict);
  s.nearness = cli::nearness_of(s.rules, s.verdict);
  s.looked = sample.time - before.time;
  s.stalled = cli::stalled_between(before, sample);
  s.falling = fall_per_second(memory.history);
  s.daemons.ours = {ours()};
  s.daemons.ours[0].start_time = 100'000;
  s.daemons.since_boot = std::chrono::seconds(1000 + 3 * 3600);
  return s;
}

}  // namespace forestall::testing
