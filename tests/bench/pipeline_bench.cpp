// SPDX-License-Identifier: MIT
// The stages of one tick, each by itself: on what this machine's /proc says, or on as many made-up processes as given.
#include <benchmark/benchmark.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include "base/process_stat.h"
#include "base/read_linux.h"
#include "bench/must.h"
#include "bench/patterns.h"
#include "config/config_file.h"
#include "engine/engine.h"
#include "engine/notes.h"
#include "evaluate/evaluate.h"
#include "poll/meminfo.h"
#include "poll/procfs_source_linux.h"
#include "poll/vmstat.h"
#include "report/flight_recorder.h"
#include "report/telling.h"
#include "score/kin.h"
#include "score/match.h"
#include "score/parties.h"
#include "score/process_files.h"
#include "score/rank.h"
#include "score/replacements.h"

namespace forestall {
namespace {

using bench::must;

// ---- What is done at every look -------------------------------------------------------------------------------------

void read_sample(benchmark::State& state) {
  auto source = must(ProcfsSource::open());
  for (auto _ : state) benchmark::DoNotOptimize(source.read());
}
BENCHMARK(read_sample)->Unit(benchmark::kMicrosecond);

/// What the kernel takes for itself: the same files, none of their words understood.
void read_sample_files(benchmark::State& state) {
  const std::array<Fd, 3> files = {open_to_read(AT_FDCWD, "/proc/meminfo"), open_to_read(AT_FDCWD, "/proc/vmstat"),
                                   open_to_read(AT_FDCWD, "/proc/pressure/memory")};
  std::array<char, 32768> buffer;  // NOLINT: filled by the kernel
  for (auto _ : state) {
    for (const Fd& file : files) benchmark::DoNotOptimize(::pread(file.get(), buffer.data(), buffer.size(), 0));
  }
}
BENCHMARK(read_sample_files)->Unit(benchmark::kMicrosecond);

void evaluate_built_in_rules(benchmark::State& state) {
  auto source = must(ProcfsSource::open());
  const Config config = config::builtin();
  Sample sample = must(source.read());
  Memory memory;
  Verdict verdict;
  for (auto _ : state) {
    sample.time += std::chrono::milliseconds(50);
    evaluate(config.rules, memory, sample, verdict);
    benchmark::DoNotOptimize(verdict);
  }
}
BENCHMARK(evaluate_built_in_rules)->Unit(benchmark::kMicrosecond);

/// What the daemon does every time: a sample, recorded and judged.
void look_again(benchmark::State& state, ProcfsSource source, const std::function<void()>& happens_before) {
  FlightRecorder recorder;
  const Config config = config::builtin();
  Memory memory;
  Verdict verdict;
  for (auto _ : state) {
    happens_before();
    const auto sample = source.read();
    recorder.see(*sample);
    evaluate(config.rules, memory, *sample, verdict);
    benchmark::DoNotOptimize(verdict);
  }
}

void tick_in_peace(benchmark::State& state) {
  look_again(state, must(ProcfsSource::open()), [] {});
}
BENCHMARK(tick_in_peace)->Unit(benchmark::kMicrosecond);

/// A /proc like the real one, but that somebody stalls there all the time, as while memory is short: then a look reads
/// everything. To write that costs about as much as the kernel's own file.
class ShortOfMemory {
 public:
  ShortOfMemory() {
    if (::mkdtemp(proc_.data()) == nullptr) std::abort();
    for (const char* file : {"/meminfo", "/vmstat", "/swaps", "/zoneinfo", "/sys"}) {
      std::filesystem::create_symlink(std::string("/proc") + file, proc_ + file);
    }
    std::filesystem::create_directory(proc_ + "/pressure");
    pressure_ = Fd(::open((proc_ + "/pressure/memory").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    stall();
  }
  ~ShortOfMemory() { std::filesystem::remove_all(proc_); }
  ShortOfMemory(const ShortOfMemory&) = delete;
  ShortOfMemory& operator=(const ShortOfMemory&) = delete;

  void stall() {
    text_[sizeof "some total=" - 1] = static_cast<char>('0' + ++stalls_ % 10);
    if (::pwrite(pressure_.get(), text_.data(), text_.size(), 0) < 0) std::abort();
  }
  [[nodiscard]] const std::string& proc() const { return proc_; }

 private:
  std::string proc_ = "/dev/shm/forestall-XXXXXX";
  std::string text_ = "some total=0\nfull total=0\n";
  unsigned stalls_ = 0;
  Fd pressure_;
};

void tick(benchmark::State& state) {
  ShortOfMemory world;
  look_again(state, must(ProcfsSource::open(world.proc())), [&] { world.stall(); });
}
BENCHMARK(tick)->Unit(benchmark::kMicrosecond);

// ---- Text becomes values --------------------------------------------------------------------------------------------

template <typename Parse>
void parse_file(benchmark::State& state, const char* path, Parse parse) {
  std::array<char, 65536> buffer{};
  const auto text = read_once(AT_FDCWD, path, buffer);
  if (!text) return state.SkipWithError("cannot be read here");
  for (auto _ : state) benchmark::DoNotOptimize(parse(*text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text->size()));
}
BENCHMARK_CAPTURE(parse_file, meminfo, "/proc/meminfo", parse_meminfo);
BENCHMARK_CAPTURE(parse_file, vmstat, "/proc/vmstat", parse_vmstat);
BENCHMARK_CAPTURE(parse_file, stat, "/proc/self/stat", parse_stat);
BENCHMARK_CAPTURE(parse_file, statm, "/proc/self/statm", parse_anon_pages);
BENCHMARK_CAPTURE(parse_file, status, "/proc/self/status", parse_status);

void try_twenty_patterns(benchmark::State& state) {
  const config::Layer patterns{"patterns", bench::twenty_patterns()};
  const MatchBook book = must(MatchBook::compile(must(config::parse_layers({&patterns, 1})), [](const std::string&) {
    return std::optional<std::uint32_t>(1000);
  }));
  CgroupPlace place;
  place.path.assign("/user.slice/user-1000.slice/user@1000.service/app.slice/app-editor.scope");
  place.unit.assign("user@1000.service");
  const Traits traits{"editor", "/usr/lib/editor/editor-bin", "/usr/lib/editor/editor-bin --new-window letter.txt",
                      1000, place};
  for (auto _ : state) benchmark::DoNotOptimize(book.profile(traits));
}
BENCHMARK(try_twenty_patterns)->Unit(benchmark::kMicrosecond);

// ---- What is done at a decision -------------------------------------------------------------------------------------

/// A machine of `count` processes in groups of 16, of whom a tenth, at most 100, are large.
struct Crowd {
  explicit Crowd(std::size_t count) {
    const std::size_t large = std::clamp<std::size_t>(count / 10, 1, 100);
    for (std::size_t i = 0; i < count; ++i) {
      ProcessFacts p;
      p.id = {static_cast<std::int32_t>(i + 2), i * 7919 % count};
      p.parent = 1;
      p.process_group = static_cast<std::int32_t>(i / 16 * 16 + 2);
      p.uid = 1000;
      p.comm.assign("process");
      p.anon = i < large ? (i * 7919 % large) * kMiB + 64 * kMiB : 100 * kKiB;
      p.profile.complete = true;
      if (i < large) processes.push_back(p);
      kin.push_back(kin_of(p, 0, false));
      kin.back().profile_known = true;
    }
  }
  [[nodiscard]] Census census() const { return {processes, {}, kin.size(), kin, places.places()}; }

  std::vector<ProcessFacts> processes;
  std::vector<Kin> kin;
  PlaceBook places;
};

constexpr Instant kNow{std::chrono::hours(1)};

void rank_candidates(benchmark::State& state) {
  const Crowd crowd(static_cast<std::size_t>(state.range(0)));
  const Growth growth;
  const Circumstances now{{32 * kGiB}, kNow, growth};
  Ranking ranking;
  reserve(ranking);
  for (auto _ : state) {
    rank(crowd.census(), now, {}, 64 * kMiB, ranking);
    benchmark::DoNotOptimize(ranking);
  }
}
BENCHMARK(rank_candidates)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

void rank_and_gather(benchmark::State& state) {
  const Crowd crowd(static_cast<std::size_t>(state.range(0)));
  const Growth growth;
  const Circumstances now{{32 * kGiB}, kNow, growth};
  Ranking ranking;
  Kinship kinship;
  reserve(ranking);
  for (auto _ : state) {
    rank(crowd.census(), now, {}, 64 * kMiB, ranking);
    gather(crowd.census(), now, {}, {}, kinship, ranking);
    benchmark::DoNotOptimize(ranking);
  }
}
BENCHMARK(rank_and_gather)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

void arrange_kin(benchmark::State& state) {
  const Crowd crowd(static_cast<std::size_t>(state.range(0)));
  Kinship kinship;
  for (auto _ : state) kinship.arrange(crowd.census());
}
BENCHMARK(arrange_kin)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

void record_everybody(benchmark::State& state) {
  const Crowd crowd(static_cast<std::size_t>(state.range(0)));
  FlightRecorder recorder;
  Instant now = kNow;
  for (auto _ : state) recorder.see_everybody(now += std::chrono::minutes(1), crowd.census());
}
BENCHMARK(record_everybody)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

// ---- What is told of it ---------------------------------------------------------------------------------------------

void render_incident(benchmark::State& state) {
  const Crowd crowd(100);
  const Growth growth;
  Ranking ranking;
  reserve(ranking);
  rank(crowd.census(), {{32 * kGiB}, kNow, growth}, {}, 64 * kMiB, ranking);
  Incident incident;
  note(ranking, incident);
  incident.attempt.victim = *ranking.order.front().process;
  for (auto _ : state) benchmark::DoNotOptimize(journal_fields(Event::victim_terminated, incident));
}
BENCHMARK(render_incident)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace forestall
