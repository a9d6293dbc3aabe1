// SPDX-License-Identifier: MIT
// A machine's memory and time, in memory: simple, but honest about what matters to a killer. Processes take pages; when
// few are free the page cache goes first, what is left over goes to swap or costs refaults, whoever gets nothing stands
// still, and when nothing can be had at all the kernel kills. Never more is given out than there is.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include "forestall/sample.h"
#include "support/fake_process.h"

namespace forestall::testing {

class FakeKernel {
 public:
  /// A machine that has just been switched on: 1/32 of `ram` is the kernel's, 1/8 is page cache, no swap.
  explicit FakeKernel(Bytes ram = 8 * kGiB);

  // ---- The machine
  // ---------------------------------------------------------------------------------------------------
  FakeKernel& add_swap(Bytes size);
  /// Swap in compressed RAM: what is stored takes `cost` of its size.
  FakeKernel& add_zram(Bytes size, Share cost = Share::percent(33));
  /// `cached` in the page cache, of which `hot` is read again and again: without it the disk is waited for.
  FakeKernel& page_cache(Bytes cached, Bytes hot);
  /// Files in tmpfs take memory that no death gives back.
  FakeKernel& fill_tmpfs(Bytes bytes);
  FakeKernel& tmpfs_grows(Bytes per_second);
  FakeKernel& empty_tmpfs();
  /// Pressure that is not for want of memory: slow disks, limits of single cgroups. Shares of the time.
  FakeKernel& background_stall(Share some, Share full);
  /// Pages that a cgroup with a limit of its own reads again and again, and what is scanned for it.
  FakeKernel& background_refaults(Bytes per_second);
  FakeKernel& without_psi();
  FakeKernel& without_vmstat();

  // ---- Who is there
  // --------------------------------------------------------------------------------------------------
  /// The reference stays good, beyond death too.
  FakeProcess& spawn(std::string_view comm, Bytes size);
  /// `old` ends, and its pid is given to somebody new.
  FakeProcess& reuse_pid(FakeProcess& old, std::string_view comm, Bytes size);
  void end(FakeProcess& process, End how = End::by_itself);
  /// The kernel's own killer takes the largest, as it does by itself when nothing can be had any more.
  void kill_by_kernel();
  [[nodiscard]] const std::deque<FakeProcess>& processes() const { return processes_; }
  [[nodiscard]] const std::vector<FakeProcess*>& living() const { return living_; }

  // ---- Time
  // ----------------------------------------------------------------------------------------------------------
  void advance(Duration duration);
  /// Does `what` when so much time has passed.
  void after(Duration delay, std::function<void()> what);
  /// The machine sleeps: the monotonic clock stands still, and PSI counts the sleep as one long stall.
  void suspend(Duration duration);
  void set_wall_clock(Duration forward) { wall_ += std::chrono::duration_cast<std::chrono::microseconds>(forward); }
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] Duration uptime() const { return now_ - Instant{} - kBooted; }

  // ---- What it shows
  // -------------------------------------------------------------------------------------------------
  [[nodiscard]] Sample sample() const;
  [[nodiscard]] Bytes free() const;
  [[nodiscard]] Bytes available() const;

 private:
  /// What the dead still hold.
  struct Limbo {
    Instant until;
    Bytes anon;
    Bytes page_tables;
    Bytes swap;
  };
  static constexpr Duration kBooted = std::chrono::hours(1);
  static constexpr Bytes kPage = 4 * kKiB;

  void live(Duration step);
  [[nodiscard]] Duration longest_step(Duration most) const;
  [[nodiscard]] Bytes wanted_in(Duration step) const;
  Bytes make_room(Bytes wanted, Duration step);
  Bytes reclaim(Bytes amount, Duration step);
  Bytes drop_cache(Bytes amount, Bytes keep);
  void make_way(Bytes bytes);
  Bytes swap_out(Bytes amount, Duration step);
  void hand_out(Bytes wanted, Bytes granted, Duration step);
  void read_files(Duration step);
  void stall(Duration some, Duration full);
  void settle();
  void fork(FakeProcess& parent);
  [[nodiscard]] Bytes anon() const;
  [[nodiscard]] Bytes swap_used() const;
  [[nodiscard]] Bytes zram_stored() const;
  [[nodiscard]] Bytes zram_cost() const;

  Bytes ram_;
  Bytes kernel_;
  Bytes low_;  ///< below so much free memory the kernel reclaims
  Bytes cached_;
  Bytes hot_ = 256 * kMiB;
  Bytes tmpfs_ = 0;
  Bytes tmpfs_rate_ = 0;
  Bytes held_elsewhere_ = 0;  ///< pages of the dead that somebody else maps too
  Bytes disk_swap_ = 0;
  Bytes zram_ = 0;
  Share zram_cost_{};

  Share background_some_{};
  Share background_full_{};
  Bytes background_refaults_ = 0;
  bool has_psi_ = true;
  bool has_vmstat_ = true;
  PressureTotals psi_;
  Vmstat vmstat_;
  Duration stalled_some_{0};  ///< in this step
  Duration stalled_full_{0};

  std::deque<FakeProcess> processes_;  ///< the dead too
  std::vector<FakeProcess*> living_;
  std::int32_t next_pid_ = 1000;
  std::vector<Limbo> limbo_;
  std::multimap<Instant, std::function<void()>> agenda_;

  Instant now_ = Instant{} + kBooted;
  WallTime wall_{std::chrono::hours(24 * 365 * 50)};
  Duration suspended_{0};
};

}  // namespace forestall::testing
