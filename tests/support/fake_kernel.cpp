// SPDX-License-Identifier: MIT
#include "support/fake_kernel.h"

#include <algorithm>
#include <utility>

namespace forestall::testing {
namespace {

/// How finely time is cut where memory is short: so that in one step not more than this is asked for.
/// Otherwise one step reaches to the next event.
constexpr Bytes kFineAmount = 8 * kMiB;
constexpr Duration kFinestStep = std::chrono::milliseconds(1);
constexpr Duration kCoarsestStep = std::chrono::milliseconds(20);
constexpr Bytes kDiskRate = kGiB;        // bytes per second
constexpr Bytes kSwapRate = 500 * kMiB;  // the same, to a disk
constexpr Bytes kZramRate = 2 * kGiB;    // and to compressed memory
constexpr Bytes kTouchRate = 8 * kGiB;   // how fast the hot part of the page cache is gone through
constexpr Bytes kTakingRate = 4 * kGiB;  // how fast a child takes what it wants
constexpr Bytes kLastCache = 32 * kMiB;  // pages that are mapped and running: never given up

Bytes less(Bytes a, Bytes b) { return a - std::min(a, b); }

Bytes in_time(Bytes per_second, Duration step) {
  return static_cast<Bytes>(static_cast<double>(per_second) * std::chrono::duration<double>(step).count());
}

double part(Bytes of, Bytes whole) { return whole == 0 ? 0 : static_cast<double>(of) / static_cast<double>(whole); }

Bytes scaled(Bytes bytes, double by) { return static_cast<Bytes>(static_cast<double>(bytes) * by); }

Duration scaled(Duration d, double by) {
  return Duration(static_cast<Duration::rep>(static_cast<double>(d.count()) * std::clamp(by, 0.0, 1.0)));
}

Duration scaled(Duration d, Share by) { return scaled(d, static_cast<double>(by.ppm) / 1e6); }

}  // namespace

// ---- Time -----------------------------------------------------------------------------------------------------------

void FakeKernel::advance(Duration duration) {
  while (duration > Duration(0)) {
    const Duration step = longest_step(duration);
    live(step);
    duration -= step;
  }
}

Duration FakeKernel::longest_step(Duration most) const {
  Duration step = most;
  const auto not_past = [&](Instant when) {
    if (when > now_) step = std::min(step, when - now_);
  };
  for (const FakeProcess* p : living_) {
    not_past(p->exits_at);
    if (p->rate > 0) not_past(p->grows_from);
    if (p->fork_every > Duration(0)) not_past(p->next_fork);
  }
  for (const Limbo& l : limbo_) not_past(l.until);
  if (!agenda_.empty()) not_past(agenda_.begin()->first);
  if (free() >= low_ + wanted_in(step) && cached_ >= hot_) return step;
  const double wanted = std::max(part(wanted_in(kCoarsestStep), kFineAmount), 1.0);
  return std::min(step, std::max(scaled(kCoarsestStep, 1 / wanted), kFinestStep));
}

void FakeKernel::live(Duration step) {
  stalled_some_ = scaled(step, background_some_);
  stalled_full_ = scaled(step, background_full_);
  const Bytes wanted = wanted_in(step);
  const Bytes granted = make_room(wanted, step);
  hand_out(wanted, granted, step);
  read_files(step);
  psi_.some += std::min(stalled_some_, step);
  psi_.full += std::min(stalled_full_, step);
  now_ += step;
  wall_ += std::chrono::duration_cast<std::chrono::microseconds>(step);
  settle();
}

/// All that becomes due at this moment.
void FakeKernel::settle() {
  std::erase_if(limbo_, [&](const Limbo& l) { return l.until <= now_; });
  for (std::size_t i = living_.size(); i-- > 0;) {  // from the back: some leave, some are added
    FakeProcess& p = *living_[i];
    if (p.fork_every > Duration(0) && p.next_fork <= now_) fork(p);
    if (p.exits_at <= now_) end(p, p.exits_by);
  }
  while (!agenda_.empty() && agenda_.begin()->first <= now_) agenda_.extract(agenda_.begin()).mapped()();
}

void FakeKernel::suspend(Duration duration) {
  suspended_ += duration;
  psi_.some += duration;
  psi_.full += duration;
  set_wall_clock(duration);
}

void FakeKernel::after(Duration delay, std::function<void()> what) { agenda_.emplace(now_ + delay, std::move(what)); }

// ---- Memory ---------------------------------------------------------------------------------------------------------

Bytes FakeKernel::wanted_in(Duration step) const {
  Bytes wanted = in_time(tmpfs_rate_, step);
  for (const FakeProcess* p : living_) wanted += p->demand(now_, step);
  return wanted + wanted / 512;  // with the page tables
}

/// How much of `wanted` can be had.
Bytes FakeKernel::make_room(Bytes wanted, Duration step) {
  const Bytes shortage = less(wanted + low_, free());
  if (shortage == 0) return wanted;
  const Bytes missing = less(shortage, reclaim(shortage, step));
  const Bytes granted = std::min(less(wanted, missing), free());
  if (granted >= wanted) return wanted;
  const Duration waited = scaled(step, part(wanted - granted, wanted));
  stall(waited, waited);
  if (cached_ <= kLastCache && swap_used() >= disk_swap_ + zram_) kill_by_kernel();
  return granted;
}

/// What nobody reads goes first, then what nobody uses goes to swap, then what will be read again.
Bytes FakeKernel::reclaim(Bytes amount, Duration step) {
  Bytes got = drop_cache(amount, hot_);
  got += swap_out(less(amount, got), step);
  got += drop_cache(less(amount, got), kLastCache);
  vmstat_.pgscan += 2 * amount / kPage;
  vmstat_.pgsteal += got / kPage;
  return got;
}

Bytes FakeKernel::drop_cache(Bytes amount, Bytes keep) {
  const Bytes dropped = std::min(amount, less(cached_, keep));
  cached_ -= dropped;
  return dropped;
}

void FakeKernel::make_way(Bytes bytes) { drop_cache(less(bytes + low_, free()), kLastCache); }

Bytes FakeKernel::swap_out(Bytes amount, Duration step) {
  const Bytes before = anon() + zram_cost();
  const Bytes fastest = in_time(zram_ > 0 ? kZramRate : kSwapRate, step);
  const Bytes room = less(disk_swap_ + zram_, swap_used());
  const double share = part(std::min({amount, fastest, room}), anon());
  for (FakeProcess* p : living_) p->swap_out(scaled(p->facts.anon, std::min(share, 1.0)));
  const Bytes freed = less(before, anon() + zram_cost());
  const Duration waited = scaled(step, part(freed, fastest));
  stall(waited, waited / 2);
  return freed;
}

void FakeKernel::hand_out(Bytes wanted, Bytes granted, Duration step) {
  if (wanted == 0) return;
  const double share = part(granted, wanted);
  tmpfs_ += scaled(in_time(tmpfs_rate_, step), share);
  for (FakeProcess* p : living_) {
    const Bytes taken = scaled(p->demand(now_, step), share);
    if (!p->fills) {
      p->take(taken);
      continue;
    }
    p->filled += taken;
    tmpfs_ += taken;
  }
}

/// Programs and their files are read again where they were given up. Without room to keep them, again and again.
void FakeKernel::read_files(Duration step) {
  Bytes again = in_time(background_refaults_, step);
  const Bytes missing = less(hot_, cached_);
  if (missing > 0) {
    const Bytes fastest = in_time(kDiskRate, step);
    const Bytes read = std::min(fastest, scaled(in_time(kTouchRate, step), part(missing, hot_)));
    cached_ += std::min({read, missing, less(free(), low_)});
    again += read;
    const Duration waited = scaled(step, part(read, fastest));
    stall(waited, waited * 3 / 4);
  }
  vmstat_.refault_file += again / kPage;
  vmstat_.pgscan += 2 * again / kPage;
  vmstat_.pgsteal += again / kPage;
}

void FakeKernel::stall(Duration some, Duration full) {
  stalled_some_ += some;
  stalled_full_ += full;
}

void FakeKernel::kill_by_kernel() {
  FakeProcess* worst = nullptr;
  for (FakeProcess* p : living_) {
    const bool spared = p->size() == 0 || p->is_stuck || p->facts.oom_score_adj == -1000;
    if (!spared && (worst == nullptr || p->size() > worst->size())) worst = p;
  }
  if (worst == nullptr || !limbo_.empty()) return;
  end(*worst, End::by_kernel);
  ++vmstat_.oom_kill;
}

// ---- Processes ------------------------------------------------------------------------------------------------------

FakeProcess& FakeKernel::spawn(std::string_view comm, Bytes size) {
  make_way(size + size / 512);
  const auto ticks = static_cast<std::uint64_t>((now_ - Instant{}) / std::chrono::milliseconds(10));
  const std::int32_t pid = next_pid_++;
  FakeProcess& p = processes_.emplace_back(ProcessId{pid, ticks}, comm, std::min(size, free()), now_);
  living_.push_back(&p);
  return p;
}

FakeProcess& FakeKernel::reuse_pid(FakeProcess& old, std::string_view comm, Bytes size) {
  end(old);
  FakeProcess& newcomer = spawn(comm, size);
  newcomer.facts.id = {old.facts.id.pid, old.facts.id.start_time + 1};
  return newcomer;
}

void FakeKernel::fork(FakeProcess& parent) {
  parent.next_fork += parent.fork_every;
  const bool killed = parent.exits_at != Instant::max() && parent.exits_by == End::by_sigkill;
  const bool dying = killed || parent.exits_at <= now_;
  if (parent.halted || dying) return;  // with SIGKILL pending there is no fork(2)
  const ProcessId id = parent.facts.id;
  const std::int32_t group = parent.facts.process_group;
  const CgroupPlace place = parent.facts.place;
  const Bytes size = parent.child_size;
  FakeProcess& child = spawn(parent.facts.comm.view(), 0);
  child.facts.parent = id.pid;
  child.facts.process_group = group;
  child.facts.place = place;
  child.grows(kTakingRate, Duration(0), size);
}

void FakeKernel::end(FakeProcess& p, End how) {
  if (!p.alive) return;
  p.exits_at = Instant::max();
  p.end = how;
  p.ended = now_;
  p.alive = p.reaped_only;
  if (!p.alive) std::erase(living_, &p);
  if (!p.memory_leaves) held_elsewhere_ += p.facts.anon;
  if (p.memory_leaves && p.memory_delay > Duration(0)) {
    limbo_.push_back({now_ + p.memory_delay, p.facts.anon, p.facts.page_tables, p.facts.swap});
  }
  p.rate = 0;
  p.fork_every = Duration(0);
  p.facts.anon = p.facts.swap = p.facts.page_tables = 0;
}

}  // namespace forestall::testing
