// SPDX-License-Identifier: MIT
// /proc/PID/status, whole. Its lines are short but for one, which its owner can make longer than any buffer: that one
// is skipped, or a process could hide its memory behind it.
#pragma once

#include <optional>

#include "score/process_files.h"

namespace forestall {

/// Reads and parses the file at `path` below `directory`. Allocates nothing. None if it cannot be read, or as
/// parse_status says.
std::optional<Status> read_status(int directory, const char* path);

}  // namespace forestall
