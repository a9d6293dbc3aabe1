// SPDX-License-Identifier: MIT
// What an administrator has told systemd to spare holds for forestall too.
#pragma once

#include <optional>
#include <string>

#include "forestall/process.h"

namespace forestall {

/// ManagedOOMPreference= of the unit whose cgroup is this directory: systemd keeps it there as the extended attributes
/// user.oomd_omit and user.oomd_avoid (systemd.resource-control(5), src/core/cgroup.c). Whoever owns the cgroup can set
/// them, so only those of a cgroup of root count. Nothing if there is no such directory.
std::optional<OomPreference> read_oom_preference(const std::string& cgroup);

}  // namespace forestall
