// SPDX-License-Identifier: MIT
#include "support/fake_process.h"

#include <algorithm>
#include <string>

#include "score/cgroup_place.h"

namespace forestall::testing {

FakeProcess::FakeProcess(ProcessId id, std::string_view comm, Bytes size, Instant now) : born(now) {
  facts.id = id;
  facts.parent = 1;
  facts.process_group = id.pid;
  facts.uid = 1000;
  facts.state = 'S';
  facts.comm.assign(comm);
  facts.profile.complete = true;
  take(size);
}

FakeProcess& FakeProcess::grows(Bytes per_second, Duration after, Bytes up_to) {
  rate = per_second;
  grows_from = born + after;
  grows_to = up_to;
  return *this;
}

FakeProcess& FakeProcess::fills_tmpfs(Bytes per_second, Duration after) {
  fills = true;
  return grows(per_second, after);
}

FakeProcess& FakeProcess::in_cgroup(std::string_view path) {
  facts.place = parse_cgroup("0::" + std::string(path) + "\n");
  return *this;
}

FakeProcess& FakeProcess::ends_after(Duration age) {
  exits_at = born + age;
  exits_by = End::by_itself;
  return *this;
}

FakeProcess& FakeProcess::forks(Duration every, Bytes size_of_child) {
  fork_every = every;
  next_fork = born + every;
  child_size = size_of_child;
  return *this;
}

FakeProcess& FakeProcess::stuck() {
  is_stuck = true;
  facts.state = 'D';
  return *this;
}

FakeProcess& FakeProcess::ignores_sigterm() {
  obeys = false;
  return *this;
}

FakeProcess& FakeProcess::exits_after_sigterm(Duration later) {
  exit_time = later;
  return *this;
}

FakeProcess& FakeProcess::dies_after_sigkill(Duration later) {
  death_time = later;
  return *this;
}

FakeProcess& FakeProcess::only_its_memory_dies() {
  reaped_only = true;
  return ignores_sigterm();
}

FakeProcess& FakeProcess::not_permitted() {
  refuses_signals = true;
  return *this;
}

FakeProcess& FakeProcess::memory_returns_after(Duration later) {
  memory_delay = later;
  return *this;
}

FakeProcess& FakeProcess::memory_stays() {
  memory_leaves = false;
  return *this;
}

FakeProcess& FakeProcess::adj(std::int32_t oom_score_adj) {
  facts.oom_score_adj = oom_score_adj;
  return *this;
}

FakeProcess& FakeProcess::is_protected() {
  facts.profile.is_protected = true;
  return *this;
}

FakeProcess& FakeProcess::grace(Duration of_its_entry) {
  facts.profile.grace = of_its_entry;
  return *this;
}

FakeProcess& FakeProcess::profile_after(Duration later) {
  profile_delay = later;
  return *this;
}

Bytes FakeProcess::demand(Instant now, Duration step) const {
  if (!alive || is_stuck || halted || now < grows_from) return 0;
  const Bytes here = facts.anon + facts.swap;
  const auto wanted = static_cast<Bytes>(static_cast<double>(rate) * std::chrono::duration<double>(step).count());
  return std::min(wanted, grows_to - std::min(here, grows_to));
}

void FakeProcess::take(Bytes bytes) {
  facts.anon += bytes;
  settle_page_tables();
}

void FakeProcess::give(Bytes bytes) {
  facts.anon -= std::min(bytes, facts.anon);
  rate = 0;
  settle_page_tables();
}

void FakeProcess::swap_out(Bytes bytes) {
  facts.anon -= bytes;
  facts.swap += bytes;
}

/// 8 bytes of page table for a page of 4 KiB (x86-64).
void FakeProcess::settle_page_tables() { facts.page_tables = (facts.anon + facts.swap) / 512; }

ProcessFacts FakeProcess::seen_at(Instant now) const {
  ProcessFacts seen = facts;
  const bool known = profile_delay < Duration(0) || (profile_asked != Instant::max() && profile_delay != kNever &&
                                                     now >= profile_asked + profile_delay);
  if (!known) seen.profile = Profile{};
  return seen;
}

}  // namespace forestall::testing
