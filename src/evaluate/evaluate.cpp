// SPDX-License-Identifier: MIT
#include "evaluate/evaluate.h"

#include <algorithm>

#include "evaluate/conditions.h"
#include "evaluate/headroom.h"
#include "evaluate/horizon.h"

namespace forestall {
namespace {

Mark mark_of(const Sample& sample, const Headroom& headroom, const History& history) {
  Mark mark = history.empty() ? Mark{} : history.newest();  // what cannot be read this time has not moved
  mark.time = history.empty() ? sample.time : std::max(sample.time, mark.time);
  mark.left = headroom.left();
  if (sample.psi) {
    mark.psi_some = sample.psi->some;
    mark.psi_full = sample.psi->full;
  }
  if (sample.vmstat) {
    mark.refaults = sample.vmstat->refault_anon + sample.vmstat->refault_file;
    mark.pgscan = sample.vmstat->pgscan;
  }
  return mark;
}

void remember(Memory& memory, const Sample& sample, const Headroom& headroom) {
  const bool slept = sample.suspended - memory.suspended > kShortestSleep;
  const bool came_or_went = sample.psi.has_value() != memory.had_psi || sample.vmstat.has_value() != memory.had_vmstat;
  const Mark mark = mark_of(sample, headroom, memory.history);
  // In the cgroup that has taken the place of the one before.
  const bool counts_anew = !memory.history.empty() && mark.psi_some < memory.history.newest().psi_some;
  memory.history.add(mark);
  if (slept || came_or_went || counts_anew) forget_past(memory);
  memory.suspended = sample.suspended;
  memory.had_psi = sample.psi.has_value();
  memory.had_vmstat = sample.vmstat.has_value();
}

struct Judgement {
  bool all_hold = true;
  bool memory_is_there = false;  ///< the rule asks for less than is available
  bool recovered = false;
  Duration soonest{0};
  std::optional<Duration> expected;
};

/// All conditions of one rule: they are joined by "and", so the slowest of them says how soon it can fire.
Judgement read_conditions(const Rule& rule, const Evidence& evidence, RuleVerdict& verdict) {
  Judgement j;
  const Bytes fall = latest_fall(evidence.history);
  for (const Condition condition : kAllConditions) {
    Reading& reading = verdict.readings[index(condition)];
    reading = measure(condition, rule, evidence);
    if (!reading.given) continue;
    j.all_hold = j.all_hold && reading.holds;
    j.memory_is_there = j.memory_is_there || (condition == Condition::mem_available_below && !reading.holds);
    j.recovered = j.recovered || has_recovered(condition, reading, evidence.headroom);
    j.soonest = std::max(j.soonest, soonest(condition, rule, reading, evidence));
    if (const auto e = expected(condition, reading, fall)) j.expected = std::max(j.expected.value_or(*e), *e);
  }
  return j;
}

Phase advance(Memory::OfRule& state, const Rule& rule, const Judgement& j, Instant now) {
  if (j.all_hold) {
    if (!state.since) state.since = now;
    if (now - *state.since < rule.hold) return Phase::pending;
    state.fired = true;
    return Phase::firing;
  }
  state.since.reset();
  state.fired = state.fired && !j.recovered;
  return state.fired ? Phase::recovering : Phase::calm;
}

/// A stall is counted over a window. As long as there is memory it is enough to look once in each, but every two
/// seconds at least: who fills all of it in between, and then stalls, is seen that much later.
Duration seldom_enough(const Rule& rule, const Judgement& j) {
  constexpr Duration longest = std::chrono::seconds(2);
  const bool counts_a_window = rule.psi_some_above || rule.psi_full_above || rule.refaults_above;
  return counts_a_window && j.memory_is_there ? std::min(rule.psi_window, longest) : Duration(0);
}

void look_again(const Rule& rule, const Judgement& j, const RuleVerdict& rv, Verdict& verdict) {
  const bool pending = rv.phase == Phase::pending;
  const Duration next = pending ? rule.hold - (verdict.time - rv.since) : std::max(j.soonest, seldom_enough(rule, j));
  verdict.next_look = std::min(verdict.next_look, next);
  if (j.expected && j.soonest <= *j.expected) {
    verdict.crossing = std::min(verdict.crossing.value_or(*j.expected), *j.expected);
  }
}

void judge_rule(const Rule& rule, Memory::OfRule& state, const Evidence& evidence, Verdict& verdict, std::size_t i) {
  RuleVerdict& rv = verdict.rules[i];
  rv = RuleVerdict{};
  if (!rule.enabled) {
    state = {};
    return;
  }
  const Judgement j = read_conditions(rule, evidence, rv);
  rv.phase = advance(state, rule, j, verdict.time);
  rv.since = state.since.value_or(verdict.time);
  verdict.episode = verdict.episode || state.fired;
  look_again(rule, j, rv, verdict);
  if (rv.phase == Phase::firing && rule.action > verdict.action) {
    verdict.action = rule.action;
    verdict.rule = i;
  }
}

}  // namespace

void evaluate(std::span<const Rule> rules, Memory& memory, const Sample& sample, Verdict& verdict) {
  const Headroom h = headroom(sample);
  remember(memory, sample, h);
  verdict.time = memory.history.newest().time;
  verdict.action = Action::none;
  verdict.rule = 0;
  verdict.count = std::min(rules.size(), kMaxRules);
  verdict.headroom = h;
  verdict.exhausted_in = time_to_exhaustion(memory.history);
  verdict.next_look = Duration::max();
  verdict.crossing.reset();
  verdict.episode = false;
  const Evidence evidence{sample, h, memory.history};
  for (std::size_t i = 0; i < verdict.count; ++i) judge_rule(rules[i], memory.rules[i], evidence, verdict, i);
}

void forget_past(Memory& memory) {
  memory.history.restart();
  for (Memory::OfRule& rule : memory.rules) rule.since.reset();
}

}  // namespace forestall
