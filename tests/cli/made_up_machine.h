// SPDX-License-Identifier: MIT
// A machine on which all is well, to be made ill in one respect.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cli/diagnosis.h"
#include "forestall/units.h"

namespace forestall::testing {

inline constexpr std::uint64_t kMayKill = std::uint64_t{1} << cli::kCapKill;
inline constexpr std::uint64_t kMayTrace = std::uint64_t{1} << cli::kCapSysPtrace;

inline cli::Guard ours(std::int32_t pid = 500) {
  return {.program = "forestalld", .pid = pid, .unit = "forestalld.service", .capabilities = kMayKill, .groups = {990}};
}

inline cli::Guard other(std::string program, std::int32_t pid = 600) {
  const std::string unit = program + ".service";
  return {.program = std::move(program), .pid = pid, .unit = unit, .capabilities = kMayKill};
}

inline cli::Machine well() {
  cli::Machine m;
  m.sample.memory.mem_total = 16 * kGiB;
  m.sample.memory.mem_available = 10 * kGiB;
  m.sample.memory.anon_pages = 5 * kGiB;
  m.sample.memory.swap_total = 8 * kGiB;
  m.sample.memory.swap_free = 6 * kGiB;
  m.sample.psi = PressureTotals{std::chrono::milliseconds(3500), std::chrono::seconds(1)};
  m.config.rules.push_back({.name = "stall", .psi_full_above = Share::percent(20)});
  m.swappiness = 60;
  m.overcommit_memory = 0;
  m.panic_on_oom = 0;
  m.lru_gen_enabled = 7;
  m.min_ttl_ms = 0;
  m.installed = true;
  m.guards = {ours()};
  return m;
}

/// Which checks find something.
inline std::vector<std::string> ills(const cli::Machine& machine) {
  std::vector<std::string> names;
  for (const cli::Finding& finding : cli::diagnose(machine)) names.emplace_back(finding.check);
  return names;
}

/// What the check says. Empty, and a failure, if it finds nothing.
inline cli::Finding finding(const cli::Machine& machine, std::string_view check) {
  const auto all = cli::diagnose(machine);
  const auto found = std::ranges::find(all, check, &cli::Finding::check);
  EXPECT_NE(found, all.end()) << check;
  return found == all.end() ? cli::Finding{} : *found;
}

}  // namespace forestall::testing
