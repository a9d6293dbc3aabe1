// SPDX-License-Identifier: MIT
// How long it takes from SIGKILL until the memory is there again, when everybody wants the processors: who dies gives
// his memory back himself, in his turn, unless somebody else does it for him.
#pragma once

#include <optional>

#include "forestall/units.h"

namespace forestall::bench {

enum class Killer { plain, ours };  ///< kill(2), or the daemon's own signaller with its reaper

/// From the signal until nine tenths of `memory` are no longer held by a victim of this niceness, beside so many busy
/// loops. The caller's own niceness should be the daemon's. Half a minute if they did not come back sooner. None if
/// there was no victim to be had.
std::optional<Duration> time_to_give_back(Killer killer, Bytes memory, int niceness, int busy_loops);

}  // namespace forestall::bench
