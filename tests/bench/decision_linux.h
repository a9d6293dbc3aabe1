// SPDX-License-Identifier: MIT
// The engine as the daemon runs it, on the real processes of a private world, told that memory is short when we want it
// to be: and a stopwatch on the two moments that matter.
#pragma once

#include <memory>
#include <optional>

#include "engine/engine.h"
#include "kill/signaller_linux.h"
#include "poll/procfs_source_linux.h"
#include "report/flight_recorder.h"
#include "report/recorded_ports.h"
#include "score/process_table_linux.h"

namespace forestall::bench {

/// Where this thread stands: by the clock, by what it has used, by what it has taken from the heap.
struct Moment {
  Instant time{};
  Duration cpu_time{0};
  std::size_t allocations = 0;

  static Moment now();
};

/// The real samples, but for what is available, and later than it is: so that waiting costs no time.
class ToldSource final : public SampleSource {
 public:
  explicit ToldSource(ProcfsSource real) : real_(std::move(real)) {}
  Result<Sample> read() override;

  Bytes available = 0;
  Duration ahead{0};
  std::optional<Moment> told;  ///< when the first sample was given out since this was cleared

 private:
  ProcfsSource real_;
};

/// The real signals, and when the first of them was out.
class TimedSignaller final : public Signaller {
 public:
  Reach hold(ProcessId id) override;
  void halt() override { real_.halt(); }
  Reach terminate() override;
  Reach kill() override { return real_.kill(); }
  bool gone() override { return real_.gone(); }
  void release() override { real_.release(); }

  std::optional<Moment> sent;
  std::int32_t held = 0;

 private:
  PidfdSignaller real_;
};

/// The real table, and what of a processor the first look at everybody took since it was cleared.
class TimedTable final : public ProcessTable {
 public:
  explicit TimedTable(std::unique_ptr<ProcfsTable> real) : real_(std::move(real)) {}
  Census look(const Sample& sample, Bytes at_least) override;
  Census learn(const Sample& sample, Bytes at_least) override { return real_->learn(sample, at_least); }

  std::optional<Duration> looking;

 private:
  std::unique_ptr<ProcfsTable> real_;
};

class Decisions {
 public:
  explicit Decisions(Config config);

  struct Taken {
    Duration time{0};      ///< from the sample by which the rule held to the signal that was out
    Duration cpu_time{0};  ///< of that thread, meanwhile
    Duration looking{0};   ///< the part of that which went into looking at processes
    std::size_t allocations = 0;
    std::size_t processes = 0;
  };
  /// Lets the engine get to know this process, which must be the largest, while memory is nearly short; then has it
  /// ended. None if somebody else, or nobody, was chosen: then the figure would be of something else.
  std::optional<Taken> end(std::int32_t victim);

 private:
  struct Silence final : IncidentSink {
    void tell(Event /*event*/, const Incident& incident) override { seen = incident.seen; }
    std::size_t seen = 0;
  };
  void settle(std::size_t lessons);
  void bury(std::int32_t victim);

  ToldSource source_;
  TimedTable table_;
  FlightRecorder recorder_;
  RecordedSource recorded_source_;
  RecordedTable recorded_table_;
  TimedSignaller signaller_;
  Silence silence_;
  Engine engine_;
};

}  // namespace forestall::bench
