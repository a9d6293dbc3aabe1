// SPDX-License-Identifier: MIT
// What a fire drill asks of the running daemon and of others, beside what machine_linux.h reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/drill.h"

namespace forestall::cli {

/// Whether this process's loop goes round: watched for `longest`, which is as long as it may sleep. `waited`: how long
/// it took to be seen.
Pulse pulse_of(std::int32_t pid, Duration longest, Duration& waited);

/// What it calls itself, not made harmless.
std::string comm_of(std::int32_t pid);

/// config_of() what it was started with.
std::optional<std::string> config_in_force(std::int32_t pid);

}  // namespace forestall::cli
