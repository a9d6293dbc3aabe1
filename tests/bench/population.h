// SPDX-License-Identifier: MIT
// Processes by the thousand that do nothing, in a world of their own: what a scan costs depends on how many there are.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "forestall/units.h"

namespace forestall::bench {

/// So many may be forked without taking from the rest of the machine the pids that it needs (kernel.pid_max).
std::size_t most_processes();

/// Forks `count` processes that sleep until they are killed, in process groups of 16 as a shell or a service would have
/// them. Returns how many there are now: fewer where the kernel has no more pids.
std::size_t populate(std::size_t count);

/// Forks one that holds so much memory and sleeps, in a process group of its own. Its pid, once it holds it; -1 if
/// there is no room for it.
int spawn_holding(Bytes memory);

/// Runs this command and waits for it. Its exit code, 127 if it cannot be run.
int run(const std::vector<std::string>& command);

}  // namespace forestall::bench
