// SPDX-License-Identifier: MIT
#include "cli/drill_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/quantity.h"
#include "evaluate/headroom.h"

namespace forestall::cli {
namespace {

bool acts(const Rule& rule) { return rule.enabled && rule.action >= Action::terminate; }

/// A condition that a drill does not bring about, and that does not hold by itself.
std::string what_else_it_wants(const Rule& rule, const RuleVerdict& verdict) {
  for (const Condition condition : kAllConditions) {
    const Reading& reading = verdict.readings[index(condition)];
    if (!reading.given || condition == Condition::mem_available_below) continue;
    if (condition != Condition::swap_free_below) {
      return fmt::format("it goes by {} too, which a drill does not bring about", name_of(condition));
    }
    if (reading.holds) continue;
    return fmt::format("{} of swap are left, and a drill does not fill swap",
                       human(static_cast<Bytes>(reading.measured)));
  }
  if (!rule.mem_available_below) return "it does not go by available memory";
  if (rule.hold > kDrillHold) return fmt::format("it must hold for {}, too long for a drill", human(rule.hold));
  return "";
}

/// Below it another rule would do more than the one that is drilled.
Bytes floor_of(const Config& config, const Rule& drilled, Bytes limit, Bytes whole) {
  Bytes floor = kDrillFloor;
  for (const Rule& rule : config.rules) {
    if (!rule.enabled || rule.action <= drilled.action || !rule.mem_available_below) continue;
    const Bytes worse = rule.mem_available_below->in(whole);
    if (worse < limit) floor = std::max(floor, worse + kDrillMargin);
  }
  return floor;
}

}  // namespace

Result<DrillPlan> plan_for(const Config& config, std::size_t rule, const Verdict& verdict) {
  const Rule& r = config.rules[rule];
  const std::string wants = what_else_it_wants(r, verdict.rules[rule]);
  if (!wants.empty()) return failure(0, wants);
  const Bytes whole = verdict.headroom.user_total;
  DrillPlan plan;
  plan.rule = rule;
  plan.available = verdict.headroom.available;
  plan.limit = r.mem_available_below->in(whole);
  plan.floor = floor_of(config, r, plan.limit, whole);
  plan.patience = kDrillPatience + r.hold;
  if (plan.available <= plan.limit) {
    return failure(0, fmt::format("memory is below its limit of {} already", human(plan.limit)));
  }
  constexpr Bytes least_room = 16 * kMiB;  // what others take and give back in a moment must not hide the limit
  if (plan.limit < plan.floor + least_room) {
    return failure(0, fmt::format("its limit is {}, and a drill leaves {} available", human(plan.limit),
                                  human(plan.floor + least_room)));
  }
  plan.stop = plan.limit - std::min(kDrillMargin, (plan.limit - plan.floor) / 2);
  plan.pause = std::min(plan.available, plan.limit + kDrillPause);
  return plan;
}

Result<DrillPlan> plan_drill(const Config& config, const Verdict& verdict) {
  if (verdict.action >= Action::terminate) {
    return failure(0, fmt::format("rule \"{}\" holds now: this is no drill", config.rules[verdict.rule].name));
  }
  // Only the first on the way down: whoever passes it to get to the next has met it already.
  const Rule* first = nullptr;
  Bytes highest = 0;
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < verdict.count; ++i) {
    const Rule& rule = config.rules[i];
    if (!acts(rule)) continue;
    if (const std::string wants = what_else_it_wants(rule, verdict.rules[i]); !wants.empty()) {
      reasons.push_back(fmt::format("rule \"{}\": {}", rule.name, wants));
      continue;
    }
    const Bytes limit = rule.mem_available_below->in(verdict.headroom.user_total);
    if (first == nullptr || limit > highest || (limit == highest && rule.action > first->action)) {
      first = &rule;
      highest = limit;
    }
  }
  if (first != nullptr) {
    auto plan = plan_for(config, static_cast<std::size_t>(first - config.rules.data()), verdict);
    if (!plan) return failure(0, fmt::format("rule \"{}\": {}", first->name, plan.error().what));
    return plan;
  }
  if (reasons.empty()) return failure(0, "no rule that is switched on ends anybody");
  return failure(0, fmt::format("{}", fmt::join(reasons, "; ")));
}

std::string in_words(Halt halt, const DrillPlan& plan) {
  switch (halt) {
    case Halt::floor: return fmt::format("less than {} was available", human(plan.floor));
    case Halt::swap: return "the machine began to swap";
    case Halt::stall: return "programs stood still for want of memory";
    case Halt::too_much: return fmt::format("it held {} and may hold no more", human(plan.most()));
    case Halt::blind: return "memory could not be had, or could not be read";
    case Halt::none: break;
  }
  return "";
}

DrillStep next_step(const DrillPlan& plan, const Sample& first, const Sample& now, Bytes held, Bytes down_to) {
  using std::chrono::milliseconds;
  const Bytes available = headroom(now).available;
  if (available < plan.floor) return {Halt::floor};
  if (first.memory.swap_free > now.memory.swap_free + kDrillSwap) return {Halt::swap};
  if (first.psi && now.psi) {
    const Duration elapsed = std::max<Duration>(now.time - first.time, std::chrono::seconds(1));
    if (now.psi->full - first.psi->full > elapsed * kDrillStall.ppm / 1'000'000) return {Halt::stall};
  }
  if (available <= down_to) return {Halt::none, 0, milliseconds(1)};
  if (held >= plan.most()) return {Halt::too_much};
  // Near the limit so finely that the moment at which it is crossed is known to the millisecond.
  const Bytes far = available > plan.limit ? available - plan.limit : 0;
  const Bytes step = far > kDrillMargin ? 16 * kMiB : kMiB;
  const Duration pause = far > kGiB ? milliseconds(4) : step > kMiB ? milliseconds(16) : milliseconds(1);
  return {Halt::none, std::min({step, available - down_to, plan.most() - held}), pause};
}

}  // namespace forestall::cli
