// SPDX-License-Identifier: MIT
// What a thread has used of a processor: unlike a clock on the wall, it does not count what others use meanwhile.
#pragma once

#include "base/clock_linux.h"

namespace forestall::bench {

inline Duration thread_cpu_time() { return clock_now(CLOCK_THREAD_CPUTIME_ID); }

}  // namespace forestall::bench
