// SPDX-License-Identifier: MIT
// The free pages in /proc/zoneinfo that /proc/meminfo does not count. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace forestall {

/// Pages that lie free on the lists of single processors: the sum of the lines "count:" (kernel: mm/vmstat.c,
/// zoneinfo_show_print; struct per_cpu_pages). The text may come in pieces, for there is a paragraph for each processor
/// in each zone: whole lines are taken off `text`, what is left belongs in front of the next piece. Never more than
/// 2^64 - 1; a line that makes no sense counts nothing.
std::uint64_t take_parked_pages(std::string_view& text);

}  // namespace forestall
