// SPDX-License-Identifier: MIT
// One process of the fake machine: what it is, how it lives and how it takes a signal. Told in a few words by the test:
//   machine.spawn("leak", 200 * kMiB).grows(500 * kMiB).ignores_sigterm();
#pragma once

#include <limits>
#include <string_view>

#include "forestall/process.h"
#include "forestall/units.h"

namespace forestall::testing {

/// How a process ended.
enum class End : std::uint8_t { none, by_itself, by_sigterm, by_sigkill, by_kernel };

struct FakeProcess {
  static constexpr Bytes kWithoutEnd = std::numeric_limits<Bytes>::max();
  static constexpr Duration kNever = Duration::max();

  FakeProcess(ProcessId id, std::string_view comm, Bytes size, Instant born);

  // ---- How it lives. All times are counted from its birth.
  // -----------------------------------------------------------
  FakeProcess& grows(Bytes per_second, Duration after = Duration(0), Bytes up_to = kWithoutEnd);
  /// Puts so much into files in tmpfs, and holds nothing of it itself.
  FakeProcess& fills_tmpfs(Bytes per_second, Duration after = Duration(0));
  FakeProcess& in_cgroup(std::string_view path);
  FakeProcess& ends_after(Duration age);
  /// From then on, and as often, it has a child that takes `child_size`, as fast as memory can be touched.
  FakeProcess& forks(Duration every, Bytes child_size);
  /// In state D, where no signal reaches it. The kernel's own killer passes it over too.
  FakeProcess& stuck();

  // ---- How it takes a signal
  // -----------------------------------------------------------------------------------------
  FakeProcess& ignores_sigterm();
  FakeProcess& exits_after_sigterm(Duration later);
  FakeProcess& dies_after_sigkill(Duration later);
  /// SIGKILL takes its memory, but it stays: stuck in the kernel, while the reaper got at its pages.
  FakeProcess& only_its_memory_dies();
  /// Signals to it are refused (EPERM).
  FakeProcess& not_permitted();

  // ---- What becomes of its memory when it is dead
  // ----------------------------------------------------------------------
  FakeProcess& memory_returns_after(Duration later);
  /// Its pages are somebody else's too (forked, never written to since): they stay.
  FakeProcess& memory_stays();

  // ---- What is known of it
  // -------------------------------------------------------------------------------------------
  FakeProcess& adj(std::int32_t oom_score_adj);
  /// A [[protect]] entry matches. Seen when the profile is known.
  FakeProcess& is_protected();
  FakeProcess& grace(Duration of_its_entry);
  /// The profile is not known before it was asked for (ProcessTable::learn), and so long after that.
  FakeProcess& profile_after(Duration later);
  FakeProcess& no_profile() { return profile_after(kNever); }

  [[nodiscard]] Bytes size() const { return facts.freed_by_death(); }
  /// How much it would take in the coming `step`, with nothing in its way.
  [[nodiscard]] Bytes demand(Instant now, Duration step) const;
  /// Takes memory; the page tables follow.
  void take(Bytes bytes);
  /// Gives memory back, and takes no more from now on.
  void give(Bytes bytes);
  void swap_out(Bytes bytes);
  /// As a look at it finds it now.
  [[nodiscard]] ProcessFacts seen_at(Instant now) const;

  ProcessFacts facts;
  Instant born{};
  bool alive = true;
  End end = End::none;
  Instant ended{};

  Bytes rate = 0;
  Instant grows_from{};
  Bytes grows_to = kWithoutEnd;
  bool fills = false;  ///< what it takes goes into tmpfs
  Bytes filled = 0;
  Duration fork_every{0};
  Instant next_fork{};
  Bytes child_size = 0;

  bool is_stuck = false;
  bool halted = false;  ///< by SIGSTOP
  bool obeys = true;
  Duration exit_time = std::chrono::milliseconds(20);
  Duration death_time = std::chrono::milliseconds(5);
  bool reaped_only = false;
  bool refuses_signals = false;
  Instant exits_at = Instant::max();
  End exits_by = End::by_itself;

  Duration memory_delay{0};
  bool memory_leaves = true;

  Duration profile_delay{-1};  ///< negative: known from the beginning
  Instant profile_asked = Instant::max();

 private:
  void settle_page_tables();
};

}  // namespace forestall::testing
