// SPDX-License-Identifier: MIT
// The clock of the tests that run on the real machine: the same CLOCK_MONOTONIC that the daemon stamps its samples
// with.
#pragma once

#include <ctime>

#include "base/clock_linux.h"

namespace forestall::testing {

inline Instant now() { return monotonic_now(); }

inline void sleep_until(Instant when) {
  const auto since_boot = when.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
  const timespec t{static_cast<time_t>(seconds.count()), static_cast<long>((since_boot - seconds).count())};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr);
}

inline double milliseconds(Duration d) { return std::chrono::duration<double, std::milli>(d).count(); }
inline double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace forestall::testing
