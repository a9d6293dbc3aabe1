// SPDX-License-Identifier: MIT
#include "base/unit_news.h"

#include <algorithm>

namespace forestall {
namespace {

bool is_of_note(const UnitChange& unit) { return unit.facts != UnitFacts{}; }

bool differ(const UnitFacts& a, const UnitFacts& b, Bytes more_than) {
  return a.whole != b.whole || a.preference != b.preference || difference(a.filled, b.filled) > more_than ||
         difference(a.counted_twice, b.counted_twice) > more_than;
}

}  // namespace

UnitNews::UnitNews() {
  known_.reserve(kRoom);
  news_.reserve(2 * kRoom);  // all of them gone, and as many others there
}

std::span<const UnitChange> UnitNews::look(Instant time, std::span<const KnownPlace> places, Bytes more_than) {
  news_.clear();
  for (std::size_t i = known_.size(); i-- > 0;) {
    const auto cgroup = known_[i].cgroup;
    const bool is_here = std::ranges::any_of(places, [&](const KnownPlace& p) { return p.cgroup.path == cgroup; });
    if (!is_here) see({time, cgroup}, 0);
  }
  for (std::size_t i = 1; i < places.size(); ++i) {
    const KnownPlace& place = places[i];
    const bool speaks_for_unit = place.unit == i;
    if (speaks_for_unit) see({time, place.cgroup.path, place}, more_than);
  }
  return news_;
}

void UnitNews::see(const UnitChange& now, Bytes more_than) {
  const auto known = std::ranges::find(known_, now.cgroup, &UnitChange::cgroup);
  const bool is_known = known != known_.end();
  const bool is_over = is_known && !is_of_note(now);
  if (!is_over && !differ(is_known ? known->facts : UnitFacts{}, now.facts, more_than)) return;
  if (is_known) known_.erase(known);
  if (is_of_note(now) && known_.size() == kRoom) return;
  if (is_of_note(now)) known_.push_back(now);
  news_.push_back(now);
}

}  // namespace forestall
