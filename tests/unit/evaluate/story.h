// SPDX-License-Identifier: MIT
// Short forms for tests that judge one made-up Sample after the other.
#pragma once

#include <algorithm>
#include <vector>

#include "evaluate/evaluate.h"

namespace forestall::testing {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline Instant at(Duration since_boot) { return Instant(std::chrono::hours(1) + since_boot); }

/// A machine of 10 GiB without swap, of which programs hold what is not available, at a moment.
inline Sample sample_at(Duration time, Bytes available = 5 * kGiB) {
  constexpr Bytes total = 10 * kGiB;
  Sample s;
  s.time = at(time);
  s.memory.mem_total = total;
  s.memory.mem_available = available;
  s.memory.anon_pages = total - std::min(available, total);
  s.memory.active_file = 512 * kMiB;
  s.memory.inactive_file = 512 * kMiB;
  s.psi = PressureTotals{};
  s.vmstat = Vmstat{};
  return s;
}

/// What the rules say, from one Sample to the next.
class Story {
 public:
  explicit Story(std::vector<Rule> rules) : rules_(std::move(rules)) {}

  const Verdict& judge(const Sample& sample) {
    evaluate(rules_, memory_, sample, verdict_);
    return verdict_;
  }
  Phase phase(const Sample& sample, std::size_t rule = 0) { return judge(sample).rules.at(rule).phase; }
  const Reading& reading(const Sample& sample, Condition condition, std::size_t rule = 0) {
    return judge(sample).rules.at(rule).readings.at(index(condition));
  }
  void forget_past() { forestall::forget_past(memory_); }
  [[nodiscard]] const Verdict& verdict() const { return verdict_; }

 private:
  std::vector<Rule> rules_;
  Memory memory_;
  Verdict verdict_;
};

/// A rule that holds with less than 1 GiB available.
inline Rule low_memory(Action action = Action::terminate) {
  Rule rule;
  rule.name = "low-memory";
  rule.action = action;
  rule.mem_available_below = Size::of(kGiB);
  return rule;
}

inline constexpr Bytes kPlenty = 5 * kGiB;
inline constexpr Bytes kShort = 512 * kMiB;

}  // namespace forestall::testing
