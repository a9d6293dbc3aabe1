// SPDX-License-Identifier: MIT
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "cli/retold.h"
#include "cli/status.h"
#include "cli/summary.h"
#include "report/incident_json.h"
#include "report/words.h"

namespace forestall::cli {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t usec(Duration duration) { return duration / std::chrono::microseconds(1); }

Json conditions_of(const RuleVerdict& verdict) {
  Json all = Json::array();
  for (const Condition condition : kAllConditions) {
    const Reading& r = verdict.readings[index(condition)];
    if (!r.given) continue;
    all.push_back({{"condition", name_of(condition)},
                   {"known", r.known},
                   {"holds", r.holds},
                   {"measured", r.measured},
                   {"limit", r.limit}});
  }
  return all;
}

Json rules_of(const Status& s) {
  Json all = Json::array();
  for (const Nearness& n : s.nearness) {
    const Rule& rule = s.rules[n.rule];
    const RuleVerdict& verdict = s.verdict.rules[n.rule];
    all.push_back({{"name", rule.name},
                   {"action", name_of(rule.action)},
                   {"phase", name_of(verdict.phase)},
                   {"nearness", std::floor(n.part * 1000) / 1000},
                   {"farthest", name_of(n.farthest)},
                   {"conditions", conditions_of(verdict)}});
  }
  return all;
}

Json stalled_of(const std::optional<Stalled>& stalled) {
  if (!stalled) return nullptr;
  return {{"some_ppm", stalled->some.ppm}, {"full_ppm", stalled->full.ppm}};
}

Json last_of(const LastIncident& last) {
  if (!last.story) return nullptr;
  const StoryEvent& e = main_event(*last.story);
  Json freed = nullptr;
  if (const auto bytes = e.number("FREED_BYTES")) freed = *bytes;
  return {{"id", last.story->id},
          {"began", in_utc(last.story->began)},
          {"done", what_was_done(*last.story)},
          {"victim", victim_of(e)},
          {"freed_bytes", freed}};
}

Json daemons_of(const std::vector<Guard>& guards) {
  Json all = Json::array();
  for (const Guard& guard : guards) {
    all.push_back({{"pid", guard.pid},
                   {"can_kill", guard.has(kCapKill)},
                   {"can_read_exe", guard.has(kCapSysPtrace)},
                   {"dry_run", guard.dry_run},
                   {"one_cgroup", guard.one_cgroup}});
  }
  return all;
}

}  // namespace

std::string as_json(const Status& s) {
  const Headroom& h = s.verdict.headroom;
  const Nearness* first = nearest(s.nearness);
  Json json;
  json["cgroup"] = s.cgroup ? Json(*s.cgroup) : Json(nullptr);
  json["mem_available_bytes"] = h.available;
  json["user_memory_bytes"] = h.user_total;
  json["swap_left_bytes"] = h.swap_left;
  json["swap_total_bytes"] = h.swap_total;
  json["looked_usec"] = usec(s.looked);
  json["stalled"] = stalled_of(s.stalled);
  json["falling_bytes_per_second"] = s.falling;
  json["exhausted_in_usec"] = s.verdict.exhausted_in ? Json(usec(*s.verdict.exhausted_in)) : Json(nullptr);
  json["nearest"] = first != nullptr ? Json(s.rules[first->rule].name) : Json(nullptr);
  json["rules"] = rules_of(s);
  json["next"] = s.next ? Json::parse(candidates_json(std::span(&*s.next, 1))).at(0) : Json(nullptr);
  json["last_incident"] = last_of(s.last);
  json["running"] = !s.daemons.counting().empty();
  json["daemons"] = daemons_of(s.daemons.ours);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace forestall::cli
