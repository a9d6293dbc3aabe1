// SPDX-License-Identifier: MIT
#include "bench/reap_linux.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <vector>

#include "base/process_stat.h"
#include "base/read_linux.h"
#include "bench/population.h"
#include "kill/signaller_linux.h"
#include "poll/meminfo.h"
#include "support/clock_linux.h"

namespace forestall::bench {
namespace {

constexpr Duration kLongest = std::chrono::seconds(30);
constexpr Duration kStep = std::chrono::microseconds(500);

/// They end with this object.
class BusyLoops {
 public:
  explicit BusyLoops(int count) {
    for (int i = 0; i < count; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        ::setpriority(PRIO_PROCESS, 0, 0);
        volatile unsigned turns = 0;
        while (turns == 0) {
        }
      }
      if (child > 0) pids_.push_back(child);
    }
  }
  ~BusyLoops() {
    for (const pid_t pid : pids_) ::kill(pid, SIGKILL);
    for (const pid_t pid : pids_) ::waitpid(pid, nullptr, 0);
  }
  BusyLoops(const BusyLoops&) = delete;
  BusyLoops& operator=(const BusyLoops&) = delete;

 private:
  std::vector<pid_t> pids_;
};

Bytes anonymous() {
  std::array<char, 8192> buffer{};
  const auto text = read_once(AT_FDCWD, "/proc/meminfo", buffer);
  const auto memory = text ? parse_meminfo(*text) : std::nullopt;
  return memory ? memory->anon_pages : 0;
}

std::optional<ProcessId> id_of(std::int32_t pid) {
  std::array<char, 2048> buffer{};
  const auto text = read_once(AT_FDCWD, fmt::format("/proc/{}/stat", pid).c_str(), buffer);
  const auto stat = text ? parse_stat(*text) : std::nullopt;
  if (!stat) return std::nullopt;
  return ProcessId{pid, stat->start_time};
}

Duration time_until_below(Bytes limit, Instant begun) {
  for (Instant next = begun; next - begun < kLongest; next += kStep) {
    testing::sleep_until(next);
    if (anonymous() < limit) return testing::now() - begun;
    next = testing::now();
  }
  return kLongest;
}

}  // namespace

std::optional<Duration> time_to_give_back(Killer killer, Bytes memory, int niceness, int busy_loops) {
  const Bytes before = anonymous();
  const pid_t victim = spawn_holding(memory);
  const auto id = id_of(victim);
  PidfdSignaller signaller;
  if (victim < 0 || !id || signaller.hold(*id) != Reach::done) return std::nullopt;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(victim), niceness);
  std::optional<Duration> time;
  {
    const BusyLoops loops(busy_loops);
    testing::sleep_until(testing::now() + std::chrono::milliseconds(100));  // until all of them take their share
    const Instant begun = testing::now();
    if (killer == Killer::plain) {
      ::kill(victim, SIGKILL);
    } else {
      (void)signaller.kill();
    }
    time = time_until_below(before + memory / 10, begun);
  }
  ::waitpid(victim, nullptr, 0);
  return time;
}

}  // namespace forestall::bench
