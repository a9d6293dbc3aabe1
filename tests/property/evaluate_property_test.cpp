// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
// After gtest, which it needs.
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "evaluate/evaluate.h"

namespace forestall {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::uint64_t up_to(std::uint64_t most) {
  return static_cast<std::uint64_t>(*rc::gen::inRange<std::int64_t>(0, static_cast<std::int64_t>(most) + 1));
}
bool maybe() { return *rc::gen::arbitrary<bool>(); }
Share a_share(std::int64_t most) { return Share{*rc::gen::inRange<std::int64_t>(0, most + 1)}; }

Size a_size(int deepest = 2) {
  switch (deepest == 0 ? *rc::gen::inRange(0, 2) : *rc::gen::inRange(0, 4)) {
    case 0: return Size::of(up_to(12 * kGiB));
    case 1: return Size::of(a_share(1'000'000));
    case 2: return {Size::Kind::min, 0, {}, {a_size(deepest - 1), a_size(deepest - 1)}};
    default: return {Size::Kind::max, 0, {}, {a_size(deepest - 1), a_size(deepest - 1)}};
  }
}

Rule a_rule() {
  Rule rule;
  rule.action = *rc::gen::element(Action::notify, Action::terminate, Action::kill);
  if (maybe()) rule.mem_available_below = a_size();
  if (maybe()) rule.swap_free_below = a_size();
  if (*rc::gen::inRange(0, 3) == 0) rule.psi_some_above = a_share(1'000'000);
  if (*rc::gen::inRange(0, 3) == 0) rule.psi_full_above = a_share(1'000'000);
  if (*rc::gen::inRange(0, 3) == 0) rule.refaults_above = a_share(10'000'000);
  if (*rc::gen::inRange(0, 3) == 0) rule.exhausted_within = milliseconds(*rc::gen::inRange(100, 100'000));
  if (*rc::gen::inRange(0, 3) == 0) rule.commit_free_below = a_size();
  rule.psi_window = milliseconds(*rc::gen::inRange(200, 10'001));
  if (maybe()) rule.hold = milliseconds(*rc::gen::inRange(0, 1000));
  return rule;
}

/// `before` a while later: counters only grow, amounts are anything.
Sample next_sample(Sample s) {
  s.time += milliseconds(*rc::gen::inRange(1, 2000));
  s.memory.mem_available = up_to(10 * kGiB);
  s.memory.anon_pages = up_to(10 * kGiB);
  s.memory.active_file = up_to(kGiB);
  s.memory.swap_free = up_to(s.memory.swap_total);
  s.memory.committed_as = up_to(20 * kGiB);
  if (s.psi) s.psi->some += milliseconds(*rc::gen::inRange(0, 2000));
  if (s.psi) s.psi->full += milliseconds(*rc::gen::inRange(0, 1000));
  if (s.vmstat && maybe()) s.vmstat->refault_file += up_to(1'000'000);
  if (s.vmstat && maybe()) s.vmstat->pgscan += up_to(1'000'000);
  return s;
}

Sample first_sample() {
  Sample s;
  s.time = Instant(std::chrono::hours(1));
  s.memory.swap_total = maybe() ? 8 * kGiB : 0;
  s.memory.commit_limit = 16 * kGiB;
  s.strict_commit = maybe();
  if (maybe()) s.psi = PressureTotals{seconds(50), seconds(20)};
  if (maybe()) s.vmstat = Vmstat{.refault_file = 1000, .pgscan = 1000};
  if (s.memory.swap_total > 0 && maybe()) s.zram = {4 * kGiB, up_to(4 * kGiB), 2 * kGiB, up_to(2 * kGiB)};
  return next_sample(s);
}

/// Less of everything that is wanted, more of everything that hurts, at the same moment.
Sample worse_than(Sample s) {
  Meminfo& m = s.memory;
  m.mem_available -= up_to(m.mem_available);
  m.swap_free -= up_to(m.swap_free);
  m.active_file -= up_to(m.active_file);
  m.committed_as += up_to(4 * kGiB);
  s.zram.cost += up_to(kGiB);
  if (s.psi) s.psi->some += milliseconds(*rc::gen::inRange(0, 1000));
  if (s.psi) s.psi->full += milliseconds(*rc::gen::inRange(0, 1000));
  if (s.vmstat) s.vmstat->refault_anon += up_to(1000);
  if (s.vmstat) s.vmstat->pgscan += up_to(1000);
  return s;
}

std::vector<Rule> some_rules() {
  std::vector<Rule> rules(static_cast<std::size_t>(*rc::gen::inRange(1, 6)));
  for (Rule& rule : rules) rule = a_rule();
  return rules;
}

RC_GTEST_PROP(Evaluate, MorePressureNeverCalmsAVerdict, ()) {
  const std::vector<Rule> rules = some_rules();
  Memory memory;
  Verdict verdict;
  Sample s = first_sample();
  for (int looks = *rc::gen::inRange(0, 8); looks > 0; --looks) {
    evaluate(rules, memory, s, verdict);
    s = next_sample(s);
  }
  Memory other = memory;
  Verdict worse;
  evaluate(rules, memory, s, verdict);
  evaluate(rules, other, worse_than(s), worse);
  RC_ASSERT(worse.action >= verdict.action);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    RC_ASSERT(worse.rules[i].phase == Phase::firing || verdict.rules[i].phase != Phase::firing);
    for (std::size_t c = 0; c < kConditions; ++c) {
      RC_ASSERT(worse.rules[i].readings[c].holds || !verdict.rules[i].readings[c].holds);
    }
  }
}

RC_GTEST_PROP(Evaluate, TheActionIsThatOfTheFirstStrongestRuleThatFires, ()) {
  const std::vector<Rule> rules = some_rules();
  Memory memory;
  Verdict v;
  Sample s = first_sample();
  for (int looks = *rc::gen::inRange(1, 8); looks > 0; --looks) {
    evaluate(rules, memory, s, v);
    Action strongest = Action::none;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (v.rules[i].phase == Phase::firing) strongest = std::max(strongest, rules[i].action);
    }
    RC_ASSERT(v.action == strongest);
    for (std::size_t i = 0; i < v.rule; ++i) {
      RC_ASSERT(v.rules[i].phase != Phase::firing || rules[i].action < strongest);
    }
    if (v.action != Action::none) {
      RC_ASSERT(v.deciding().phase == Phase::firing && rules[v.rule].action == v.action && v.episode);
    }
    RC_ASSERT(v.next_look >= Duration(0));
    s = next_sample(s);
  }
}

RC_GTEST_PROP(Evaluate, NoRuleFiresBeforeItsTime, ()) {
  // The rule holds at every look; however the looks fall, it fires at the first one at or after `for`.
  Rule rule;
  rule.mem_available_below = Size::of(kGiB);
  rule.hold = milliseconds(*rc::gen::inRange(0, 5000));
  Memory memory;
  Verdict v;
  Sample s;
  const Instant begin = s.time = Instant(std::chrono::hours(1));
  for (int looks = 0; looks < 50; ++looks) {
    evaluate(std::span(&rule, 1), memory, s, v);
    RC_ASSERT((v.action != Action::none) == (s.time - begin >= rule.hold));
    s.time += milliseconds(*rc::gen::inRange(0, 500));
  }
}

}  // namespace
}  // namespace forestall
