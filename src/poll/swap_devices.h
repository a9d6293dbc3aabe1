// SPDX-License-Identifier: MIT
// Which part of swap is compressed RAM, and what the ZFS cache would give back. Pure parsers.
#pragma once

#include <optional>
#include <string_view>

#include "forestall/sample.h"

namespace forestall {

/// One zram device that is in use as swap, from a line of /proc/swaps (proc_swaps(5)).
struct ZramSwap {
  unsigned device = 0;  ///< N of /dev/zramN
  Bytes size = 0;
  Bytes used = 0;
};

/// Cuts the next zram line off `rest`; other swap devices are passed over, and so are lines that make no sense.
std::optional<ZramSwap> take_zram_swap(std::string_view& rest);

/// What one device stores and costs.
struct ZramStat {
  Bytes stored = 0;  ///< orig_data_size
  Bytes cost = 0;    ///< mem_used_total
};

/// Reads /sys/block/zramN/mm_stat (kernel: Documentation/admin-guide/blockdev/zram.rst): the first and third number.
std::optional<ZramStat> parse_zram_stat(std::string_view text);

/// Reads `size` and `c_min` of /proc/spl/kstat/zfs/arcstats (OpenZFS: module/zfs/arc.c).
std::optional<Arc> parse_arcstats(std::string_view text);

}  // namespace forestall
