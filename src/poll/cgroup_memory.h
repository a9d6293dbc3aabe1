// SPDX-License-Identifier: MIT
// A cgroup as if it were the machine: what its own limits leave to those who live in it. Pure.
#pragma once

#include <limits>
#include <optional>
#include <string_view>

#include "forestall/sample.h"

namespace forestall {

/// memory.stat of a cgroup (cgroup-v2, memory interface files).
struct CgroupStat {
  Bytes anon = 0;
  Bytes active_file = 0;
  Bytes inactive_file = 0;
  Bytes shmem = 0;
  Bytes slab_reclaimable = 0;
  Vmstat reclaim;  ///< without oom_kill, which is in memory.events
};

/// None if the text is cut, a number is none, or there is no line for anonymous memory.
std::optional<CgroupStat> parse_cgroup_stat(std::string_view text);

inline constexpr Bytes kNoLimit = std::numeric_limits<Bytes>::max();

/// memory.max and its like: a number of bytes, or "max".
std::optional<Bytes> parse_cgroup_limit(std::string_view text);

/// oom_kill of memory.events: processes that the kernel killed because of this limit, or of one above.
std::optional<std::uint64_t> parse_cgroup_kills(std::string_view text);

/// A limit and what is left below it: the least of each from the cgroup up to the root, for all of them hold.
struct CgroupRoom {
  Bytes limit = kNoLimit;
  Bytes unused = kNoLimit;

  /// Another one on the way.
  void narrow(Bytes by, Bytes current);
};

struct CgroupMemory {
  CgroupRoom memory;  ///< memory.max, memory.current
  CgroupRoom swap;    ///< memory.swap.max, memory.swap.current
  CgroupStat stat;
  std::optional<PressureTotals> psi;
};

/// What the cgroup leaves to its own, and never more than the machine has. Available is what is below the limit and
/// what could be reclaimed from the cgroup itself: all of its file cache, for there is no low watermark to be kept as
/// there is in MemAvailable (mm/show_mem.c, si_mem_available). Swap on zram counts in full: its RAM is charged to
/// nobody.
Sample within(const CgroupMemory& cgroup, Sample machine);

}  // namespace forestall
