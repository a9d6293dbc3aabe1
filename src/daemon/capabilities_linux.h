// SPDX-License-Identifier: MIT
// What this process may do, asked before it matters.
#pragma once

namespace forestall {

/// CAP_KILL is effective (capabilities(7)): processes of every user can be signalled.
bool may_kill_everybody();

/// Locks this program's memory, so that the daemon itself never waits for swap: pages that are there and those that
/// will be touched later (mlockall(2), MCL_ONFAULT). False where RLIMIT_MEMLOCK forbids it.
bool lock_memory();

}  // namespace forestall
