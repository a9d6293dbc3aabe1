// SPDX-License-Identifier: MIT
#include "score/terms.h"

#include <algorithm>

namespace forestall {

Points memory_points(const ProcessFacts& process, const Capacity& capacity) {
  // More than there is: merged pages (KSM) count in full for everyone who maps them.
  const Bytes possible = std::min(process.freed_by_death(), capacity.ram_and_swap);
  return share_of(possible, capacity.ram_and_swap).ppm;  // millionths are thousandths of 1 ‰
}

Points adj_points(const ProcessFacts& process, const Capacity& capacity) {
  return std::min(process.oom_score_adj * kPerMille, memory_points(process, capacity));
}

Points prefer_points(const ProcessFacts& process, const Capacity& /*capacity*/) {
  return process.profile.prefer_points * kPerMille;
}

Points avoid_points(const ProcessFacts& process, const Capacity& /*capacity*/) {
  return -process.profile.avoid_points * kPerMille;
}

}  // namespace forestall
