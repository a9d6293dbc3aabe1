// SPDX-License-Identifier: MIT
// Watches a machine through the same eyes as the daemon, and does nothing about what it sees. Everything it needs is
// allocated and locked before the first look, so that it goes on while the machine stands still.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/unit_news.h"
#include "forestall/result.h"
#include "poll/view_linux.h"
#include "replay/process_changes.h"
#include "replay/trace_writer.h"
#include "replay/transcript_linux.h"
#include "score/process_table_linux.h"

namespace forestall {

/// No trace is longer (its times end there).
inline constexpr Duration kLongestRecording = std::chrono::hours(24);
inline constexpr Duration kSampleEvery = std::chrono::milliseconds(50);
/// The processes are looked at this often; when memory moves, with each second sample.
inline constexpr Duration kLookEvery = std::chrono::seconds(1);
inline constexpr Duration kLookAtMostEvery = 2 * kSampleEvery;
inline constexpr Bytes kMoved = 4 * kMiB;
/// Of those above 1 MiB.
inline constexpr std::size_t kMostRecorded = 256;

class Recorder {
 public:
  /// The same for the recorder as for the daemon: opens its files, locks its memory, goes to the front of the queue and
  /// out of the way of the kernel's killer. `name`: of `file`, for messages. SIGTERM, SIGINT and SIGHUP are blocked
  /// from here on.
  static Result<std::unique_ptr<Recorder>> prepare(Fd file, std::string name);

  /// What could not be had, each a sentence for a person.
  [[nodiscard]] const std::vector<std::string>& missing() const { return missing_; }

  /// Until one of these signals comes, or `longest` is over. After an Error the file holds a trace that was cut.
  Result<void> run(Duration longest);

 private:
  Recorder(View view, std::unique_ptr<ProcfsTable> table, Fd file, std::string name);
  Result<void> record(Instant start);
  [[nodiscard]] bool is_time_to_look(Instant since_start, Bytes available);
  Census look_at_processes(const Sample& sample, Instant since_start);
  void begin(std::span<const std::int32_t> lineage);

  View view_;
  std::unique_ptr<ProcfsTable> table_;
  std::vector<std::string> missing_;
  Transcript transcript_;
  Result<void> put_;  ///< how the last line went
  TraceWriter writer_;
  ProcessChanges changes_;
  UnitNews units_;
  std::size_t samples_ = 0;
  std::size_t changes_written_ = 0;
  std::optional<Instant> looked_;
  std::optional<Instant> learnt_;
  Bytes available_then_ = 0;
};

}  // namespace forestall
