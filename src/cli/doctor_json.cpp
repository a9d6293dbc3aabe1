// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>
#include <span>

#include "cli/doctor.h"
#include "evaluate/headroom.h"
#include "report/incident_json.h"

namespace forestall::cli {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t usec(Duration duration) { return duration / std::chrono::microseconds(1); }

Json pressure_of(const Sample& sample) {
  if (!sample.psi) return nullptr;
  return {{"some_usec", usec(sample.psi->some)}, {"full_usec", usec(sample.psi->full)}};
}

Json zram_of(const Zram& zram) {
  if (zram.swap_size == 0) return nullptr;
  return {{"swap_bytes", zram.swap_size}, {"stored_bytes", zram.stored}, {"cost_bytes", zram.cost}};
}

Json daemons_of(const std::vector<Guard>& guards) {
  Json all = Json::array();
  for (const Guard& guard : guards) {
    all.push_back({{"program", guard.program},
                   {"pid", guard.pid},
                   {"can_kill", guard.has(kCapKill)},
                   {"dry_run", guard.dry_run},
                   {"one_cgroup", guard.one_cgroup}});
  }
  return all;
}

Json findings_of(const std::vector<Finding>& findings) {
  Json all = Json::array();
  for (const Finding& finding : findings) {
    all.push_back({{"check", finding.check},
                   {"severity", name_of(finding.severity)},
                   {"title", finding.title},
                   {"why", finding.why},
                   {"mend", finding.mend}});
  }
  return all;
}

Json next_of(const std::optional<CandidateNote>& next) {
  if (!next) return nullptr;
  return Json::parse(candidates_json(std::span(&*next, 1))).at(0);
}

}  // namespace

std::string as_json(const Diagnosis& d) {
  const Machine& m = d.machine;
  const Headroom h = headroom(m.sample);
  Json json;
  json["well"] = d.is_well();
  json["findings"] = findings_of(d.findings);
  json["container"] = m.in_container;
  json["mem_available_bytes"] = h.available;
  json["user_memory_bytes"] = h.user_total;
  json["swap_left_bytes"] = h.swap_left;
  json["swap_total_bytes"] = h.swap_total;
  json["zram"] = zram_of(m.sample.zram);
  json["pressure"] = pressure_of(m.sample);
  json["daemons"] = daemons_of(m.guards);
  json["next"] = next_of(d.next);
  return json.dump(2) + "\n";
}

}  // namespace forestall::cli
