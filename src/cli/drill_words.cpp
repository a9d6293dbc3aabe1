// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/quantity.h"
#include "cli/drill.h"
#include "report/words.h"

namespace forestall::cli {
namespace {

using Json = nlohmann::ordered_json;

/// At the least, at the rates of next_step().
Duration time_to_take(Bytes take) {
  const Bytes near = std::min(take, kGiB);
  const auto milliseconds = near * 1000 / kGiB + (take - near) * 1000 / (4 * kGiB);
  return std::chrono::milliseconds(milliseconds);
}

Json microseconds(Duration d) { return std::chrono::duration_cast<std::chrono::microseconds>(d).count(); }

Json json_of(const DrillPlan& plan, const std::string& rule) {
  return {{"rule", rule},
          {"available_bytes", plan.available},
          {"limit_bytes", plan.limit},
          {"stop_bytes", plan.stop},
          {"floor_bytes", plan.floor},
          {"take_bytes", plan.take()}};
}

Json json_of(const DrillResult& r) {
  const DrillEnd& end = r.end;
  Json json = {{"held_bytes", end.held}, {"signal", end.terminated ? 15 : end.killed_by}};
  if (end.terminated) json["from_pid"] = end.from;
  const Instant when = end.terminated.value_or(end.gone);
  if (end.crossed) json["after_crossing_usec"] = microseconds(std::max(when - *end.crossed, Duration(0)));
  if (end.terminated) json["gone_after_usec"] = microseconds(end.gone - *end.terminated);
  return json;
}

}  // namespace

bool DrillReport::is_well() const {
  return std::ranges::all_of(checks, [](const DrillCheck& c) { return c.ok; });
}

std::string in_plain_words(const DrillCheck& check) {
  return fmt::format("{:<10}  {}\n", check.ok ? "ok" : "IN THE WAY", check.what);
}

std::string plan_in_words(const DrillReport& report, const Standing& standing) {
  const DrillPlan& p = *report.plan;
  const std::string next = standing.next ? in_words(standing.next->process) : "nobody";
  return fmt::format(
      "\n{} takes {}, down to {} available of {} now, so that rule \"{}\" holds (limit {}).\n"
      "That takes {} or more. File cache that is in the way is dropped and must be read again.\n"
      "It gives up when less than {} is available, when the machine begins to swap, or when programs stand still.\n"
      "Whoever takes memory faster than it just then might go in its place; behind it comes {}.\n",
      kDrillName, human(p.take()), human(p.stop), human(p.available), report.rule, human(p.limit),
      human(time_to_take(p.take())), human(p.floor), next);
}

std::string as_json(const DrillReport& report) {
  Json checks = Json::array();
  for (const DrillCheck& c : report.checks) checks.push_back({{"check", c.name}, {"ok", c.ok}, {"what", c.what}});
  Json json = {{"well", report.is_well()}, {"checks", checks}, {"rules", report.rules}};
  if (report.plan) json["plan"] = json_of(*report.plan, report.rule);
  if (!report.no_plan.empty()) json["no_plan"] = report.no_plan;
  if (report.result) json["result"] = json_of(*report.result);
  return json.dump(2) + "\n";
}

}  // namespace forestall::cli
