// SPDX-License-Identifier: MIT
// How a workload ends: by itself after --until, by SIGTERM as --on-term says, a child with its parent. All of it
// happens in signal handlers or in the kernel, so that a loop which hangs in page faults cannot put it off.
#pragma once

#include <sys/types.h>

#include "options.h"

namespace forestall::workload {

inline constexpr int kEndedByItself = 77;  ///< exit code of --until

/// From now on the process ends after `time` with kEndedByItself. Its children go with it (see become_child).
void end_after(Millis time);

/// The end by end_after() removes this file too. `path` must live as long as the process.
void unlink_at_end(const char* path);

/// Arranges for SIGTERM what --on-term says. `options` must live as long as the process.
void answer_sigterm(const Options& options);

/// To be called first in a child: it dies when `parent` dies. What is to be saved is the parent's, so that under
/// --on-term save a child dies of SIGTERM.
void become_child(pid_t parent, const Options& options);

}  // namespace forestall::workload
