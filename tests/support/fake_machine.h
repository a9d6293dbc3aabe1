// SPDX-License-Identifier: MIT
// A whole machine behind the four doors (forestall/ports.h), and a record of what was done to it and told about it. The
// doors do nothing that the real ones could not: what they show is what is there at that moment, and a process that
// vanishes between two steps is gone at the second. After prepare() they allocate nothing.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "forestall/ports.h"
#include "score/kin.h"
#include "support/fake_kernel.h"

namespace forestall::testing {

enum class Signal : std::uint8_t { term, kill };

/// A signal that was sent, or refused.
struct Sent {
  Duration at{0};  ///< since the machine was switched on
  Signal signal = Signal::term;
  const FakeProcess* to = nullptr;
  Reach reach = Reach::done;
  Sample sample;          ///< the machine at that moment
  std::size_t order = 0;  ///< among all signals and events
};

/// An event that was told.
struct Told {
  Duration at{0};
  Event event = Event::recovered;
  Incident incident;
  std::size_t order = 0;
};

class FakeMachine : public FakeKernel,
                    private SampleSource,
                    private ProcessTable,
                    private Signaller,
                    private IncidentSink {
 public:
  explicit FakeMachine(Bytes ram = 8 * kGiB);

  Ports ports() { return {*this, *this, *this, *this}; }

  // ---- Trouble between two steps of the engine
  // -------------------------------------------------------------------------
  /// Looking at all processes takes time: the machine goes on meanwhile.
  FakeMachine& searching_takes(Duration time);
  /// Once, just before somebody is got hold of, or just before a signal is sent.
  void before_hold(std::function<void()> what) { before_hold_ = std::move(what); }
  void before_signal(std::function<void()> what) { before_signal_ = std::move(what); }
  /// meminfo cannot be read any more, or again.
  void blind(bool is_blind = true) { blind_ = is_blind; }
  /// This daemon's pid and those of its ancestors.
  void lineage(std::vector<std::int32_t> pids) { lineage_ = std::move(pids); }
  /// Makes room for all that is recorded.
  void prepare();

  // ---- What happened
  // ---------------------------------------------------------------------------------------------------
  [[nodiscard]] const std::vector<Sent>& sent() const { return sent_; }
  [[nodiscard]] const std::vector<Told>& told() const { return told_; }
  [[nodiscard]] std::vector<Event> events() const;
  [[nodiscard]] std::size_t count(Event event) const;
  /// The first one of its kind. The test must know that there is one.
  [[nodiscard]] const Told& first(Event event) const;
  [[nodiscard]] const Told& last(Event event) const;
  /// Signals that reached this process, in their order.
  [[nodiscard]] std::vector<Signal> signals_to(const FakeProcess& process) const;
  [[nodiscard]] const Sent& first_signal_to(const FakeProcess& process) const;
  /// The names of those who were ended by a signal or by the kernel, in the order of their ends. All others live, or
  /// ended by themselves: one assertion says who died and that nobody else did.
  [[nodiscard]] std::vector<std::string> killed() const;
  [[nodiscard]] std::size_t searches() const { return searches_; }
  [[nodiscard]] std::size_t lessons() const { return lessons_; }

 private:
  Result<Sample> read() override;
  Census look(const Sample& sample, Bytes at_least) override;
  Census learn(const Sample& sample, Bytes at_least) override;
  Reach hold(ProcessId id) override;
  Reach terminate() override;
  Reach kill() override;
  void halt() override;
  bool gone() override;
  void release() override;
  void tell(Event event, const Incident& incident) override;

  Census census(Bytes at_least);
  Reach send(Signal signal);
  Reach send(Signal signal, FakeProcess& to);

  std::vector<ProcessFacts> found_;
  std::vector<std::int32_t> lineage_ = {900, 1};
  std::vector<Kin> kin_;
  PlaceBook places_;
  std::vector<FakeProcess*> held_;
  Duration search_time_{0};
  std::function<void()> before_hold_;
  std::function<void()> before_signal_;
  bool blind_ = false;
  std::size_t searches_ = 0;
  std::size_t lessons_ = 0;
  std::vector<Sent> sent_;
  std::vector<Told> told_;
  std::size_t order_ = 0;
};

/// Runs an engine on a machine as the daemon does: looks, lets as much time pass as the engine asked for, looks again.
class Driver {
 public:
  Driver(FakeMachine& machine, Config config, bool dry_run = false);

  void run_for(Duration duration);
  /// Until `event` was told once more, or `at_most` is over. True if it was told.
  bool run_until(Event event, Duration at_most);
  /// Looks at once, as when the PSI trigger fires or a victim's pidfd becomes readable.
  void wake();
  Engine& engine() { return engine_; }
  /// The waits that the engine asked for.
  [[nodiscard]] const std::vector<Duration>& waits() const { return waits_; }

 private:
  FakeMachine& machine_;
  Engine engine_;
  Instant due_;
  std::vector<Duration> waits_;
};

}  // namespace forestall::testing
