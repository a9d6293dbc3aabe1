// SPDX-License-Identifier: MIT
#include "score/rank.h"

#include <algorithm>

#include "score/kin.h"
#include "score/mercy.h"
#include "score/terms.h"

namespace forestall {
namespace {

Bytes grown_of(const ProcessFacts& p, const Census& census, const Circumstances& now) {
  const Bytes grown = now.growth.of(p.id, p.freed_by_death(), now.time);
  if (!now.is_newcomer(p.id)) return grown;
  // Who gave it much is large himself.
  const auto parent = std::ranges::find(census.processes, p.parent, [](const auto& other) { return other.id.pid; });
  if (parent == census.processes.end()) return grown;
  const Kin kin = kin_of(p, 0, false);
  const Kin kin_of_parent = kin_of(*parent, 0, false);
  return is_fork(kin, kin_of_parent) ? now.grown(kin, &kin_of_parent) : grown;
}

Candidate score(const ProcessFacts& p, const Census& census, const Circumstances& now, const ScoreConfig& weights) {
  Candidate c;
  c.process = &p;
  c.party.head = p.id;
  Merits merits = merits_of(p, now.capacity, grown_of(p, census, now));
  merits.age = now.age_of(p.id);
  const Conduct conduct = now.conduct_of(p.uid, p.comm.view(), p.place);
  merits.offences = Share::percent(100 * std::int64_t{conduct.ended});
  merits.unkept = Share::percent(conduct.unkept ? 100 : 0);
  weigh(merits, weights, c);
  return c;
}

std::optional<Mercy> mercy_for(const ProcessFacts& p, const Census& census, Bytes minimum, const Circumstances& now) {
  if (const auto built_in = built_in_mercy(p, census.lineage)) return built_in;
  if (p.profile.is_protected) return Mercy::protect;
  if (p.profile.preference == OomPreference::omit) return Mercy::omit;
  if (!now.are_about(p.nodes)) return Mercy::other_node;
  if (std::ranges::find(now.out_of_reach, p.id) != now.out_of_reach.end()) return Mercy::out_of_reach;
  if (p.freed_by_death() < minimum) return Mercy::too_small;
  return std::nullopt;
}

bool is_larger(const Spared& a, const Spared& b) {
  const Bytes of_a = a.process->freed_by_death();
  const Bytes of_b = b.process->freed_by_death();
  return of_a != of_b ? of_a > of_b : a.process->id < b.process->id;
}

}  // namespace

Duration Circumstances::age_of(ProcessId id) const {
  const Duration uptime = time.time_since_epoch() + suspended;
  return std::max(uptime - of_ticks(id.start_time), Duration(0));
}

bool Circumstances::is_newcomer(ProcessId id) const {
  const auto since = growth.since(time);
  return since && age_of(id) < time - *since;
}

Bytes Circumstances::grown(const Kin& kin, const Kin* forebear) const {
  const Bytes grown = growth.of(kin.id, kin.memory, time);
  if (forebear == nullptr) return grown;
  const Bytes given = forebear->memory - growth.of(forebear->id, forebear->memory, time);
  return grown - std::min(grown, given);
}

Conduct Circumstances::conduct_of(std::uint32_t uid, std::string_view comm, const CgroupPlace& place) const {
  return offenders == nullptr || !offenders->any(time) ? Conduct{} : offenders->of(program_of(uid, comm, place), time);
}

void reserve(Ranking& ranking) {
  ranking.order.reserve(kMaxRanked);
  ranking.gathered.reserve(kMaxRanked);
  ranking.parties.reserve(kMaxRanked);
  ranking.spared.reserve(kMaxRanked);
}

bool goes_first(const Candidate& a, const Candidate& b) {
  if (a.score != b.score) return a.score > b.score;
  return a.party.head.start_time != b.party.head.start_time ? a.party.head.start_time > b.party.head.start_time
                                                            : a.party.head.pid > b.party.head.pid;
}

void rank(const Census& census, const Circumstances& now, const ScoreConfig& weights, Bytes minimum, Ranking& ranking) {
  ranking.order.clear();
  ranking.spared.clear();
  ranking.minimum = minimum;
  ranking.seen = census.seen;
  for (const ProcessFacts& p : census.processes.first(std::min(census.processes.size(), kMaxRanked))) {
    if (const auto why = mercy_for(p, census, minimum, now)) {
      ranking.spared.push_back({&p, *why});
    } else {
      ranking.order.push_back(score(p, census, now, weights));
    }
  }
  std::ranges::sort(ranking.order, goes_first);
  std::ranges::sort(ranking.spared, is_larger);
}

}  // namespace forestall
