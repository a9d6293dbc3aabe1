// SPDX-License-Identifier: MIT
// One look at the machine: what the kernel said, and when. Everything the evaluator knows is in here.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "forestall/units.h"

namespace forestall {

/// The lines of /proc/meminfo that matter (proc_meminfo(5); kernel: fs/proc/meminfo.c). In bytes.
struct Meminfo {
  Bytes mem_total = 0;
  Bytes mem_available = 0;  ///< since Linux 3.14; estimated by the parser where it is missing
  Bytes anon_pages = 0;
  Bytes active_file = 0;
  Bytes inactive_file = 0;
  Bytes shmem = 0;
  Bytes swap_total = 0;
  Bytes swap_free = 0;
  Bytes commit_limit = 0;
  Bytes committed_as = 0;
  friend bool operator==(const Meminfo&, const Meminfo&) = default;
};

/// Time that tasks stood still for want of memory since boot: the `total` fields of /proc/pressure/memory
/// (kernel: Documentation/accounting/psi.rst). The avg fields are not used, they lag by seconds.
struct PressureTotals {
  Duration some{0};  ///< at least one task stood still
  Duration full{0};  ///< every task that could have run stood still
  friend bool operator==(const PressureTotals&, const PressureTotals&) = default;
};

/// Counters since boot from /proc/vmstat (kernel: mm/vmstat.c), but for what moved while nobody stalled. In pages, but
/// for oom_kill, in processes.
struct Vmstat {
  std::uint64_t refault_anon = 0;  ///< workingset_refault_anon
  std::uint64_t refault_file = 0;  ///< workingset_refault_file; before Linux 5.9 all of workingset_refault
  std::uint64_t pgscan = 0;        ///< pgscan_kswapd + pgscan_direct
  std::uint64_t pgsteal = 0;       ///< pgsteal_kswapd + pgsteal_direct
  std::uint64_t oom_kill = 0;      ///< processes the kernel killed for want of memory, memory cgroups included
  friend bool operator==(const Vmstat&, const Vmstat&) = default;
};

/// Swap that lies in compressed RAM, summed over the zram devices that are in use as swap.
/// (/proc/swaps and /sys/block/zram*/mm_stat; kernel: Documentation/admin-guide/blockdev/zram.rst.)
struct Zram {
  Bytes swap_size = 0;  ///< how much may be stored
  Bytes swap_used = 0;  ///< how much is stored, as swap counts it
  Bytes stored = 0;     ///< orig_data_size: what is stored, uncompressed
  Bytes cost = 0;       ///< mem_used_total: the RAM it takes
  friend bool operator==(const Zram&, const Zram&) = default;
};

/// The ZFS adaptive replacement cache: it gives back what it holds above its minimum, but the kernel does not
/// count that as available (/proc/spl/kstat/zfs/arcstats).
struct Arc {
  Bytes size = 0;
  Bytes minimum = 0;
  friend bool operator==(const Arc&, const Arc&) = default;
};

/// The memory of one NUMA node (/sys/devices/system/node/nodeN/meminfo).
struct NodeMemory {
  unsigned node = 0;    ///< its number, 0 to 63
  Bytes total = 0;      ///< MemTotal
  Bytes available = 0;  ///< MemFree, file cache and reclaimable slab
  friend bool operator==(const NodeMemory&, const NodeMemory&) = default;
};
inline constexpr std::size_t kMaxNodes = 16;  ///< more than so many are not looked at

struct Sample {
  Instant time{};
  WallTime wall{};
  Duration suspended{0};  ///< CLOCK_BOOTTIME - CLOCK_MONOTONIC: grows when the machine was suspended
  Meminfo memory;
  std::optional<PressureTotals> psi;  ///< none: no CONFIG_PSI, or booted with psi=0
  std::optional<Vmstat> vmstat;
  Zram zram;
  Arc arc;
  Bytes parked = 0;            ///< lies free on the lists of single processors, above 32 MiB (zoneinfo)
  bool strict_commit = false;  ///< vm.overcommit_memory = 2: the commit limit refuses allocations
  Bytes page_size = 4 * kKiB;
  std::array<NodeMemory, kMaxNodes> nodes{};
  std::size_t node_count = 0;  ///< 0 where there is only one
};

/// The machine was suspended if Sample::suspended has grown by more than this. Less is what it took to read the clocks.
inline constexpr Duration kShortestSleep = std::chrono::milliseconds(10);

/// What is really left, computed from a Sample (evaluate/headroom.h).
struct Headroom {
  Bytes available = 0;   ///< MemAvailable, what the ARC would give back, and what is parked
  Bytes user_total = 0;  ///< available + AnonPages: what percentages of memory refer to
  Bytes swap_left = 0;   ///< SwapFree, the part on zram counted without the RAM that filling it would cost
  Bytes swap_total = 0;
  Bytes commit_left = 0;  ///< CommitLimit - Committed_AS; meaningful only where `strict_commit`
  Bytes commit_limit = 0;
  bool strict_commit = false;

  /// Memory and swap together: what can still be allocated before nothing is left.
  [[nodiscard]] Bytes left() const { return available + swap_left; }
  friend bool operator==(const Headroom&, const Headroom&) = default;
};

}  // namespace forestall
