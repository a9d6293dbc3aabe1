// SPDX-License-Identifier: MIT
// What cannot be timed without thousands of processes: how long a full scan takes beside the kernel's own share of it,
// and how long it is from a rule that holds to the signal. Prints a line for each round; dev bench makes sense of them.
#include <fmt/format.h>
#include <sys/resource.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bench/cpu_time.h"
#include "bench/decision_linux.h"
#include "bench/floor_linux.h"
#include "bench/must.h"
#include "bench/patterns.h"
#include "bench/population.h"
#include "bench/reap_linux.h"
#include "config/config_file.h"
#include "poll/procfs_source_linux.h"
#include "score/process_table_linux.h"
#include "score/users_linux.h"
#include "support/private_world_linux.h"

namespace forestall::bench {
namespace {

constexpr const char* kUsage =
    "usage: forestall_stopwatch among PROCESSES COMMAND...\n"
    "           runs COMMAND in a world of its own where so many processes sleep\n"
    "       forestall_stopwatch scan ROUNDS\n"
    "           \"scan\", processes, us of the processor for each of them: the floor, ours, ours while swap fills\n"
    "       forestall_stopwatch decide ROUNDS\n"
    "           \"decide\", processes, us of the processor for the floor; from the rule that holds to the signal: us "
    "by\n"
    "           the clock, us of the processor, us of that in the scan, allocations\n"
    "       forestall_stopwatch reap ROUNDS\n"
    "           \"reap\", niceness of the victim, us from SIGKILL until 90 % of its 1 GiB are back: when nobody else\n"
    "           wants the processors, beside 16 busy loops; \"alone\": beside them by kill(2), once\n"
    "       forestall_stopwatch wake MILLISECONDS\n"
    "           wakes as often, reads meminfo and pressure/memory, and prints nothing\n";

double in_microseconds(Duration d) { return std::chrono::duration<double, std::micro>(d).count(); }

/// Of the processor.
template <typename Do>
double microseconds(Do what) {
  const Duration begun = thread_cpu_time();
  what();
  return in_microseconds(thread_cpu_time() - begun);
}

std::shared_ptr<const MatchBook> book_of(const Config& config) {
  return std::make_shared<const MatchBook>(must(MatchBook::compile(config, uid_of)));
}

/// The resolver has room for so many questions at a time: it is asked until everybody is known.
void learn_everybody(ProcfsTable& table, Sample& sample, Bytes minimum) {
  constexpr int most = 1000;
  for (int i = 0; i < most; ++i) {
    sample.time += std::chrono::seconds(1);
    const Census census = table.look_thoroughly(sample, minimum, std::chrono::seconds(1));
    bool complete = i > 10;  // and long enough ago to be settled
    for (const Kin& kin : census.kin) complete = complete && kin.profile_known;
    if (complete) return;
  }
}

int scan(std::size_t rounds) {
  const config::Layer patterns{"patterns", twenty_patterns()};
  const Config config = must(config::parse_layers({&patterns, 1}));
  auto source = must(ProcfsSource::open());
  Sample sample = must(source.read());
  auto table = must(ProcfsTable::open(book_of(config)));
  const Bytes minimum = 64 * kMiB;
  learn_everybody(*table, sample, minimum);
  constexpr Duration long_after = std::chrono::seconds(10);  // everybody was read: then everybody is read again
  for (std::size_t i = 0; i < rounds; ++i) {
    std::size_t there = 0;
    sample.time += 2 * long_after;
    const double floor = microseconds([&] { there = read_everybody(); });
    const double ours = microseconds([&] { table->look(sample, minimum); });
    Sample swapping = sample;
    swapping.time += long_after;
    swapping.memory.swap_total = swapping.memory.swap_free + 1;
    const double with_swap = microseconds([&] { table->look(swapping, minimum); });
    const auto count = static_cast<double>(there);
    fmt::print("scan {} {:.4f} {:.4f} {:.4f}\n", there, floor / count, ours / count, with_swap / count);
  }
  return EXIT_SUCCESS;
}

int decide(std::size_t rounds) {
  const config::Layer patterns{"patterns", twenty_patterns()};
  Decisions decisions(must(config::parse_layers({&patterns, 1})));
  for (std::size_t i = 0; i < rounds; ++i) {
    const int victim = spawn_holding(256 * kMiB);
    if (victim < 0) return EXIT_FAILURE;
    const double floor = microseconds([&] { read_and_reach(victim); });
    const auto taken = decisions.end(victim);
    if (!taken) return EXIT_FAILURE;
    fmt::print("decide {} {:.4f} {:.4f} {:.4f} {:.4f} {}\n", taken->processes, floor, in_microseconds(taken->time),
               in_microseconds(taken->cpu_time), in_microseconds(taken->looking), taken->allocations);
  }
  return EXIT_SUCCESS;
}

/// With the priority of the daemon's unit.
int reap(std::size_t rounds) {
  constexpr int unit_niceness = -20;
  constexpr int busy_loops = 16;
  if (::setpriority(PRIO_PROCESS, 0, unit_niceness) != 0) {
    fmt::print(stderr, "forestall_stopwatch: not permitted to run with the priority of the daemon\n");
  }
  const auto measure = [](Killer killer, int niceness, int loops) {
    const auto time = time_to_give_back(killer, kGiB, niceness, loops);
    if (!time) std::exit(EXIT_FAILURE);
    return in_microseconds(*time);
  };
  for (const int niceness : {0, 19}) {
    fmt::print("alone {} {:.4f}\n", niceness, measure(Killer::plain, niceness, busy_loops));  // it can take very long
    for (std::size_t i = 0; i < rounds; ++i) {
      const double floor = measure(Killer::ours, niceness, 0);
      fmt::print("reap {} {:.4f} {:.4f}\n", niceness, floor, measure(Killer::ours, niceness, busy_loops));
    }
  }
  return EXIT_SUCCESS;
}

int wake(std::size_t milliseconds) {
  wake_every(std::chrono::milliseconds(milliseconds));
  return EXIT_FAILURE;
}

int among(std::size_t processes, const std::vector<std::string>& command) {
  if (const std::size_t most = most_processes(); processes > most) {
    fmt::print(stderr, "forestall_stopwatch: no more than {} processes; raise kernel.pid_max for more\n", most);
    return EXIT_FAILURE;
  }
  return testing::run_in_private_world([&] {
    if (!testing::is_private_world()) {
      fmt::print(stderr, "forestall_stopwatch: {}\n", testing::why_not_private());
      return EXIT_FAILURE;
    }
    const std::size_t there = populate(processes);
    if (there < processes) {
      fmt::print(stderr, "forestall_stopwatch: only {} processes could be made\n", there);
      return EXIT_FAILURE;
    }
    return run(command);
  });
}

/// In the world that among() has made: its PID 1 is this very program.
bool is_among_ours() {
  std::error_code error;
  const auto first = std::filesystem::read_symlink("/proc/1/exe", error);
  return !error && first == std::filesystem::read_symlink("/proc/self/exe", error) && !error;
}

int usage() {
  fmt::print(stderr, "{}", kUsage);
  return 2;
}

int main(const std::vector<std::string>& words) {
  std::size_t number = 0;
  if (words.size() < 2) return usage();
  const char* const end = words[1].data() + words[1].size();
  if (std::from_chars(words[1].data(), end, number).ptr != end) return usage();
  if (words[0] == "among" && words.size() > 2) return among(number, {words.begin() + 2, words.end()});
  if (words.size() > 2) return usage();
  if (words[0] == "scan") return scan(number);
  if (words[0] == "wake") return wake(number);
  if (words[0] == "reap" && is_among_ours()) return reap(number);
  // It sends signals: only where nobody else can be hit.
  if (words[0] == "decide" && is_among_ours()) return decide(number);
  return usage();
}

}  // namespace
}  // namespace forestall::bench

int main(int argc, char** argv) { return forestall::bench::main({argv + 1, argv + argc}); }
