// SPDX-License-Identifier: MIT
#include "cli/diagnosis.h"

#include <algorithm>

namespace forestall::cli {

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::must: return "must";
    case Severity::should: return "should";
    case Severity::note: break;
  }
  return "note";
}

std::vector<const Guard*> acting(const Machine& machine) {
  std::vector<const Guard*> found;
  for (const Guard& g : machine.guards) {
    if (g.program == "forestalld" && !g.one_cgroup && !g.dry_run && g.has(kCapKill)) found.push_back(&g);
  }
  return found;
}

std::vector<Finding> diagnose(const Machine& machine) {
  std::vector<Finding> findings;
  for (const auto checks : {guard_checks(), kernel_checks()}) {
    for (const Check& check : checks) {
      auto finding = check.look(machine);
      if (!finding) continue;
      finding->check = check.name;
      findings.push_back(std::move(*finding));
    }
  }
  std::ranges::stable_sort(findings, {}, &Finding::severity);
  return findings;
}

}  // namespace forestall::cli
