// SPDX-License-Identifier: MIT
#include "bench/decision_linux.h"

#include <sys/wait.h>

#include "bench/allocations.h"
#include "bench/cpu_time.h"
#include "bench/must.h"
#include "score/users_linux.h"
#include "support/clock_linux.h"

namespace forestall::bench {
namespace {

constexpr Bytes kPlenty = 16 * kGiB;
/// Just above the limit of "low-memory" of the built-in configuration, on a machine of 16 GiB and more: the daemon is
/// armed and learns each second who is there.
constexpr Bytes kNearly = 1600 * kMiB;
constexpr Bytes kShort = 1100 * kMiB;

std::shared_ptr<const MatchBook> book_of(const Config& config) {
  return std::make_shared<const MatchBook>(must(MatchBook::compile(config, uid_of)));
}

}  // namespace

Moment Moment::now() { return {testing::now(), thread_cpu_time(), bench::allocations()}; }

Result<Sample> ToldSource::read() {
  auto sample = real_.read();
  if (!sample) return sample;
  sample->time += ahead;
  sample->memory.mem_total = 24 * kGiB;
  sample->memory.anon_pages = sample->memory.mem_total - available;
  sample->memory.mem_available = available;
  sample->memory.swap_total = sample->memory.swap_free = 0;
  sample->parked = 0;
  if (!told) told = Moment::now();
  return sample;
}

Census TimedTable::look(const Sample& sample, Bytes at_least) {
  const Duration begun = thread_cpu_time();
  const Census census = real_->look(sample, at_least);
  if (!looking) looking = thread_cpu_time() - begun;
  return census;
}

Reach TimedSignaller::hold(ProcessId id) {
  held = id.pid;
  return real_.hold(id);
}

Reach TimedSignaller::terminate() {
  const Reach reach = real_.terminate();
  if (!sent) sent = Moment::now();
  return reach;
}

Decisions::Decisions(Config config)
    : source_(must(ProcfsSource::open())),
      table_(must(ProcfsTable::open(book_of(config)))),
      recorded_source_(source_, recorder_),
      recorded_table_(table_, recorder_),
      engine_({recorded_source_, recorded_table_, signaller_, silence_}, std::move(config), {1, 2}, false) {}

/// At first long enough for everybody to have been asked for his command line, some hundred at a time; later for who is
/// new to be settled.
void Decisions::settle(std::size_t lessons) {
  source_.available = kNearly;
  for (std::size_t i = 0; i < lessons; ++i) {
    source_.ahead += std::chrono::seconds(1);
    (void)engine_.tick();
    timespec pause{0, 10'000'000};  // for the resolver
    ::nanosleep(&pause, nullptr);
  }
}

std::optional<Decisions::Taken> Decisions::end(std::int32_t victim) {
  constexpr std::size_t few = 10;
  constexpr std::size_t asked_in_a_lesson = 256;
  settle(silence_.seen > 0 ? few : few + must(engine_.explain()).seen / asked_in_a_lesson);
  source_.available = kShort;
  source_.ahead += std::chrono::milliseconds(50);
  source_.told.reset();
  signaller_.sent.reset();
  table_.looking.reset();
  (void)engine_.tick();
  const bool right = signaller_.sent && signaller_.held == victim;
  bury(victim);
  if (!right) return std::nullopt;
  const Moment& begun = *source_.told;
  const Moment& over = *signaller_.sent;
  return Taken{over.time - begun.time, over.cpu_time - begun.cpu_time, table_.looking.value_or(Duration(0)),
               over.allocations - begun.allocations, silence_.seen};
}

void Decisions::bury(std::int32_t victim) {
  source_.available = kPlenty;
  for (int i = 0; i < 1000 && engine_.killing(); ++i) {
    source_.ahead += std::chrono::milliseconds(50);
    (void)engine_.tick();
  }
  ::kill(victim, SIGKILL);
  ::waitpid(victim, nullptr, 0);
}

}  // namespace forestall::bench
