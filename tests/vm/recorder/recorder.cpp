// SPDX-License-Identifier: MIT
#include "vm/recorder/recorder.h"

#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "base/fd_linux.h"
#include "score/match.h"

namespace forestall::testing {
namespace {

void say_missing(const char* what) {
  std::fprintf(stderr, "forestall_recorder: %s: %s; goes on without it\n", what, std::strerror(errno));
}

/// For the thread that reads command lines. A locked stack is in memory as a whole, and the usual one has 8 MiB.
void use_small_stacks() {
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, 256 * kKiB);
  ::pthread_setattr_default_np(&attributes);
  ::pthread_attr_destroy(&attributes);
}

void spare_the_allocator() {
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_TOP_PAD, kMiB);
  ::mallopt(M_TRIM_THRESHOLD, 64 * kMiB);
}

sigset_t ending_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  return set;
}

void hold_out() {
  if (::mlockall(MCL_CURRENT | MCL_FUTURE) != 0) say_missing("cannot lock memory");
  if (::setpriority(PRIO_PROCESS, 0, -20) != 0) say_missing("cannot take nice -20");
  const Fd adj(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  constexpr std::string_view never = "-1000";
  if (::write(adj.get(), never.data(), never.size()) < 0) say_missing("cannot set oom_score_adj to -1000");
}

Instant now() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return Instant(std::chrono::seconds(t.tv_sec) + Duration(t.tv_nsec));
}

/// True if one of `signals` came before `until`.
bool was_signalled(const sigset_t& signals, Instant until) {
  while (true) {
    const Duration left = std::max(until - now(), Duration(0));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec wait{seconds.count(), (left - seconds).count()};
    if (::sigtimedwait(&signals, nullptr, &wait) > 0) return true;
    if (errno != EINTR) return false;
  }
}

}  // namespace

Result<Recorder> Recorder::prepare() {
  use_small_stacks();
  spare_the_allocator();
  const sigset_t signals = ending_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  auto source = ProcfsSource::open();
  if (!source) return tl::unexpected(source.error());
  auto table = ProcfsTable::open(std::make_shared<const MatchBook>());
  if (!table) return tl::unexpected(table.error());
  Recorder recorder(std::move(*source), std::move(*table));
  hold_out();
  return recorder;
}

Recorder::Recorder(ProcfsSource source, std::unique_ptr<ProcfsTable> table)
    : source_(std::move(source)), table_(std::move(table)), changes_(kMostProcesses, kMostChanges) {
  trace_.samples.reserve(kMostSamples);
}

Result<void> Recorder::run(Duration longest) {
  const sigset_t signals = ending_signals();
  const Instant start = now();
  Instant due = start;
  while (!is_full_ && !was_signalled(signals, due) && now() - start < longest) {
    if (auto r = record(start); !r) return r;
    // What was slept through is not made up for: the trace shows how late the recorder came.
    while (due <= now()) due += kSampleEvery;
  }
  return {};
}

Result<void> Recorder::record(Instant start) {
  auto sample = source_.read();
  if (!sample) return tl::unexpected(sample.error());
  const Instant since_start(sample->time - start);
  look_at_processes(*sample, since_start);
  sample->time = since_start;
  trace_.samples.push_back(*sample);
  if (trace_.samples.size() == kMostSamples) is_full_ = true;
  return {};
}

void Recorder::look_at_processes(const Sample& sample, Instant since_start) {
  const Bytes available = sample.memory.mem_available;
  const Bytes moved = std::max(available, available_then_) - std::min(available, available_then_);
  const Duration every = moved > kMoved ? kLookAtMostEvery : kLookEvery;
  // A sample may come a little early or late.
  if (looked_ && since_start - *looked_ < every - kSampleEvery / 2) return;
  looked_ = since_start;
  available_then_ = available;
  if (!learnt_ || since_start - *learnt_ >= kLookEvery) {
    table_->learn(sample, kMiB);
    learnt_ = since_start;
  }
  const Census census = table_->look(sample, kMiB);
  trace_.lineage.assign(census.lineage.begin(), census.lineage.end());
  if (!changes_.look(since_start, census.processes)) is_full_ = true;
}

Trace Recorder::take() {
  trace_.changes = changes_.take();
  if (is_full_) trace_.comments.emplace_back("The recorder had no room for more.");
  return std::move(trace_);
}

}  // namespace forestall::testing
