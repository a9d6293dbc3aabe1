// SPDX-License-Identifier: MIT
// What this process may do, asked before it matters.
#pragma once

namespace forestall {

/// CAP_KILL is effective (capabilities(7)): processes of every user can be signalled.
bool may_kill_everybody();

/// Raises the soft RLIMIT_NOFILE to what kMaxMembers held processes need, or to the hard limit if that is less: the
/// usual 1024 would not do. Where it stays too low, so many fewer are ended together; nothing else depends on it.
void make_room_for_descriptors();

}  // namespace forestall
