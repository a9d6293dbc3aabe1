// SPDX-License-Identifier: MIT
// Watches a machine through the same eyes as the daemon, and does nothing about what it sees. Everything it needs is
// allocated and locked before the first look, so that it goes on while the machine stands still.
#pragma once

#include <string>

#include "forestall/result.h"
#include "poll/procfs_source_linux.h"
#include "score/process_table_linux.h"
#include "support/trace.h"
#include "vm/recorder/process_changes.h"

namespace forestall::testing {

/// A sample each 50 ms, for a minute and 40 s at most.
inline constexpr Duration kSampleEvery = std::chrono::milliseconds(50);
inline constexpr std::size_t kMostSamples = 2000;
/// The processes are looked at this often; when memory moves, with each second sample.
inline constexpr Duration kLookEvery = std::chrono::seconds(1);
inline constexpr Duration kLookAtMostEvery = 2 * kSampleEvery;
inline constexpr Bytes kMoved = 4 * kMiB;
/// Of those above 1 MiB.
inline constexpr std::size_t kMostProcesses = 64;
inline constexpr std::size_t kMostChanges = 4000;

class Recorder {
 public:
  /// The same for the recorder as for the daemon: opens its files, locks its memory, goes to the front of the queue and
  /// out of the way of the kernel's killer. What is not permitted of the latter is said on stderr and left out.
  /// SIGTERM and SIGINT are blocked from here on.
  static Result<Recorder> prepare();

  /// Until SIGTERM or SIGINT, or `longest` is over, or there is no room left.
  Result<void> run(Duration longest);

  /// All that was recorded. Once.
  Trace take();

 private:
  Recorder(ProcfsSource source, std::unique_ptr<ProcfsTable> table);
  Result<void> record(Instant start);
  void look_at_processes(const Sample& sample, Instant since_start);

  ProcfsSource source_;
  std::unique_ptr<ProcfsTable> table_;
  ProcessChanges changes_;
  Trace trace_;
  std::optional<Instant> looked_;
  std::optional<Instant> learnt_;
  Bytes available_then_ = 0;
  bool is_full_ = false;
};

}  // namespace forestall::testing
