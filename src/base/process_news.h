// SPDX-License-Identifier: MIT
// What of a process is worth keeping, for those who record: most of what changes all the time decides nothing. Pure.
#pragma once

#include <chrono>

#include "forestall/process.h"

namespace forestall {

/// Who used less of the processors than this since it was written down counts as before: it counts in minutes
/// (score/terms.h, cpu_time_points).
inline constexpr Duration kCpuTimeWorthALine = std::chrono::minutes(1);

/// Likewise who gained or lost less than this.
inline constexpr Bytes kMemoryWorthALine = kMiB;

/// Whether `now` tells something of the process that `before` does not; of its sizes, if they differ by more than
/// `more_than`. The state is not asked.
bool is_news(const ProcessFacts& before, const ProcessFacts& now, Bytes more_than);

}  // namespace forestall
