// SPDX-License-Identifier: MIT
#include "replay/recorder_linux.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/clock_linux.h"
#include "base/fd_linux.h"
#include "base/process_news.h"
#include "replay/trace.h"
#include "score/match.h"

namespace forestall {
namespace {

/// For the threads that read command lines and write the file. A locked stack is in memory as a whole, and the usual
/// one has 8 MiB.
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
  ::sigaddset(&set, SIGHUP);
  return set;
}

/// What was not permitted.
std::vector<std::string> hold_out() {
  std::vector<std::string> missing;
  const auto note = [&](bool done, const char* what) {
    if (!done) missing.push_back(fmt::format("{}: {}", what, std::strerror(errno)));
  };
  note(::mlockall(MCL_CURRENT | MCL_FUTURE) == 0, "cannot lock memory, so the recording may have gaps");
  note(::setpriority(PRIO_PROCESS, 0, -20) == 0, "cannot take nice -20, so the recording may have gaps");
  const Fd adj(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  constexpr std::string_view never = "-1000";
  note(adj && ::write(adj.get(), never.data(), never.size()) > 0,
       "cannot set oom_score_adj to -1000, so the kernel may end the recording");
  return missing;
}

/// True if one of `signals` came before `until`.
bool was_signalled(const sigset_t& signals, Instant until) {
  while (true) {
    const Duration left = std::max(until - monotonic_now(), Duration(0));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec wait{seconds.count(), (left - seconds).count()};
    if (::sigtimedwait(&signals, nullptr, &wait) > 0) return true;
    if (errno != EINTR) return false;
  }
}

}  // namespace

Result<std::unique_ptr<Recorder>> Recorder::prepare(Fd file, std::string name) {
  use_small_stacks();
  spare_the_allocator();
  const sigset_t signals = ending_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  auto view = open_view(std::nullopt);
  if (!view) return tl::unexpected(view.error());
  auto table = ProcfsTable::open(std::make_shared<const MatchBook>());
  if (!table) return tl::unexpected(table.error());
  if (view->cgroup) (*table)->confine_to(*view->cgroup);
  std::unique_ptr<Recorder> recorder(
      new Recorder(std::move(*view), std::move(*table), std::move(file), std::move(name)));
  for (std::string& what : hold_out()) recorder->missing_.push_back(std::move(what));
  return recorder;
}

Recorder::Recorder(View view, std::unique_ptr<ProcfsTable> table, Fd file, std::string name)
    : view_(std::move(view)),
      table_(std::move(table)),
      missing_(view_.missing),
      transcript_(std::move(file), std::move(name)),
      writer_([this](std::string_view line) {
        if (put_) put_ = transcript_.put(line);
      }),
      changes_(kMostRecorded) {}

Result<void> Recorder::run(Duration longest) {
  const sigset_t signals = ending_signals();
  const Instant start = monotonic_now();
  const Instant end = start + std::min(longest, kLongestRecording);
  Instant due = start;
  while (!was_signalled(signals, std::min(due, end)) && monotonic_now() < end) {
    if (auto r = record(start); !r) return r;
    if (samples_ == kMostSamples || changes_written_ > kMostChanges - 2 * (kMostRecorded + UnitNews::kRoom)) {
      return failure(0, "more happens here than a trace can hold; what follows is not recorded");
    }
    // What was slept through is not made up for: the trace shows how late the recorder came.
    while (due <= monotonic_now()) due += kSampleEvery;
  }
  writer_.end();
  if (!put_) return put_;
  return transcript_.finish();
}

Result<void> Recorder::record(Instant start) {
  auto sample = view_.samples->read();
  if (!sample) return tl::unexpected(sample.error());
  const Instant since_start(sample->time - start);
  if (since_start - Instant{} > kLongestRecording) return {};
  const bool look = is_time_to_look(since_start, sample->memory.mem_available);
  // With the clock of the machine: who is how old is reckoned from it.
  const Census census = look ? look_at_processes(*sample, since_start) : Census{};
  if (samples_++ == 0) begin(census.lineage);
  sample->suspended += start - Instant{};
  sample->time = since_start;
  writer_.sample(*sample);
  if (!look) return put_;
  for (const ProcessChange& change : changes_.look(since_start, census.processes)) {
    writer_.change(change);
    ++changes_written_;
  }
  for (const UnitChange& change : units_.look(since_start, census.places, kMemoryWorthALine)) {
    writer_.change(change);
    ++changes_written_;
  }
  return put_;
}

bool Recorder::is_time_to_look(Instant since_start, Bytes available) {
  const Bytes moved = difference(available, available_then_);
  const Duration every = moved > kMoved ? kLookAtMostEvery : kLookEvery;
  // A sample may come a little early or late.
  if (looked_ && since_start - *looked_ < every - kSampleEvery / 2) return false;
  looked_ = since_start;
  available_then_ = available;
  return true;
}

Census Recorder::look_at_processes(const Sample& sample, Instant since_start) {
  if (learnt_ && since_start - *learnt_ < kLookEvery) return table_->look(sample, kMiB);
  learnt_ = since_start;
  return table_->learn(sample, kMiB);
}

void Recorder::begin(std::span<const std::int32_t> lineage) {
  Trace trace;
  trace.lineage.assign(lineage.begin(), lineage.end());
  writer_.head(trace);
}

}  // namespace forestall
