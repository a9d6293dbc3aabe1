// SPDX-License-Identifier: MIT
// /proc/vmstat as values. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "forestall/sample.h"

namespace forestall {

/// Reads the counters of mm/vmstat.c that tell reclaim and refaults. A counter that this kernel does not have stays
/// zero; none if not one of them is there or a number is not whole.
std::optional<Vmstat> parse_vmstat(std::string_view text);

}  // namespace forestall
