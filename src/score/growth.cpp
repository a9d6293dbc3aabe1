// SPDX-License-Identifier: MIT
#include "score/growth.h"

#include <algorithm>

#include "forestall/ranking.h"

namespace forestall {
namespace {

/// What those may hold who found no room in this census; 0 if there was room for everybody.
Bytes least_of_a_full(const Census& census) {
  return census.kin.size() < kMaxKin ? 0 : std::ranges::min(census.kin, {}, &Kin::memory).memory;
}

}  // namespace

Growth::Growth(Duration window) : window_(window) {
  held_.reserve(kMaxKin);
  next_.reserve(kMaxKin);
}

void Growth::see(Instant when, const Census& census) {
  const bool first = !newer_;
  const bool due = first || when - *newer_ >= window_;
  const auto pass = [&](Held held, Bytes now) {
    if (due) held = {held.id, first ? now : held.newer, now};
    return held;
  };
  next_.clear();
  for (const Kin& kin : census.kin.first(std::min(census.kin.size(), kMaxKin))) {
    next_.push_back(pass(held_by(kin.id), kin.memory));
  }
  unseen_ = pass(unseen_, least_of_a_full(census));
  if (due) {
    older_ = newer_.value_or(when);
    newer_ = when;
  }
  std::ranges::sort(next_, {}, &Held::id);
  held_.swap(next_);
}

Bytes Growth::of(ProcessId id, Bytes memory, Instant now) const {
  if (!newer_) return 0;
  const Held held = held_by(id);
  const Bytes then = since(now) == newer_ ? held.newer : held.older;
  return memory - std::min(memory, then);
}

std::optional<Instant> Growth::since(Instant now) const { return newer_ && now - *newer_ < window_ ? older_ : newer_; }

Growth::Held Growth::held_by(ProcessId id) const {
  const auto found = std::ranges::lower_bound(held_, id, {}, &Held::id);
  return found != held_.end() && found->id == id ? *found : Held{id, unseen_.older, unseen_.newer};
}

}  // namespace forestall
