// SPDX-License-Identifier: MIT
#include "report/flight_recorder.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/process_news.h"

namespace forestall {
namespace {

/// Several looks at everybody follow each other while a family is seized: the first shows what was decided upon.
constexpr Duration kOneDecision = std::chrono::seconds(2);
/// For so long it may be told of: StoryTime's minute before and what comes after it.
constexpr Duration kDecisionStays = std::chrono::minutes(2);
constexpr std::size_t kMostAncestors = 64;

// ---- What a look is made of, field by field ------------------------------------------------------------------------

template <typename T, std::size_t N>
using Fields = std::array<Bytes T::*, N>;

constexpr Fields<Meminfo, 10> kMeminfo = {
    &Meminfo::mem_total, &Meminfo::mem_available, &Meminfo::anon_pages, &Meminfo::active_file,  &Meminfo::inactive_file,
    &Meminfo::shmem,     &Meminfo::swap_total,    &Meminfo::swap_free,  &Meminfo::commit_limit, &Meminfo::committed_as};
constexpr Fields<Zram, 4> kZram = {&Zram::swap_size, &Zram::swap_used, &Zram::stored, &Zram::cost};
constexpr Fields<Arc, 2> kArc = {&Arc::size, &Arc::minimum};

template <typename T, std::size_t N, typename Kept>
void keep(const T& values, const Fields<T, N>& fields, std::array<Kept, N>& kept) {
  static_assert(sizeof(T) == N * sizeof(Bytes), "a field is forgotten");
  for (std::size_t i = 0; i < N; ++i) kept[i] = values.*fields[i];
}

template <typename T, std::size_t N, typename Kept>
void restore(const std::array<Kept, N>& kept, const Fields<T, N>& fields, T& values) {
  for (std::size_t i = 0; i < N; ++i) values.*fields[i] = kept[i];
}

ProcessFacts facts_of(const Kin& kin, const CgroupPlace& place) {
  ProcessFacts facts;
  facts.id = kin.id;
  facts.parent = kin.parent;
  facts.process_group = kin.process_group;
  facts.uid = kin.uid;
  facts.nice = kin.nice;
  facts.cpu_time = kin.cpu_time;
  facts.comm.assign(kin.comm.view());
  facts.anon = kin.memory - std::min(kin.memory, kin.swap);
  facts.swap = std::min(kin.memory, kin.swap);
  facts.oom_score_adj = kin.oom_score_adj;
  facts.nodes = kin.nodes;
  facts.place = place;
  return facts;
}

}  // namespace

FlightRecorder::FlightRecorder() {
  looks_.touch();
  older_looks_.touch();
  sightings_.touch();
  people_.reserve(kPeople);
  largest_.reserve(kMaxKin);
  everybody_.reserve(kMaxKin);
  places_.reserve(kMaxPlaces);
  lineage_.reserve(kMostAncestors);
}

// ---- What is seen ---------------------------------------------------------------------------------------------------

FlightRecorder::Look FlightRecorder::look_of(const Sample& s) {
  Look look;
  look.time = s.time;
  look.suspended = s.suspended;
  look.has_psi = s.psi.has_value();
  look.psi = s.psi.value_or(PressureTotals{});
  look.has_vmstat = s.vmstat.has_value();
  look.vmstat = s.vmstat.value_or(Vmstat{});
  keep(s.memory, kMeminfo, look.memory);
  keep(s.zram, kZram, look.zram);
  keep(s.arc, kArc, look.arc);
  look.parked = s.parked;
  look.page_size = s.page_size;
  look.strict_commit = s.strict_commit;
  return look;
}

Frame FlightRecorder::frame_of(const Look& look) const {
  Frame s;
  s.time = look.time;
  s.suspended = look.suspended;
  if (look.has_psi) s.psi = look.psi;
  if (look.has_vmstat) s.vmstat = look.vmstat;
  restore(look.memory, kMeminfo, s.memory);
  restore(look.zram, kZram, s.zram);
  restore(look.arc, kArc, s.arc);
  s.parked = look.parked;
  s.page_size = look.page_size;
  s.strict_commit = look.strict_commit;
  if (look.is_judged) s.judged = Judged{look.action, std::chrono::milliseconds(look.next_look_ms)};
  for (std::size_t i = 0; i < nodes_then_.size(); ++i) {
    if (nodes_then_[i].time != look.time) continue;
    s.nodes = nodes_then_[i].nodes;
    s.node_count = nodes_then_[i].count;
  }
  return s;
}

void FlightRecorder::see(const Sample& sample) {
  looks_.put(look_of(sample));
  not_judged_ = std::min(not_judged_ + 1, kLooks);
  nodes_ = {sample.time, sample.nodes, sample.node_count};
  const bool is_due = older_looks_.size() == 0 || sample.time - older_looks_.back().time >= kOlderEvery;
  if (is_due) older_looks_.put(look_of(sample));
}

void FlightRecorder::judged(const Judged& judged) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(judged.next_look).count();
  const auto judge = [&](Look& look) {
    look.is_judged = true;
    look.action = judged.action;
    look.next_look_ms = static_cast<std::uint32_t>(ms);
  };
  for (; not_judged_ > 0; --not_judged_) {
    Look& look = looks_.from_last(not_judged_ - 1);
    judge(look);
    if (older_looks_.from_last(0).time == look.time) judge(older_looks_.from_last(0));
  }
}

