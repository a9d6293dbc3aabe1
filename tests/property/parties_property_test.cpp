// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "property/score_gens.h"
#include "score/parties.h"
#include "unit/score/facts.h"

namespace forestall {
namespace {

using testing::permuted;
using testing::some_weights;

#define USER "/user.slice/user-1000.slice/"
ProcessFacts a_relative(std::int32_t pid, std::int32_t count) {
  testing::Crowd crowd;
  ProcessFacts& p =
      crowd.add({.pid = pid,
                 .memory = static_cast<Bytes>(*rc::gen::inRange(0, 100) * *rc::gen::element(1, 4)) * kMiB,
                 .parent = *rc::gen::inRange(0, count + 1),
                 .group = *rc::gen::inRange(1, 6),
                 .path = *rc::gen::element("/a.service", "/a.service/b", "/b.scope", USER "session-1.scope",
                                           USER "session-1.scope", USER "user@1000.service/init.scope",
                                           USER "user@1000.service/app.slice/c.service",
                                           "/machine.slice/machine-1.scope", "/", ""),
                 .uid = *rc::gen::element<std::uint32_t>(0, testing::kAlice)});
  p.id.start_time = static_cast<std::uint64_t>(*rc::gen::oneOf(rc::gen::just(pid), rc::gen::inRange(0, count + 1)));
  p.process_group *= *rc::gen::element(0, 1, 1, 1);
  p.oom_score_adj = *rc::gen::element(0, 0, 300, 1000, -500, -1000);
  p.profile.is_protected = *rc::gen::inRange(0, 16) == 0;
  p.profile.prefer_points = *rc::gen::element(0, 0, 0, 50);
  p.profile.avoid_points = *rc::gen::element(0, 0, 0, 50);
  return p;
}
#undef USER

std::vector<ProcessFacts> some_relatives() {
  std::vector<ProcessFacts> all;
  const std::int32_t count = *rc::gen::inRange(1, 40);
  for (std::int32_t pid = 1; pid <= count; ++pid) all.push_back(a_relative(pid, count));
  return all;
}

/// How the machine is, whoever is there.
struct Setting {
  VictimConfig victim;
  ScoreConfig weights;
  Bytes minimum = 100 * kMiB;
  std::vector<ProcessId> out_of_reach, respawners;
  bool somebody_grows = false;
};

Setting a_setting(const std::vector<ProcessFacts>& processes) {
  Setting s;
  s.victim.kind = *rc::gen::element(Kind::process, Kind::family, Kind::unit, Kind::automatic, Kind::automatic);
  s.victim.max_processes = static_cast<unsigned>(*rc::gen::element(1, 3, 40));
  if (*rc::gen::arbitrary<bool>()) s.weights = some_weights();
  s.minimum = static_cast<Bytes>(*rc::gen::inRange(0, 300)) * kMiB;
  s.somebody_grows = *rc::gen::arbitrary<bool>();
  for (const ProcessFacts& p : processes) {
    if (*rc::gen::inRange(0, 16) == 0) s.out_of_reach.push_back(p.id);
    if (*rc::gen::inRange(0, 8) == 0) s.respawners.push_back(p.id);
  }
  return s;
}

/// The order of victims, with all that it refers to.
class Gathered {
 public:
  Gathered(const std::vector<ProcessFacts>& processes, const Setting& s) : out_of_reach_(s.out_of_reach) {
    reserve(ranking_);
    crowd_.all() = processes;
    Growth growth;
    if (s.somebody_grows) {
      for (ProcessFacts& p : crowd_.all()) p.anon /= p.id.pid % 3 == 0 ? 2 : 1;
      growth.see({}, crowd_.census());
      crowd_.all() = processes;
    }
    const Census census = crowd_.census(s.minimum);
    const Circumstances now{{8 * kGiB}, {}, growth, s.out_of_reach, s.respawners};
    rank(census, now, s.weights, s.minimum, ranking_);
    gather(census, now, s.victim, s.weights, kinship_, ranking_);
    kinship_.arrange(census);
  }
  [[nodiscard]] const std::vector<Candidate>& order() const { return ranking_.order; }
  std::vector<ProcessId> members(const Candidate& c) {
    std::vector<ProcessId> ids;
    kinship_.members(c.party, ids);
    return ids;
  }
  const ProcessFacts& operator[](ProcessId id) { return crowd_[id.pid]; }
  /// What the house of this candidate holds, without those who cannot go.
  Bytes house_of(const Candidate& c) {
    const std::uint64_t house = kinship_.nodes()[static_cast<std::size_t>(kinship_.find(c.party.head))].house;
    Bytes sum = 0;
    for (const Kinship::Node& n : kinship_.nodes()) {
      const bool stuck = std::ranges::find(out_of_reach_, n.kin->id) != out_of_reach_.end();
      if (n.house == house && !n.kin->must_live && !stuck) sum += n.kin->memory;
    }
    return sum;
  }
  /// The place in the order of whom this one is the head.
  [[nodiscard]] std::ptrdiff_t place_of(ProcessId id) const {
    return std::ranges::find(order(), id, [](const Candidate& c) { return c.party.head; }) - order().begin();
  }

