// SPDX-License-Identifier: MIT
// What cannot be had for less: the kernel's own cost of being asked, without a word understood of the answer.
#pragma once

#include <cstddef>
#include <cstdint>

#include "forestall/units.h"

namespace forestall::bench {

/// Reads the directory of /proc, and of each process there statm: opened, read once and closed. How many there were.
std::size_t read_everybody();

/// Reads the status of one process, as its own pass would have to, and sends it signal 0 through a pidfd.
bool read_and_reach(std::int32_t pid);

/// Sleeps, and reads meminfo and pressure/memory, and sleeps again: what it costs to be awake. Ends with an error.
void wake_every(Duration interval);

}  // namespace forestall::bench
