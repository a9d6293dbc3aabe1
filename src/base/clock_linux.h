// SPDX-License-Identifier: MIT
// What time it is, for those at the edge who bring it in: everybody else is told (Sample).
#pragma once

#include <ctime>

#include "forestall/units.h"

namespace forestall {

/// clock_gettime(2): safe in a signal handler (signal-safety(7)).
inline Duration clock_now(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + Duration(now.tv_nsec);
}

inline Instant monotonic_now() { return Instant(clock_now(CLOCK_MONOTONIC)); }

}  // namespace forestall
