// SPDX-License-Identifier: MIT
// Counts what a program takes from the heap, the C library's own part included: unlike the tests' count of operator
// new on a machine in memory, this is of the real adapters.
#pragma once

#include <cstddef>

namespace forestall::bench {

/// Since this thread began.
std::size_t allocations();

}  // namespace forestall::bench
