// SPDX-License-Identifier: MIT
// How far each rule is from holding. Pure. A rule needs all of its conditions, so the farthest of them decides.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "forestall/rules.h"
#include "forestall/sample.h"
#include "forestall/verdict.h"

namespace forestall::cli {

/// 0: as far as can be; 1: it holds, and only then. Of an amount that must not fall below its limit, how much of the
/// way from all of it down to the limit is gone; of a part that must not rise above one, how much of the limit it is;
/// of a time, the limit as a part of it. 0 of what cannot be told on this machine.
double nearness(Condition condition, const Reading& reading, const Headroom& headroom);

struct Nearness {
  std::size_t rule = 0;  ///< in Config::rules
  double part = 0;       ///< 0 to 1, as of its farthest condition
  Condition farthest = Condition::mem_available_below;
};

/// Of the rules that are enabled, in their order.
std::vector<Nearness> nearness_of(std::span<const Rule> rules, const Verdict& verdict);

/// The one with the greatest part, the first of equals; null if there is none.
const Nearness* nearest(std::span<const Nearness> all);

/// "memory 3.2 GiB above its limit of 1.5 GiB", "all tasks stalled 2 %, limit 20 %": how far its farthest condition is
/// from holding. Where all hold, for how long and what that rule asks for.
std::string distance_in_words(const Nearness& nearness, const Rule& rule, const Verdict& verdict);

/// `part` of so many columns, full only at 1.
std::string nearness_bar(double part, std::size_t columns);

}  // namespace forestall::cli
