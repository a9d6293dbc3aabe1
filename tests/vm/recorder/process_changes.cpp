// SPDX-License-Identifier: MIT
#include "vm/recorder/process_changes.h"

#include <algorithm>

namespace forestall::testing {
namespace {

bool differ(Bytes a, Bytes b) { return std::max(a, b) - std::min(a, b) > kWorthALine; }

/// The state is not asked: it changes all the time and decides nothing.
bool is_news(const ProcessFacts& a, const ProcessFacts& b) {
  const bool size = differ(a.anon, b.anon) || differ(a.swap, b.swap) || differ(a.page_tables, b.page_tables) ||
                    differ(a.shmem, b.shmem) || differ(a.freed_by_death(), b.freed_by_death());
  const bool who = a.comm != b.comm || a.uid != b.uid || a.parent != b.parent || a.oom_score_adj != b.oom_score_adj ||
                   a.kernel_thread != b.kernel_thread || a.place.path != b.place.path;
  return size || who || a.profile.exe != b.profile.exe || a.profile.cmdline != b.profile.cmdline;
}

}  // namespace

ProcessChanges::ProcessChanges(std::size_t most_processes, std::size_t most_changes) : most_processes_(most_processes) {
  picked_.reserve(most_processes + 1);
  known_.reserve(most_processes);
  changes_.reserve(most_changes);
}

bool ProcessChanges::look(Instant time, std::span<const ProcessFacts> processes) {
  pick_largest(processes);
  bool room = drop_missing(time);
  for (const ProcessFacts* facts : picked_) {
    const auto known = std::ranges::find(known_, facts->id, &ProcessFacts::id);
    if (known != known_.end() && !is_news(*known, *facts)) continue;
    room = room && add(time, false, *facts);
    if (known != known_.end()) {
      *known = *facts;
    } else {
      known_.push_back(*facts);
    }
  }
  return room;
}

void ProcessChanges::pick_largest(std::span<const ProcessFacts> processes) {
  picked_.clear();
  for (const ProcessFacts& facts : processes) {
    picked_.push_back(&facts);
    if (picked_.size() <= most_processes_) continue;
    picked_.erase(std::ranges::min_element(picked_, {}, [](const ProcessFacts* p) { return p->freed_by_death(); }));
  }
}

bool ProcessChanges::drop_missing(Instant time) {
  bool room = true;
  std::erase_if(known_, [&](const ProcessFacts& known) {
    const bool here = std::ranges::any_of(picked_, [&](const ProcessFacts* p) { return p->id == known.id; });
    if (!here) room = room && add(time, true, known);
    return !here;
  });
  return room;
}

bool ProcessChanges::add(Instant time, bool gone, const ProcessFacts& facts) {
  if (changes_.size() == changes_.capacity()) return false;
  changes_.push_back({time, gone, facts});
  return true;
}

}  // namespace forestall::testing
