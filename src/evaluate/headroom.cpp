// SPDX-License-Identifier: MIT
#include "evaluate/headroom.h"

#include <algorithm>

namespace forestall {
namespace {

Bytes less(Bytes a, Bytes b) { return a - std::min(a, b); }

Bytes zram_left(const Zram& zram) {
  const Bytes free = less(zram.swap_size, zram.swap_used);
  if (zram.stored < kZramTells) return free / 2;
  return less(free, share_of(std::min(zram.cost, zram.stored), zram.stored) * free);
}

}  // namespace

Headroom headroom(const Sample& sample) {
  const Meminfo& m = sample.memory;
  Headroom h;
  h.available = m.mem_available + less(sample.arc.size, sample.arc.minimum) + sample.parked;
  h.user_total = h.available + m.anon_pages;
  const Bytes zram_free = less(sample.zram.swap_size, sample.zram.swap_used);
  h.swap_left = less(m.swap_free, zram_free) + std::min(m.swap_free, zram_left(sample.zram));
  h.swap_total = m.swap_total;
  h.commit_left = less(m.commit_limit, m.committed_as);
  h.commit_limit = m.commit_limit;
  h.strict_commit = sample.strict_commit;
  return h;
}

}  // namespace forestall
