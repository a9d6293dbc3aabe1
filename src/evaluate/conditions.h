// SPDX-License-Identifier: MIT
// Each condition of a rule, measured. Pure: a Sample, the History up to it, a limit; out comes a Reading.
#pragma once

#include "evaluate/history.h"
#include "forestall/rules.h"
#include "forestall/sample.h"
#include "forestall/verdict.h"

namespace forestall {

/// Everything a condition may look at.
struct Evidence {
  const Sample& sample;
  const Headroom& headroom;
  const History& history;  ///< its newest mark is this sample's
};

/// Measures `condition` as `rule` has it. A window that is not yet full counts as calm in its missing part, so that
/// a moment's stall right after the start is not taken for a stalled window.
/// PSI conditions do not hold while nothing is scanned for reclaim and nothing refaults in the window: pressure alone
/// is also made by slow disks and by limits of single cgroups, where no kill would help.
Reading measure(Condition condition, const Rule& rule, const Evidence& evidence);

/// True when the number has left the limit so far behind that trouble is over: a quarter beyond it, so that a
/// number that wavers about its limit is one episode. Never so far that a whole machine could not reach it.
bool has_recovered(Condition condition, const Reading& reading, const Headroom& headroom);

/// How fast memory and swap fall, in bytes per second, over the last kSlopeWindow; 0 while they do not.
Bytes fall_per_second(const History& history);

/// Long enough to be steadier than one garbage collection, short enough to see a leak that started a moment ago.
inline constexpr Duration kSlopeWindow = std::chrono::seconds(2);
/// A slope over less than this is noise.
inline constexpr Duration kShortestSlope = std::chrono::milliseconds(200);

/// How long until nothing is left at the present rate; none while memory does not fall, or would last for a day.
std::optional<Duration> time_to_exhaustion(const History& history);

}  // namespace forestall
