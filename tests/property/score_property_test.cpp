// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
// After gtest, which it needs.
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "property/score_gens.h"
#include "score/mercy.h"
#include "score/rank.h"
#include "unit/score/facts.h"

namespace forestall {
namespace {

using testing::an_index_below;
using testing::permuted;
using testing::some_weights;

constexpr std::array<std::int32_t, 3> kLineage = {20, 10, 1};

/// Every process has another pid, from 1 on, so that some are ours or PID 1.
ProcessFacts a_process(std::int32_t pid) {
  const auto* path = *rc::gen::element("/user.slice/user-1000.slice/session-1.scope", "/init.scope",
                                       "/system.slice/systemd-journald.service", "/system.slice/cron.service");
  ProcessFacts p = testing::process(pid, "x", *rc::gen::arbitrary<Bytes>() >> *rc::gen::inRange(0, 64), 1000, path);
  p.id.start_time = static_cast<std::uint64_t>(*rc::gen::inRange(0, 3));
  if (*rc::gen::inRange(0, 3) == 0) {  // so that some are equal
    p.anon = kGiB;
    return p;
  }
  p.swap = *rc::gen::element<Bytes>(0, 0, *rc::gen::arbitrary<Bytes>() >> 1);
  p.oom_score_adj = *rc::gen::oneOf(rc::gen::just(-1000), rc::gen::just(0), rc::gen::inRange(-1000, 1001));
  p.kernel_thread = *rc::gen::inRange(0, 8) == 0;
  p.profile.is_protected = *rc::gen::inRange(0, 4) == 0;
  p.profile.prefer_points = *rc::gen::element<std::int64_t>(0, 0, *rc::gen::inRange(0, 20'000));
  p.profile.avoid_points = *rc::gen::element<std::int64_t>(0, 0, *rc::gen::inRange(0, 20'000));
  return p;
}

std::vector<ProcessFacts> some_processes() {
  std::vector<ProcessFacts> all;
  const std::int32_t count = *rc::gen::inRange(0, 30);
  for (std::int32_t pid = 1; pid <= count; ++pid) all.push_back(a_process(pid));
  return all;
}

Ranking ranked(const std::vector<ProcessFacts>& processes, const ScoreConfig& weights, Bytes minimum,
               Capacity capacity = {32 * kGiB}) {
  Ranking ranking;
  const Growth unknown;
  rank({processes, kLineage, processes.size(), {}, {}}, {capacity, {}, unknown, {}, {}}, weights, minimum, ranking);
  return ranking;
}

RC_GTEST_PROP(Rank, NobodyIsChosenWhoMayNotBeWhateverTheWeights, ()) {
  const auto processes = some_processes();
  const Bytes minimum = *rc::gen::arbitrary<Bytes>() >> *rc::gen::inRange(0, 64);
  const Capacity capacity{*rc::gen::arbitrary<Bytes>() >> *rc::gen::inRange(0, 64)};
  const Ranking ranking = ranked(processes, some_weights(), minimum, capacity);
  for (const Candidate& c : ranking.order) {
    RC_ASSERT(!c.process->profile.is_protected);
    RC_ASSERT(!built_in_mercy(*c.process, kLineage));
    RC_ASSERT(c.process->freed_by_death() >= minimum);
  }
  RC_ASSERT(ranking.order.size() + ranking.spared.size() == processes.size());
}

RC_GTEST_PROP(Rank, TheOrderIsThatOfTheScores, ()) {
  const auto processes = some_processes();
  const Ranking ranking = ranked(processes, some_weights(), 0);
  RC_ASSERT(std::ranges::is_sorted(ranking.order, std::ranges::greater{}, &Candidate::score));
  for (const Candidate& c : ranking.order) {
    Points sum = 0;
    for (std::size_t i = 0; i < c.term_count; ++i) sum += c.terms[i].points;
    RC_ASSERT(sum == c.score);
  }
}

RC_GTEST_PROP(Rank, PermutingTheProcessesChangesNothing, ()) {
  const auto processes = some_processes();
  const ScoreConfig weights = some_weights();
  const Ranking a = ranked(processes, weights, kMiB);
  const auto others = permuted(processes);
  const Ranking b = ranked(others, weights, kMiB);
  const auto same = [](const auto& x, const auto& y) { return x.process->id == y.process->id; };
  RC_ASSERT(std::ranges::equal(a.order, b.order, same));
  RC_ASSERT(std::ranges::equal(a.spared, b.spared, same));
}

RC_GTEST_PROP(Rank, MoreMemoryNeverMakesAProcessSafer, ()) {
  auto processes = some_processes();
  RC_PRE(!processes.empty());
  const ScoreConfig weights = some_weights();
  const std::size_t which = an_index_below(processes.size());
  processes[which].anon %= 16 * kGiB;
  processes[which].swap = 0;
  const auto place = [&] {
    const Ranking r = ranked(processes, weights, kMiB);
    return std::ranges::find(r.order, processes[which].id, [](const Candidate& c) { return c.process->id; }) -
           r.order.begin();
  };
  const auto before = place();
  processes[which].anon += static_cast<Bytes>(*rc::gen::inRange<std::int64_t>(0, 16 * kGiB));
  RC_ASSERT(place() <= before);
}

}  // namespace
}  // namespace forestall
