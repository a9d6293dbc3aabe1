// SPDX-License-Identifier: MIT
#include "score/terms.h"

#include <algorithm>

namespace forestall {
namespace {

/// Never more than there is: merged pages (KSM) count in full for everyone who maps them.
Points part_of_machine(Bytes bytes, const Capacity& capacity) {
  return share_of(std::min(bytes, capacity.ram_and_swap), capacity.ram_and_swap).ppm;  // a millionth is 1/1000 of 1 ‰
}

}  // namespace

Points memory_points(const Merits& merits) { return part_of_machine(merits.process.freed_by_death(), merits.capacity); }

Points growth_points(const Merits& merits) { return part_of_machine(merits.grown, merits.capacity); }

Points adj_points(const Merits& merits) {
  return std::min(merits.process.oom_score_adj * kPerMille, memory_points(merits));
}

Points prefer_points(const Merits& merits) { return merits.process.profile.prefer_points * kPerMille; }

Points avoid_points(const Merits& merits) { return -merits.process.profile.avoid_points * kPerMille; }

}  // namespace forestall