 private:
  std::vector<ProcessId> out_of_reach_;
  testing::Crowd crowd_;
  Kinship kinship_;
  Ranking ranking_;
};

/// Who lives with whom and hangs below whom, by pid; only of houses that come to `worth`.
std::map<std::int32_t, std::pair<std::uint64_t, std::int32_t>> arranged(const Census& census, Bytes worth,
                                                                        Bytes at_least) {
  Kinship kinship;
  kinship.arrange(census, worth);
  std::map<std::int32_t, std::pair<std::uint64_t, std::int32_t>> found;
  for (const Kinship::House& house : kinship.houses()) {
    const auto nodes = kinship.nodes().subspan(house.first, house.end - house.first);
    Bytes held = 0;
    for (const Kinship::Node& n : nodes) held += n.kin->memory;
    if (held < at_least) continue;
    for (const Kinship::Node& n : nodes) {
      const bool hangs = n.parent != Kinship::kNobody;
      found[n.kin->id.pid] = {n.house, hangs ? kinship.nodes()[static_cast<std::size_t>(n.parent)].kin->id.pid : 0};
    }
  }
  return found;
}

RC_GTEST_PROP(Parties, HousesThatAreNotWorthItAreLeftOutAndNothingElse, ()) {
  testing::Crowd crowd;
  crowd.all() = some_relatives();
  const Census census = crowd.census();
  const auto worth = static_cast<Bytes>(*rc::gen::inRange(0, 600)) * kMiB;
  RC_ASSERT(arranged(census, worth, 0) == arranged(census, 0, worth));
}

RC_GTEST_PROP(Parties, NobodyGoesWhoMustLiveAndNobodyTwice, ()) {
  const auto processes = some_relatives();
  const Setting setting = a_setting(processes);
  Gathered gathered(processes, setting);
  std::set<ProcessId> all;
  for (const Candidate& c : gathered.order()) {
    const auto members = gathered.members(c);
    RC_ASSERT(members.at(0) == c.party.head);
    RC_ASSERT(members.size() == c.party.processes);
    RC_ASSERT(members.size() == 1 || members.size() <= setting.victim.max_processes);
    RC_ASSERT((c.party.kind == Kind::process) == (members.size() == 1));
    Bytes memory = 0;
    for (const ProcessId id : members) {
      RC_ASSERT(all.insert(id).second);
      RC_ASSERT(!testing::Crowd::must_live(gathered[id]));
      RC_ASSERT(std::ranges::find(setting.out_of_reach, id) == setting.out_of_reach.end());
      memory += gathered[id].freed_by_death();
    }
    RC_ASSERT(c.process->freed_by_death() == memory);
    RC_ASSERT(memory >= setting.minimum);
  }
}

RC_GTEST_PROP(Parties, AreInTheOrderOfTheirScores, ()) {
  const auto processes = some_relatives();
  const Gathered gathered(processes, a_setting(processes));
  RC_ASSERT(std::ranges::is_sorted(gathered.order(), std::ranges::greater{}, &Candidate::score));
}

RC_GTEST_PROP(Parties, PermutingTheProcessesChangesNothing, ()) {
  const auto processes = some_relatives();
  const Setting setting = a_setting(processes);
  Gathered a(processes, setting);
  Gathered b(permuted(processes), setting);
  RC_ASSERT(a.order().size() == b.order().size());
  for (std::size_t i = 0; i < a.order().size(); ++i) {
    RC_ASSERT(a.order()[i].score == b.order()[i].score);
    RC_ASSERT(a.members(a.order()[i]) == b.members(b.order()[i]));
  }
}

/// Somebody in a house of his own.
ProcessFacts a_hermit(Bytes memory) {
  testing::Crowd crowd;
  return crowd.add({.pid = 1000, .memory = memory});
}

RC_GTEST_PROP(Parties, ASmallerInnocentOneNeverChangesWhoGoesFirst, ()) {
  auto processes = some_relatives();
  for (ProcessFacts& p : processes) {  // nobody is less guilty than he
    p.oom_score_adj = std::max(p.oom_score_adj, 0);
    p.profile.avoid_points = 0;
  }
  Setting setting = a_setting(processes);
  setting.weights = {};
  setting.somebody_grows = false;  // a newcomer is not innocent
  Gathered without(processes, setting);
  RC_PRE(!without.order().empty());
  Bytes least = 8 * kGiB;
  for (const Candidate& c : without.order()) {
    least = std::min(least, c.counted > 1 ? without.house_of(c) : c.process->freed_by_death());
  }
  RC_PRE(least > kMiB);  // so that there is room below it
  processes.push_back(a_hermit(least - kMiB));
  Gathered with(processes, setting);
  RC_ASSERT(with.members(with.order()[0]) == without.members(without.order()[0]));
}

RC_GTEST_PROP(Parties, MoreMemoryNeverMakesOneWhoIsAloneSafer, ()) {
  auto processes = some_relatives();
  ProcessFacts hermit = a_hermit(static_cast<Bytes>(*rc::gen::inRange(0, 400)) * kMiB);
  hermit.oom_score_adj = *rc::gen::inRange(-999, 1001);
  processes.push_back(hermit);
  const Setting setting = a_setting(processes);
  const auto before = Gathered(processes, setting).place_of(hermit.id);
  processes.back().anon += static_cast<Bytes>(*rc::gen::inRange(0, 4096)) * kMiB;
  RC_ASSERT(Gathered(processes, setting).place_of(hermit.id) <= before);
}

}  // namespace
}  // namespace forestall
