// SPDX-License-Identifier: MIT
#include "cli/daemons.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"

namespace forestall::cli {
namespace {

constexpr std::size_t kShown = 2;

std::string who(const Guard& guard, Duration since_boot) {
  const Duration age = std::max(since_boot - of_ticks(guard.start_time), Duration(0));
  const std::string unit = guard.unit.empty() ? "" : ", as " + escaped(guard.unit, 40);
  return fmt::format("runs: pid {}, for {}{}{}", guard.pid,
                     human(std::chrono::duration_cast<Duration>(std::chrono::floor<std::chrono::seconds>(age))), unit,
                     guard.one_cgroup ? ", over one cgroup" : "");
}

std::string what_it_may(const Guard& guard) {
  std::string text = "may end anybody";
  if (!guard.has(kCapKill)) text = "may end only its own user's processes (no CAP_KILL)";
  if (guard.dry_run) text = "ends nobody, only says so (dry run)";
  return text + (guard.has(kCapSysPtrace) ? "" : "; cannot read others' exe");
}

}  // namespace

std::vector<const Guard*> Daemons::counting() const {
  std::vector<const Guard*> found;
  for (const Guard& guard : ours) {
    if (of_cgroup || !guard.one_cgroup) found.push_back(&guard);
  }
  return found;
}

std::vector<std::string> in_lines(const Daemons& d) {
  std::vector<std::string> lines;
  if (d.counting().empty()) {
    lines.emplace_back(d.sees_everybody ? "NOT RUNNING: when memory runs out, the kernel is the first to act"
                                        : "not seen: /proc hides other users' processes; try sudo");
  }
  for (std::size_t i = 0; i < std::min(d.ours.size(), kShown); ++i) {
    lines.push_back(who(d.ours[i], d.since_boot));
    lines.push_back(what_it_may(d.ours[i]));
  }
  if (d.ours.size() > kShown) lines.push_back(fmt::format("… and {} more: forestall doctor", d.ours.size() - kShown));
  return lines;
}

std::string in_short(const Daemons& d) {
  const auto counting = d.counting();
  if (counting.empty()) return d.sees_everybody ? "forestalld is NOT RUNNING" : "forestalld is not seen";
  const Guard& first = *counting.front();
  const char* limits = first.dry_run ? ", dry run" : first.has(kCapKill) ? "" : ", no CAP_KILL";
  return fmt::format("forestalld pid {}{}", first.pid, limits);
}

}  // namespace forestall::cli
