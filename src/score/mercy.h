// SPDX-License-Identifier: MIT
// Who is never killed, whatever the configuration says. Nothing here can be had by taking a name alone: what counts is
// what only the kernel or root can give.
#pragma once

#include <optional>
#include <span>

#include "forestall/ranking.h"

namespace forestall {

/// Why this process must live, if it must:
/// * PID 1; kernel threads by PF_KTHREAD; this daemon and its ancestors by `lineage`;
/// * by the place in the cgroup tree that only the system manager can put a process in: init.scope, systemd's own
///   services and the D-Bus broker in system.slice; sshd's listener there, if it is root's, a child of PID 1 and called
///   sshd (a login shell may share its unit, and leave orphans in it). A user's own manager is not among them: what
///   lies below user@UID.service is the user's to fill, and a manager is far below [victim] minimum;
/// * oom_score_adj -1000, as the kernel would (mm/oom_kill.c, oom_badness).
std::optional<Mercy> built_in_mercy(const ProcessFacts& process, std::span<const std::int32_t> lineage);

}  // namespace forestall
