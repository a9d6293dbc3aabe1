// SPDX-License-Identifier: MIT
#include "replay/process_changes.h"

#include <algorithm>

#include "base/process_news.h"

namespace forestall {

ProcessChanges::ProcessChanges(std::size_t most_processes) : most_processes_(most_processes) {
  picked_.reserve(most_processes + 1);
  known_.reserve(most_processes);
  changes_.reserve(2 * most_processes);  // all of them gone, and as many others there
}

std::span<const ProcessChange> ProcessChanges::look(Instant time, std::span<const ProcessFacts> processes) {
  changes_.clear();
  pick_largest(processes);
  drop_missing(time);
  for (const ProcessFacts* facts : picked_) {
    const auto known = std::ranges::find(known_, facts->id, &ProcessFacts::id);
    if (known != known_.end() && !is_news(*known, *facts, kMemoryWorthALine)) continue;
    changes_.push_back({time, false, *facts});
    if (known != known_.end()) {
      *known = *facts;
    } else {
      known_.push_back(*facts);
    }
  }
  return changes_;
}

void ProcessChanges::pick_largest(std::span<const ProcessFacts> processes) {
  picked_.clear();
  for (const ProcessFacts& facts : processes) {
    picked_.push_back(&facts);
    if (picked_.size() <= most_processes_) continue;
    picked_.erase(std::ranges::min_element(picked_, {}, [](const ProcessFacts* p) { return p->freed_by_death(); }));
  }
}

void ProcessChanges::drop_missing(Instant time) {
  std::erase_if(known_, [&](const ProcessFacts& known) {
    const bool here = std::ranges::any_of(picked_, [&](const ProcessFacts* p) { return p->id == known.id; });
    if (!here) changes_.push_back({time, true, known});
    return !here;
  });
}

}  // namespace forestall