void FlightRecorder::follow_large(Instant time, const Census& census, Detail detail) {
  largest_.clear();
  for (const ProcessFacts& facts : census.processes.first(std::min(census.processes.size(), kMaxKin))) {
    largest_.push_back(&facts);
  }
  const auto by_size = [](const ProcessFacts* p) { return p->freed_by_death(); };
  const auto end = largest_.begin() + static_cast<std::ptrdiff_t>(std::min(largest_.size(), kFollowed));
  std::ranges::partial_sort(largest_, end, std::ranges::greater{}, by_size);
  for (auto it = largest_.begin(); it != end; ++it) follow(time, **it, detail);
  for (std::size_t i = 0; i < people_.size(); ++i) {
    if (people_[i].here && people_[i].seen != time) note(time, i, true);
  }
}

void FlightRecorder::follow(Instant time, const ProcessFacts& facts, Detail detail) {
  const auto known = std::ranges::find_if(people_, [&](const Person& p) { return p.here && p.facts.id == facts.id; });
  const bool is_new = known == people_.end();
  const std::size_t person = is_new ? room_for_one_more() : static_cast<std::size_t>(known - people_.begin());
  Person& p = people_[person];
  const bool tells = is_new || is_news(p.facts, facts, detail == Detail::news ? kMemoryWorthALine : 0);
  p.seen = time;
  if (!tells) return;
  if (is_new) p.serial = ++serial_;
  if (is_new) p.came = time;
  p.here = true;
  p.facts = facts;
  note(time, person, false);
}

/// There always is: no more are here than are followed.
std::size_t FlightRecorder::room_for_one_more() {
  if (people_.size() < kPeople) {
    people_.emplace_back();
    return people_.size() - 1;
  }
  const auto longest_gone =
      std::ranges::min_element(people_, {}, [](const Person& p) { return p.here ? Instant::max() : p.seen; });
  return static_cast<std::size_t>(longest_gone - people_.begin());
}

void FlightRecorder::note(Instant time, std::size_t person, bool gone) {
  Person& p = people_[person];
  if (gone) p.here = false;
  const ProcessFacts& f = p.facts;
  sightings_.put({time, f.nodes, p.serial, static_cast<std::uint16_t>(person),
                  static_cast<std::int16_t>(f.oom_score_adj), gone, f.state, f.anon, f.swap, f.page_tables, f.shmem});
}

void FlightRecorder::see_large(Instant time, const Census& census) {
  follow_large(time, census, Detail::news);
  follow_units(time, census, Detail::news);
  if (decided_ && time - everybody_seen_ < kDecisionStays) return;
  keep_everybody(time, census);
  decided_ = false;
}

void FlightRecorder::see_everybody(Instant time, const Census& census) {
  follow_large(time, census, Detail::all);
  follow_units(time, census, Detail::all);
  if (decided_ && time - everybody_seen_ < kOneDecision) return;
  if (nodes_.count > 0 && nodes_.time == time) nodes_then_.put(nodes_);
  keep_everybody(time, census);
  decided_ = true;
}

void FlightRecorder::follow_units(Instant time, const Census& census, Detail detail) {
  const Bytes more_than = detail == Detail::news ? kMemoryWorthALine : 0;
  for (const UnitChange& news : units_.look(time, census.places, more_than)) units_then_.put(news);
}

void FlightRecorder::keep_everybody(Instant time, const Census& census) {
  everybody_seen_ = time;
  everybody_suspended_ = looks_.size() > 0 ? looks_.back().suspended : Duration(0);
  everybody_.assign(census.kin.begin(),
                    census.kin.begin() + static_cast<std::ptrdiff_t>(std::min(census.kin.size(), kMaxKin)));
  places_.clear();
  for (const KnownPlace& known : census.places.first(std::min(census.places.size(), kMaxPlaces))) {
    places_.push_back(known.cgroup);
  }
  const auto lineage = census.lineage.first(std::min(census.lineage.size(), kMostAncestors));
  lineage_.assign(lineage.begin(), lineage.end());
}

// ---- What is told ---------------------------------------------------------------------------------------------------

FlightRecorder::Recording FlightRecorder::since(Instant from) const {
  Recording recording;
  add_samples(from, recording);
  if (recording.trace.samples.empty()) return recording;
  recording.trace.lineage = lineage_;
  add_sightings(recording);
  add_everybody(recording);
  add_units(recording);
  const Duration shift = recording.began - Instant{};
  for (Sample& s : recording.trace.samples) s.time -= shift;
  for (ProcessChange& c : recording.trace.changes) c.time -= shift;
  for (UnitChange& u : recording.trace.units) u.time -= shift;
  std::ranges::stable_sort(recording.trace.changes, {}, &ProcessChange::time);
  return recording;
}

