// SPDX-License-Identifier: MIT
#include "cli/nearness.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/quantity.h"

namespace forestall::cli {
namespace {

/// What does not hold is never at its limit, whatever rounding does, or what else it lacks.
constexpr double kAlmost = 0.999;

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

Bytes bytes(std::int64_t n) { return static_cast<Bytes>(std::max<std::int64_t>(n, 0)); }

double ratio(double part, double whole) { return whole > 0 ? part / whole : 1; }

double gone(const Reading& r, Bytes whole) {
  const auto all = static_cast<double>(whole);
  return ratio(all - static_cast<double>(r.measured), all - static_cast<double>(r.limit));
}

std::string amount_in_words(std::string_view what, const Reading& r) {
  const bool below = r.measured < r.limit;
  const Bytes distance = below ? bytes(r.limit) - bytes(r.measured) : bytes(r.measured) - bytes(r.limit);
  return fmt::format("{} {} {} its limit of {}", what, human(distance), below ? "below" : "above",
                     human(bytes(r.limit)));
}

std::string share_in_words(std::string_view what, const Reading& r) {
  // The evaluator counts no stall while nothing is reclaimed.
  const std::string_view but = r.measured > r.limit && !r.holds ? ", but nothing is reclaimed" : "";
  return fmt::format("{} {}, limit {}{}", what, human(Share{r.measured}), human(Share{r.limit}), but);
}

std::string in_words(Condition condition, const Reading& r, const Headroom& h) {
  if (!r.known) return fmt::format("{} cannot be told here", name_of(condition));
  switch (condition) {
    case Condition::mem_available_below: return amount_in_words("memory", r);
    case Condition::swap_free_below: return h.swap_total == 0 ? "no swap" : amount_in_words("swap", r);
    case Condition::psi_some_above: return share_in_words("some task stalled", r);
    case Condition::psi_full_above: return share_in_words("all tasks stalled", r);
    case Condition::refaults_above: return share_in_words("refaults", r);
    case Condition::exhausted_within:
      if (r.measured == kNever) return "memory does not fall";
      return fmt::format("exhausted in {}, limit {}", human(Duration(r.measured)), human(Duration(r.limit)));
    case Condition::commit_free_below: return amount_in_words("commit", r);
  }
  return {};
}

/// The condition that lacks most; of a rule without any, nothing is near.
Nearness farthest_of(std::size_t rule, const RuleVerdict& verdict, const Headroom& headroom) {
  std::optional<Nearness> least;
  for (const Condition condition : kAllConditions) {
    const Reading& reading = verdict.readings[index(condition)];
    if (!reading.given) continue;
    const double part = nearness(condition, reading, headroom);
    if (!least || part < least->part) least = Nearness{rule, part, condition};
  }
  return least.value_or(Nearness{rule});
}

}  // namespace

double nearness(Condition condition, const Reading& r, const Headroom& h) {
  if (!r.known) return 0;
  if (r.holds) return 1;
  const auto part = [&] {
    switch (condition) {
      case Condition::mem_available_below: return gone(r, h.user_total);
      case Condition::swap_free_below: return gone(r, h.swap_total);
      case Condition::commit_free_below: return gone(r, h.commit_limit);
      case Condition::exhausted_within:
        return r.measured == kNever ? 0 : ratio(static_cast<double>(r.limit), static_cast<double>(r.measured));
      case Condition::psi_some_above:
      case Condition::psi_full_above:
      case Condition::refaults_above:
        return r.measured == 0 ? 0 : ratio(static_cast<double>(r.measured), static_cast<double>(r.limit));
    }
    return 0.0;
  };
  return std::clamp(part(), 0.0, kAlmost);
}

std::vector<Nearness> nearness_of(std::span<const Rule> rules, const Verdict& verdict) {
  std::vector<Nearness> all;
  for (std::size_t i = 0; i < std::min(rules.size(), verdict.count); ++i) {
    if (rules[i].enabled) all.push_back(farthest_of(i, verdict.rules[i], verdict.headroom));
  }
  return all;
}

const Nearness* nearest(std::span<const Nearness> all) {
  const auto found = std::ranges::max_element(all, {}, &Nearness::part);
  return found == all.end() ? nullptr : &*found;
}

std::string distance_in_words(const Nearness& n, const Rule& rule, const Verdict& verdict) {
  const RuleVerdict& v = verdict.rules[n.rule];
  switch (v.phase) {
    case Phase::firing: return fmt::format("HOLDS, and asks to {}", name_of(rule.action));
    case Phase::pending:
      return fmt::format("HOLDS for {} of {}, then asks to {}", human(verdict.time - v.since), human(rule.hold),
                         name_of(rule.action));
    case Phase::recovering:
      return in_words(n.farthest, v.readings[index(n.farthest)], verdict.headroom) + ", recovering";
    case Phase::calm: break;
  }
  return in_words(n.farthest, v.readings[index(n.farthest)], verdict.headroom);
}

std::string nearness_bar(double part, std::size_t columns) {
  const auto full = static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * static_cast<double>(columns));
  std::string text;
  for (std::size_t i = 0; i < columns; ++i) text += i < full ? "█" : "·";
  return text;
}

}  // namespace forestall::cli
