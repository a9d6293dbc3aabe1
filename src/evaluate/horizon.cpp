// SPDX-License-Identifier: MIT
#include "evaluate/horizon.h"

#include <algorithm>

namespace forestall {
namespace {

Duration time_to_cover(std::int64_t distance, Bytes per_second) {
  if (distance <= 0) return Duration(0);
  const double seconds = static_cast<double>(distance) / static_cast<double>(per_second);
  constexpr double longest = 3600;  // whoever asks looks far more often
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(std::min(seconds, longest)));
}

/// Even if all of the stall in the window happened at its very end, this much more must follow.
Duration stall_missing(Duration Mark::*total, Share limit, const Rule& rule, const History& history) {
  const Duration stood = history.newest().*total - history.before(rule.psi_window).*total;
  const Duration needed(rule.psi_window.count() / 1'000'000 * limit.ppm);
  return std::max(needed - stood, Duration(0));
}

}  // namespace

Duration soonest(Condition condition, const Rule& rule, const Reading& r, const Evidence& e) {
  if (!r.known) return Duration::max();
  if (r.holds) return Duration(0);
  const Bytes fill = std::max(kFastestFill, latest_fall(e.history));
  switch (condition) {
    case Condition::mem_available_below: return time_to_cover(r.measured - r.limit, fill);
    case Condition::swap_free_below: return time_to_cover(r.measured - r.limit, kFastestSwap);
    case Condition::psi_some_above: return stall_missing(&Mark::psi_some, *rule.psi_some_above, rule, e.history);
    case Condition::psi_full_above: return stall_missing(&Mark::psi_full, *rule.psi_full_above, rule, e.history);
    case Condition::exhausted_within: {
      const Duration all = time_to_cover(static_cast<std::int64_t>(e.headroom.left()), fill);
      return std::max(all - *rule.exhausted_within, Duration(0));
    }
    case Condition::refaults_above:     // one burst is enough
    case Condition::commit_free_below:  // one mmap is enough
      return Duration(0);
  }
  return Duration(0);
}

std::optional<Duration> expected(Condition condition, const Reading& r, Bytes fall) {
  const bool memory = condition == Condition::mem_available_below;
  if (!memory || r.holds || fall == 0) return std::nullopt;
  return time_to_cover(r.measured - r.limit, fall);
}

Bytes latest_fall(const History& history) {
  const Mark& now = history.newest();
  const Mark& then = history.before(Duration(1));
  const Duration span = now.time - then.time;
  if (span <= Duration(0) || now.left >= then.left) return 0;
  const double seconds = std::chrono::duration<double>(span).count();
  return static_cast<Bytes>(static_cast<double>(then.left - now.left) / seconds);
}

}  // namespace forestall
