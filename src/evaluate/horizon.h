// SPDX-License-Identifier: MIT
// How long one may look away. A bound that is safe against what has not been seen yet, not a forecast.
#pragma once

#include "evaluate/conditions.h"

namespace forestall {

/// The fastest that one machine's memory is assumed to fill: above the 12 GB/s that several writers reach on a small
/// machine, with a third to spare.
inline constexpr Bytes kFastestFill = 16 * kGiB;
/// The same for swap: zram on several processors; every disk is slower.
inline constexpr Bytes kFastestSwap = 4 * kGiB;

/// How long it takes at the least until `condition`, which reads `reading` now, could hold. Zero if it holds already
/// or may begin to at any moment.
Duration soonest(Condition condition, const Rule& rule, const Reading& reading, const Evidence& evidence);

/// When the number meets its limit if memory goes on falling as it did since the look before; none if it does not fall.
std::optional<Duration> expected(Condition condition, const Reading& reading, Bytes fall);

/// How fast memory and swap fell between the last two entries of `history`, in bytes per second.
Bytes latest_fall(const History& history);

}  // namespace forestall
