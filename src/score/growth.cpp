// SPDX-License-Identifier: MIT
#include "score/growth.h"

#include <algorithm>

#include "forestall/ranking.h"

namespace forestall {
namespace {

/// What those may hold who found no room in this census; 0 if there was room for everybody.
Bytes least_of_a_full(const Census& census) {
  if (census.processes.size() < kMaxRanked) return 0;
  return std::ranges::min(census.processes, {}, &ProcessFacts::freed_by_death).freed_by_death();
}

}  // namespace

Growth::Growth(Duration window) : window_(window) {
  held_.reserve(kMaxRanked);
  next_.reserve(kMaxRanked);
}

void Growth::see(Instant when, const Census& census) {
  const bool first = !newer_;
  const bool due = first || when - *newer_ >= window_;
  const auto pass = [&](Held held, Bytes now) {
    if (due) held = {held.id, first ? now : held.newer, now};
    return held;
  };
  next_.clear();
  for (const ProcessFacts& process : census.processes.first(std::min(census.processes.size(), kMaxRanked))) {
    next_.push_back(pass(held_by(process.id), process.freed_by_death()));
  }
  unseen_ = pass(unseen_, least_of_a_full(census));
  if (due) newer_ = when;
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
  return found != held_.end() && found->id == id ? *found : Held{id, unseen_.older, unseen_.newer};
}

}  // namespace forestall
