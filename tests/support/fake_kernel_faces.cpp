// SPDX-License-Identifier: MIT
// What the fake machine is made of, and what it shows of itself.
#include <algorithm>

#include "support/fake_kernel.h"

namespace forestall::testing {
namespace {

Bytes less(Bytes a, Bytes b) { return a - std::min(a, b); }

}  // namespace

FakeKernel::FakeKernel(Bytes ram)
    : ram_(ram), kernel_(ram / 32), low_(std::min(ram / 128, 64 * kMiB)), cached_(ram / 8) {
  limbo_.reserve(64);
  living_.reserve(64);
}

// ---- The machine ----------------------------------------------------------------------------------------------------

FakeKernel& FakeKernel::add_swap(Bytes size) {
  disk_swap_ += size;
  return *this;
}

FakeKernel& FakeKernel::add_zram(Bytes size, Share cost) {
  zram_ += size;
  zram_cost_ = cost;
  return *this;
}

FakeKernel& FakeKernel::page_cache(Bytes cached, Bytes hot) {
  cached_ = cached;
  hot_ = hot;
  return *this;
}

FakeKernel& FakeKernel::fill_tmpfs(Bytes bytes) {
  make_way(bytes);
  tmpfs_ += std::min(bytes, free());
  return *this;
}

FakeKernel& FakeKernel::tmpfs_grows(Bytes per_second) {
  tmpfs_rate_ = per_second;
  return *this;
}

FakeKernel& FakeKernel::empty_tmpfs() {
  tmpfs_ = 0;
  tmpfs_rate_ = 0;
  return *this;
}

FakeKernel& FakeKernel::background_stall(Share some, Share full) {
  background_some_ = some;
  background_full_ = full;
  return *this;
}

FakeKernel& FakeKernel::background_refaults(Bytes per_second) {
  background_refaults_ = per_second;
  return *this;
}

FakeKernel& FakeKernel::without_psi() {
  has_psi_ = false;
  return *this;
}

FakeKernel& FakeKernel::without_vmstat() {
  has_vmstat_ = false;
  return *this;
}

// ---- What it shows --------------------------------------------------------------------------------------------------

/// As long as they are mapped by somebody, the dying included.
Bytes FakeKernel::anon() const {
  Bytes sum = held_elsewhere_;
  for (const FakeProcess* p : living_) sum += p->facts.anon;
  for (const Limbo& l : limbo_) sum += l.anon;
  return sum;
}

Bytes FakeKernel::swap_used() const {
  Bytes sum = 0;
  for (const FakeProcess* p : living_) sum += p->facts.swap;
  for (const Limbo& l : limbo_) sum += l.swap;
  return sum;
}

/// A disk is used after zram is full: zram is given the higher priority.
Bytes FakeKernel::zram_stored() const { return std::min(swap_used(), zram_); }
Bytes FakeKernel::zram_cost() const { return zram_cost_ * zram_stored(); }

Bytes FakeKernel::free() const {
  Bytes used = kernel_ + cached_ + tmpfs_ + zram_cost() + anon();
  for (const FakeProcess* p : living_) used += p->facts.page_tables;
  for (const Limbo& l : limbo_) used += l.page_tables;
  return less(ram_, used);
}

/// As the kernel estimates it (mm/show_mem.c, si_mem_available): a part of the cache and of what is free is its own.
Bytes FakeKernel::available() const { return less(free() + cached_ - std::min(cached_ / 2, low_), low_); }

Sample FakeKernel::sample() const {
  Sample s;
  s.time = now_;
  s.wall = wall_;
  s.suspended = suspended_;
  s.memory = {.mem_total = ram_,
              .mem_available = available(),
              .anon_pages = anon(),
              .active_file = cached_ / 2,
              .inactive_file = cached_ / 2,
              .shmem = tmpfs_,
              .swap_total = disk_swap_ + zram_,
              .swap_free = less(disk_swap_ + zram_, swap_used()),
              .commit_limit = ram_ / 2 + disk_swap_ + zram_,
              .committed_as = anon() + swap_used()};
  if (has_psi_) s.psi = psi_;
  if (has_vmstat_) s.vmstat = vmstat_;
  if (zram_ > 0) s.zram = {zram_, zram_stored(), zram_stored(), zram_cost()};
  s.page_size = kPage;
  return s;
}

}  // namespace forestall::testing
