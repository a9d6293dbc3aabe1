// SPDX-License-Identifier: MIT
// How one victim is ended. A passive state machine: it is told what happened and answers what to do next; it never
// waits, never asks a clock, and sends no signal itself.
#pragma once

#include <cstdint>
#include <optional>

#include "forestall/incident.h"
#include "forestall/ports.h"
#include "forestall/rules.h"
#include "forestall/units.h"

namespace forestall {

/// A process that got SIGKILL and is still there after this long does not run: it is stuck in the kernel (state D),
/// or frozen. Dying itself takes milliseconds per GiB once its memory is reaped from outside.
inline constexpr Duration kUnkillableAfter = std::chrono::seconds(1);

/// How long the memory of a dead victim may take to be seen again. Its pages are free when its pidfd says so, but they
/// may lie on per-CPU lists that the counters leave out until they are drained, once a second (mm/vmstat.c,
/// sysctl_stat_interval). When a kill rule holds there is no time for that.
inline constexpr Duration kMemoryPatience = std::chrono::seconds(1);

/// No rule asks for more, yet not all that was promised is seen: for this long it may still come, for the pages of a
/// dead process reach the counters in batches, and the record should tell the whole.
inline constexpr Duration kSettling = std::chrono::milliseconds(100);

/// What the engine saw at one tick.
struct Observation {
  Instant time{};
  Action verdict = Action::none;  ///< what the rules ask for now
  Bytes left = 0;                 ///< Headroom::left()
  bool gone = false;              ///< the victim is dead
};

class KillPlan {
 public:
  enum class Order : std::uint8_t {
    wait,
    terminate,  ///< send SIGTERM, then tell what became of it by signalled()
    kill,       ///< send SIGKILL, likewise
    closed,     ///< nothing more to do: see outcome()
  };

  /// Begins with SIGTERM, or with SIGKILL if that is what the rules ask for. `promised` is what its death should free.
  Order begin(const Observation& seen, Duration grace, Bytes promised);

  /// What became of the signal that was ordered.
  Order signalled(Instant time, Reach reach);

  /// Once per tick. SIGTERM is followed by SIGKILL when the grace is over, always, or at once when a kill rule holds.
  /// The plan closes when the memory is back, when it is overdue, or when the victim cannot be ended.
  Order advance(const Observation& seen);

  [[nodiscard]] bool open() const { return stage_ != Stage::idle && stage_ != Stage::closed; }
  [[nodiscard]] Outcome outcome() const { return outcome_; }
  /// By how much what is left rose from its lowest point since the signal.
  [[nodiscard]] Bytes freed() const { return freed_; }
  [[nodiscard]] Bytes promised() const { return promised_; }
  [[nodiscard]] bool grace_over() const { return grace_over_; }
  [[nodiscard]] std::optional<Instant> gone_at() const { return gone_at_; }
  [[nodiscard]] std::optional<Instant> memory_back_at() const { return memory_back_at_; }
  /// When advance() will have something new to say even if nothing happens.
  [[nodiscard]] Instant deadline() const { return deadline_; }

 private:
  enum class Stage : std::uint8_t { idle, terminating, killing, gone, closed };

  void watch_memory(const Observation& seen);
  [[nodiscard]] bool promise_kept() const;
  Order close(Outcome outcome);
  Order advance_terminating(const Observation& seen);
  Order advance_killing(const Observation& seen);
  Order advance_gone(const Observation& seen);

  Stage stage_ = Stage::idle;
  Outcome outcome_ = Outcome::none;
  Duration grace_{0};
  Instant deadline_{};
  Bytes promised_ = 0;
  Bytes lowest_ = 0;
  Bytes freed_ = 0;
  bool grace_over_ = false;
  std::optional<Instant> gone_at_;
  std::optional<Instant> memory_back_at_;
};

}  // namespace forestall
