// SPDX-License-Identifier: MIT
// The kinds of workload. Each returns when it only has to stay as it is, with what it holds still held.
#pragma once

#include "options.h"

namespace forestall::workload {

void run_leak(const Options& options);      ///< grows at --rate, up to --size if given
void run_burst(const Options& options);     ///< grows to --size as fast as it can
void run_hold(const Options& options);      ///< takes --size, then writes its pages in turn at --touch
void run_database(const Options& options);  ///< takes --size, then reads random pages of it (and of --file) at --touch
void run_spike(const Options& options);     ///< --times: takes --size, has it for --hold, gives it back, waits --pause
void run_tree(const Options& options);      ///< --children that each grow at --rate to --size; --respawn: for ever
void run_swarm(const Options& options);     ///< forks a child of --size --every so often, until there are --children
void run_stream(const Options& options);    ///< reads --file from start to end, again and again
void run_fill(const Options& options);      ///< writes --file at --rate, up to --size if given
void run_busy(const Options& options);      ///< computes

/// Ticks like a desktop program and reports every tick that comes late (judge.cpp); ends the process on SIGTERM.
void run_judge(const Options& options);

}  // namespace forestall::workload
