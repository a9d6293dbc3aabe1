// SPDX-License-Identifier: MIT
// The daemon's own memory: small, and there when the machine has none left (docs/decisions/0014-our-own-memory.md).
#pragma once

namespace forestall {

/// Before anything else and before any other thread: no more is taken from the kernel than is asked for, and what is
/// given back by this program goes back to the kernel.
void take_little_memory();

/// Lets go of what only the start needed: the code of libraries that will not run again, free heap, and the depths of
/// the stack. What is needed of it after all is read in anew when it is touched. To be called before lock_memory():
/// locked pages stay.
void let_go_of_the_start();

/// Uses the stack of the calling thread once, further down than any decision does.
void touch_stack();

/// Locks this program's memory, so that the daemon itself never waits for swap or for its own code: all that is in the
/// executable, all other pages that are there, and those that will be touched later (mlockall(2), MCL_ONFAULT). False
/// where RLIMIT_MEMLOCK forbids it.
bool lock_memory();

}  // namespace forestall
