// SPDX-License-Identifier: MIT
#include "score/restarts.h"

#include <algorithm>
#include <utility>

#include "score/kin.h"

namespace forestall {
namespace {

/// When the oldest process of that unit was started; nothing if there is none.
std::optional<Instant> start_of(const CgroupPlace& place, const Census& census, Duration suspended) {
  std::optional<Instant> oldest;
  for (const Kin& kin : census.kin) {
    if (!same_unit(census.places[kin.place].cgroup, place)) continue;
    const Instant start = Instant(of_ticks(kin.id.start_time)) - suspended;
    oldest = std::min(oldest.value_or(start), start);
  }
  return oldest;
}

}  // namespace

void Restarts::ended(const CgroupPlace& place, Instant when) {
  if (!place.innermost_unit().view().ends_with(".service")) return;
  const auto is_this = [&](const std::optional<Ended>& e) { return e && same_unit(e->place, place); };
  auto known = std::ranges::find_if(ended_, is_this);
  if (known == ended_.end()) {
    known = std::ranges::min_element(ended_, {}, [](const auto& e) { return e ? e->when : Instant::min(); });
    known->emplace(Ended{place});
  }
  (*known)->when = when;
  (*known)->waiting = true;
}

std::optional<Restart> Restarts::see(const Census& census, Instant now, Duration suspended) {
  for (std::optional<Ended>& e : ended_) {
    if (e && now - e->when > kRemembered) e.reset();
    if (!e || !e->waiting) continue;
    const auto start = start_of(e->place, census, suspended);
    if (!start || *start <= e->when) continue;  // not there yet, or not all of it is gone
    e->waiting = false;
    e->restarts = *start - e->when <= kWithin ? e->restarts + 1 : 0;
    if (e->restarts >= kLoop && !std::exchange(e->told, true)) {
      return Restart{e->place.innermost_unit(), !e->place.user_unit.empty(), e->restarts};
    }
  }
  return std::nullopt;
}

}  // namespace forestall
