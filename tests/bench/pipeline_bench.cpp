// SPDX-License-Identifier: MIT
// The stages of one tick, each by itself, on the machine as it is.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "config/config_file.h"
#include "engine/engine.h"
#include "evaluate/evaluate.h"
#include "poll/procfs_source_linux.h"
#include "score/process_table_linux.h"
#include "score/rank.h"

namespace forestall {
namespace {

/// Of one that must be there; a benchmark of nothing is worse than none.
template <typename T>
T must(Result<T> result) {
  if (!result) std::abort();
  return std::move(*result);
}

void read_sample(benchmark::State& state) {
  auto source = must(ProcfsSource::open());
  for (auto _ : state) benchmark::DoNotOptimize(source.read());
}
BENCHMARK(read_sample)->Unit(benchmark::kMicrosecond);

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

/// One pass over all processes, those of at least 64 MiB read in full.
void look_at_processes(benchmark::State& state) {
  auto source = must(ProcfsSource::open());
  const Sample sample = must(source.read());
  auto table = must(ProcfsTable::open(std::make_shared<const MatchBook>()));
  std::size_t seen = 0;
  for (auto _ : state) seen = table->look(sample, 64 * kMiB).seen;
  state.counters["processes"] = static_cast<double>(seen);
  state.SetItemsProcessed(static_cast<std::int64_t>(seen) * state.iterations());
}
BENCHMARK(look_at_processes)->Unit(benchmark::kMicrosecond);

/// The order of as many candidates as are kept apart.
void rank_candidates(benchmark::State& state) {
  std::vector<ProcessFacts> processes(static_cast<std::size_t>(state.range(0)));
  for (std::size_t i = 0; i < processes.size(); ++i) {
    processes[i].id = {static_cast<std::int32_t>(i + 2), i};
    processes[i].anon = (i * 7919 % processes.size()) * kMiB + 64 * kMiB;
  }
  const Growth growth;
  Ranking ranking;
  reserve(ranking);
  for (auto _ : state) {
    rank({processes, {}, processes.size()}, {{32 * kGiB}, {}, growth}, {}, 64 * kMiB, {}, ranking);
    benchmark::DoNotOptimize(ranking);
  }
}
BENCHMARK(rank_candidates)->Arg(16)->Arg(128)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace forestall
