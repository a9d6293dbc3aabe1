// SPDX-License-Identifier: MIT
// The four doors to the machine. Each is real once (src/*/…_linux) and fake once (tests/support/fake_machine).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "forestall/incident.h"
#include "forestall/process.h"
#include "forestall/result.h"
#include "forestall/sample.h"

namespace forestall {

/// Looks at the machine as a whole.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  /// One look, now. Costs microseconds, allocates nothing. An Error where available memory cannot be told:
  /// everything else that is missing is left out of the Sample.
  virtual Result<Sample> read() = 0;
};

/// Who is there. Valid until the next call to the table.
struct Census {
  std::span<const ProcessFacts> processes;  ///< those that hold at least the asked-for amount, in no order
  std::span<const std::int32_t> lineage;    ///< this daemon's pid, its parent's, and so on up
  std::size_t seen = 0;                     ///< processes there are in all, small ones included
  std::span<const Kin> kin;                 ///< everybody but kernel threads, in no order; at most kMaxKin
  std::span<const KnownPlace> places;       ///< what Kin::place refers to; the first is nowhere
};

/// Looks at processes.
class ProcessTable {
 public:
  virtual ~ProcessTable() = default;
  /// Who is there now. Of those that hold less than `at_least` little is told, and that perhaps as it was when
  /// something was learnt a moment ago. Part of the hot path: allocates nothing, reads nothing that could wait for
  /// another process's memory.
  virtual Census look(const Sample& sample, Bytes at_least) = 0;
  /// Learns in peace what `look` may not read: starts finding out the Profile of those processes that have none.
  /// Never waits for the answers; they are in the Census when they are there. Otherwise as look().
  virtual Census learn(const Sample& sample, Bytes at_least) = 0;
};

/// How a signal, or the attempt to get hold of a process, ended.
enum class Reach : std::uint8_t { done, vanished, not_permitted };

/// Acts on those it holds: one process, or several that go together. A signal is `done` if it reached one of them,
/// else `not_permitted` if one of them refused it.
class Signaller {
 public:
  virtual ~Signaller() = default;
  /// Gets hold of exactly this process too (pidfd_open(2), then its start time is read again). `done` as well if it
  /// is held already; `vanished` also if there is no room for one more.
  virtual Reach hold(ProcessId id) = 0;
  /// SIGSTOP: who does not run begets nobody. Until terminate() or kill().
  virtual void halt() = 0;
  virtual Reach terminate() = 0;  ///< SIGTERM, and SIGCONT for those that were halted
  virtual Reach kill() = 0;       ///< SIGKILL, and has their memory reaped elsewhere (process_mrelease(2))
  virtual bool gone() = 0;        ///< all that are held are dead, down to the last thread
  virtual void release() = 0;     ///< lets go of all; those that are halted run on
};

/// Hears what happened. Must not wait: the engine is busy watching.
class IncidentSink {
 public:
  virtual ~IncidentSink() = default;
  virtual void tell(Event event, const Incident& incident) = 0;
};

}  // namespace forestall
