// SPDX-License-Identifier: MIT
#include "score/growth.h"

#include <algorithm>

#include "forestall/ranking.h"

namespace forestall {

Growth::Growth(Duration window) : window_(window) {
  held_.reserve(kMaxRanked);
  next_.reserve(kMaxRanked);
}

void Growth::see(Instant when, const Census& census) {
  const bool first = !newer_;
  const bool due = first || when - *newer_ >= window_;
  if (due) newer_ = when;
  next_.clear();
  for (const ProcessFacts& process : census.processes.first(std::min(census.processes.size(), kMaxRanked))) {
    Held held = held_by(process.id);
    if (due) {
      held.older = first ? process.freed_by_death() : held.newer;
      held.newer = process.freed_by_death();
    }
    next_.push_back(held);
  }
  std::ranges::sort(next_, {}, &Held::id);
  held_.swap(next_);
}

Bytes Growth::of(const ProcessFacts& process, Instant now) const {
  if (!newer_) return 0;
  const Held held = held_by(process.id);
  const Bytes then = now - *newer_ >= window_ ? held.newer : held.older;
  const Bytes holds = process.freed_by_death();
  return holds - std::min(holds, then);
}

Growth::Held Growth::held_by(ProcessId id) const {
  const auto found = std::ranges::lower_bound(held_, id, {}, &Held::id);
  return found != held_.end() && found->id == id ? *found : Held{id};
}

}  // namespace forestall