void FlightRecorder::add_samples(Instant from, Recording& recording) const {
  std::vector<Frame>& samples = recording.trace.samples;
  const Instant all_since = looks_.size() > 0 ? looks_[0].time : Instant::max();
  for (std::size_t i = 0; i < older_looks_.size(); ++i) {
    const Look& look = older_looks_[i];
    if (look.time >= from && look.time < all_since) samples.push_back(frame_of(look));
  }
  for (std::size_t i = 0; i < looks_.size(); ++i) {
    if (looks_[i].time >= from) samples.push_back(frame_of(looks_[i]));
  }
  if (samples.empty()) return;
  recording.began = samples.front().time;
  for (Sample& s : samples) s.suspended += recording.began - Instant{};
}

void FlightRecorder::add_sightings(Recording& recording) const {
  std::vector<ProcessChange>& changes = recording.trace.changes;
  const auto change_of = [&](const Sighting& s) {
    ProcessChange change{std::max(s.time, recording.began), s.gone, people_[s.person].facts};
    ProcessFacts& f = change.facts;
    f.oom_score_adj = s.oom_score_adj;
    f.state = s.state;
    f.nodes = s.nodes;
    f.anon = s.anon;
    f.swap = s.swap;
    f.page_tables = s.page_tables;
    f.shmem = s.shmem;
    return change;
  };
  std::vector<const Sighting*> oldest(kPeople, nullptr);    // of each that is kept
  std::vector<const Sighting*> at_first(kPeople, nullptr);  // the last of each before the recording begins
  for (std::size_t i = 0; i < sightings_.size(); ++i) {
    const Sighting& s = sightings_[i];
    if (people_[s.person].serial != s.serial) continue;
    if (oldest[s.person] == nullptr) oldest[s.person] = &s;
    if (s.time < recording.began) at_first[s.person] = &s;
  }
  // The first sighting was overwritten: whoever stayed as he was, or is only seen to go, was there all the same.
  for (std::size_t i = 0; i < people_.size(); ++i) {
    const Person& p = people_[i];
    const bool is_whole = oldest[i] == nullptr ? !p.here : oldest[i]->time == p.came;
    if (is_whole || at_first[i] != nullptr) continue;
    ProcessChange came{p.came, false, p.facts};
    if (oldest[i] != nullptr) came = change_of(*oldest[i]);
    came.time = std::max(p.came, recording.began);
    came.gone = false;
    changes.push_back(came);
  }
  for (const Sighting* s : at_first) {
    if (s != nullptr && !s->gone) changes.push_back(change_of(*s));
  }
  for (std::size_t i = 0; i < sightings_.size(); ++i) {
    const Sighting& s = sightings_[i];
    if (people_[s.person].serial == s.serial && s.time >= recording.began) changes.push_back(change_of(s));
  }
}

/// Those who are followed are known better from their sightings. Of all others it is known that they were there, and
/// what they held, when everybody was seen. But without the small parent of large ones an earlier decision, of which
/// the recording tells too, cannot be understood: he was there since he was born.
void FlightRecorder::add_everybody(Recording& recording) const {
  if (everybody_.empty() || everybody_seen_ < recording.began) return;
  std::map<ProcessId, std::optional<Instant>> followed;  // and since when no longer
  std::set<std::int32_t> parents;
  for (const ProcessChange& change : recording.trace.changes) {
    if (change.time > everybody_seen_) continue;
    followed[change.facts.id] = change.gone ? std::optional(change.time) : std::nullopt;
    parents.insert(change.facts.parent);
  }
  const CgroupPlace nowhere;
  for (const Kin& kin : everybody_) {
    const auto known = followed.find(kin.id);
    if (known != followed.end() && !known->second) continue;
    const Instant born = Instant(of_ticks(kin.id.start_time)) - everybody_suspended_;
    const Instant small = parents.contains(kin.id.pid) ? born : everybody_seen_;
    const Instant since = known != followed.end() ? *known->second : small;
    const CgroupPlace& place = kin.place < places_.size() ? places_[kin.place] : nowhere;
    const Instant from = std::clamp(since, recording.began, everybody_seen_);
    recording.trace.changes.push_back({from, false, facts_of(kin, place)});
  }
}

/// Of what was known before the recording begins only the last is told.
void FlightRecorder::add_units(Recording& recording) const {
  std::map<std::string_view, UnitChange> at_first;
  // Whoever is not among the latest news is as he was.
  for (const UnitChange& known : units_.known()) at_first[known.cgroup.view()] = known;
  for (std::size_t i = 0; i < units_then_.size(); ++i) at_first.erase(units_then_[i].cgroup.view());
  std::vector<UnitChange> later;
  for (std::size_t i = 0; i < units_then_.size(); ++i) {
    const UnitChange& news = units_then_[i];
    if (news.time > recording.began) {
      later.push_back(news);
    } else {
      at_first[news.cgroup.view()] = news;
    }
  }
  std::vector<UnitChange>& units = recording.trace.units;
  for (const auto& [cgroup, unit] : at_first) units.push_back({recording.began, unit.cgroup, unit.facts});
  units.insert(units.end(), later.begin(), later.end());
}

}  // namespace forestall
