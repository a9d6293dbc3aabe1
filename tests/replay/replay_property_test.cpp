// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
// After gtest, which it needs.
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "config/config_file.h"
#include "replay/replay.h"
#include "score/cgroup_place.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;

int up_to(int most) { return *rc::gen::inRange(0, most + 1); }

/// Somebody in one of two units or none, perhaps below somebody else: alone, of a family, of a unit.
ProcessFacts a_process(std::int32_t pid) {
  ProcessFacts facts;
  facts.id = {pid, static_cast<std::uint64_t>(up_to(2))};
  facts.parent = 2 + up_to(3);
  facts.process_group = 2;
  facts.uid = 1000;
  facts.state = 'S';
  facts.comm.assign(std::string(1, static_cast<char>('a' + up_to(3))));
  facts.anon = static_cast<Bytes>(up_to(5) == 0 ? up_to(3000) : up_to(60)) * kMiB;
  facts.place = parse_cgroup(*rc::gen::element<std::string>("0::/system.slice/a.service\n", "0::/b.scope\n", "0::/\n"));
  return facts;
}

/// Eight GiB that run out at some moment, while processes come, grow and go.
Trace a_trace() {
  Trace trace;
  trace.lineage = {900, 1};
  const int dry_after = up_to(30);
  std::map<std::int32_t, ProcessFacts> living;
  for (int i = 0; i < 40; ++i) {
    Sample sample;
    sample.time = Instant(i * 200ms);
    sample.memory.mem_total = 8 * kGiB;
    sample.memory.anon_pages = i > dry_after ? 7 * kGiB : 2 * kGiB;
    sample.memory.mem_available = i > dry_after ? static_cast<Bytes>(up_to(300)) * kMiB : 5 * kGiB;
    trace.samples.push_back(sample);
    for (int n = up_to(6); n > 0; --n) {
      const std::int32_t pid = 2 + up_to(11);
      const auto known = living.find(pid);
      if (known != living.end()) trace.changes.push_back({sample.time, true, known->second});
      living.erase(pid);
      if (up_to(2) == 0) continue;
      living[pid] = a_process(pid);
      trace.changes.push_back({sample.time, false, living[pid]});
    }
  }
  return trace;
}

bool was_there(const Trace& trace, ProcessId id, Duration at) {
  bool there = false;
  for (const ProcessChange& c : trace.changes) {
    if (c.facts.id == id && c.time - Instant{} <= at) there = !c.gone;
  }
  return there;
}

RC_GTEST_PROP(AReplay, SignalsOnlyWhoIsThere, ()) {
  const Trace trace = a_trace();
  const auto replayed = replay(trace, config::builtin());
  RC_ASSERT(replayed.has_value());
  RC_CLASSIFY(replayed->acted.has_value(), "signals");
  if (!replayed->acted) return;
  RC_CLASSIFY(replayed->acted->victims.size() > 1, "several");
  RC_ASSERT(!replayed->acted->victims.empty());
  for (const ProcessId& id : replayed->acted->victims) RC_ASSERT(was_there(trace, id, replayed->acted->at));
}

RC_GTEST_PROP(AReplay, OfTheSameTraceIsTheSame, ()) {
  const Trace trace = a_trace();
  const auto once = replay(trace, config::builtin());
  const auto again = replay(trace, config::builtin());
  RC_ASSERT(once && again);
  RC_ASSERT(once->acted.has_value() == again->acted.has_value());
  if (once->acted) RC_ASSERT(once->acted->at == again->acted->at && once->acted->victims == again->acted->victims);
  RC_ASSERT(std::ranges::equal(once->told, again->told, {}, &Replayed::Told::sentence, &Replayed::Told::sentence));
}

}  // namespace
}  // namespace forestall::testing
