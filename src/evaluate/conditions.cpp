// SPDX-License-Identifier: MIT
#include "evaluate/conditions.h"

#include <algorithm>
#include <limits>

namespace forestall {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

std::int64_t number(Bytes bytes) {
  return static_cast<std::int64_t>(std::min<Bytes>(bytes, static_cast<Bytes>(kNever)));
}

/// The recovery mark of a limit from below.
std::int64_t a_quarter_more(std::int64_t limit) { return limit + std::min(limit / 4, kNever - limit); }

double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

Reading below(std::int64_t measured, std::int64_t limit) { return {true, true, measured < limit, measured, limit}; }
Reading above(std::int64_t measured, std::int64_t limit) { return {true, true, measured > limit, measured, limit}; }
Reading unknown(std::int64_t limit) { return {true, false, false, 0, limit}; }

Reading size_below(Bytes measured, const Size& limit, Bytes whole) {
  return below(number(measured), number(limit.in(whole)));
}

/// How long the window really was, the part before the first look counted as calm.
Duration window_of(const Rule& rule, const Evidence& e) {
  return std::max(rule.psi_window, e.history.newest().time - e.history.before(rule.psi_window).time);
}

bool nothing_is_reclaimed(const Rule& rule, const Evidence& e) {
  if (!e.sample.vmstat) return false;
  const Mark& then = e.history.before(rule.psi_window);
  const Mark& now = e.history.newest();
  return now.pgscan == then.pgscan && now.refaults == then.refaults;
}

Reading stall(Duration Mark::*total, Share limit, const Rule& rule, const Evidence& e) {
  if (!e.sample.psi) return unknown(limit.ppm);
  const Duration stood = e.history.newest().*total - e.history.before(rule.psi_window).*total;
  const double share = seconds(stood) / seconds(window_of(rule, e));
  Reading reading = above(static_cast<std::int64_t>(share * 1e6), limit.ppm);
  reading.holds = reading.holds && !nothing_is_reclaimed(rule, e);
  return reading;
}

Reading refaults(Share limit, const Rule& rule, const Evidence& e) {
  if (!e.sample.vmstat) return unknown(limit.ppm);
  const std::uint64_t then = e.history.before(rule.psi_window).refaults;
  const std::uint64_t pages = std::max(e.history.newest().refaults, then) - then;
  const double bytes = static_cast<double>(pages) * static_cast<double>(e.sample.page_size);
  const double per_second = bytes / seconds(window_of(rule, e));
  const Bytes lru = e.sample.memory.active_file + e.sample.memory.inactive_file;
  const double share = per_second / static_cast<double>(std::max(lru, e.sample.page_size));
  constexpr double most = 1e12;  // far past every limit that can be configured, and safe to convert
  return above(static_cast<std::int64_t>(std::min(share * 1e6, most)), limit.ppm);
}

}  // namespace

Reading measure(Condition condition, const Rule& rule, const Evidence& e) {
  switch (condition) {
    case Condition::mem_available_below:
      if (!rule.mem_available_below) return {};
      return size_below(e.headroom.available, *rule.mem_available_below, e.headroom.user_total);
    case Condition::swap_free_below: {
      if (!rule.swap_free_below) return {};
      Reading reading = size_below(e.headroom.swap_left, *rule.swap_free_below, e.headroom.swap_total);
      reading.holds = reading.holds || e.headroom.swap_total == 0;
      return reading;
    }
    case Condition::psi_some_above:
      return rule.psi_some_above ? stall(&Mark::psi_some, *rule.psi_some_above, rule, e) : Reading{};
    case Condition::psi_full_above:
      return rule.psi_full_above ? stall(&Mark::psi_full, *rule.psi_full_above, rule, e) : Reading{};
    case Condition::refaults_above: return rule.refaults_above ? refaults(*rule.refaults_above, rule, e) : Reading{};
    case Condition::exhausted_within: {
      if (!rule.exhausted_within) return {};
      const auto left = time_to_exhaustion(e.history);
      return below(left ? left->count() : kNever, rule.exhausted_within->count());
    }
    case Condition::commit_free_below:
      if (!rule.commit_free_below) return {};
      if (!e.headroom.strict_commit) return unknown(number(rule.commit_free_below->in(e.headroom.commit_limit)));
      return size_below(e.headroom.commit_left, *rule.commit_free_below, e.headroom.commit_limit);
  }
  return {};
}

bool has_recovered(Condition condition, const Reading& r, const Headroom& headroom) {
  const auto past = [&](Bytes whole) {
    const std::int64_t reachable = r.limit / 2 + number(whole) / 2;
    return r.measured >= std::min(a_quarter_more(r.limit), std::max(reachable, r.limit));
  };
  if (!r.known) return true;
  switch (condition) {
    case Condition::mem_available_below: return past(headroom.user_total);
    case Condition::swap_free_below: return headroom.swap_total > 0 && past(headroom.swap_total);
    case Condition::commit_free_below: return past(headroom.commit_limit);
    case Condition::exhausted_within: return r.measured > a_quarter_more(r.limit);
    case Condition::psi_some_above:
    case Condition::psi_full_above:
    case Condition::refaults_above: return r.measured <= r.limit - r.limit / 4;
  }
  return true;
}

Bytes fall_per_second(const History& history) {
  const Mark& now = history.newest();
  const Mark& then = history.before(kSlopeWindow);
  const Duration span = now.time - then.time;
  if (span < kShortestSlope || now.left >= then.left) return 0;
  return static_cast<Bytes>(static_cast<double>(then.left - now.left) / seconds(span));
}

std::optional<Duration> time_to_exhaustion(const History& history) {
  constexpr double longest = 24.0 * 3600;
  const Bytes rate = fall_per_second(history);
  if (rate == 0) return std::nullopt;
  const double left = static_cast<double>(history.newest().left) / static_cast<double>(rate);
  if (left >= longest) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(left));
}

}  // namespace forestall
