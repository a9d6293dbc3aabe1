// SPDX-License-Identifier: MIT
#include "score/parties.h"

#include <algorithm>

#include "score/kin.h"
#include "score/terms.h"

namespace forestall {
namespace {

using Node = Kinship::Node;

/// What a unit has filled, if that is more than it holds: a browser, too, shares some memory with itself.
Bytes filled_mostly(const Sum& unit) { return unit.filled > unit.held() ? unit.filled : 0; }

/// Everything of one call, so that the steps can be told apart.
class Gathering {
 public:
  Gathering(const Census& census, const Circumstances& now, const VictimConfig& victim, const ScoreConfig& weights,
            Kinship& kinship, Ranking& ranking)
      : census_(census),
        now_(now),
        victim_(victim),
        weights_(weights),
        kinship_(kinship),
        nodes_(kinship.nodes()),
        ranking_(ranking) {}

  void run() {
    find_candidates();
    add_up();
    find_ways();
    for (const Kinship::House& house : kinship_.houses()) consider(house);
    ranking_.order.swap(ranking_.gathered);
    std::ranges::sort(ranking_.order, goes_first);
    for (Candidate& c : ranking_.order) describe(c);
  }

 private:
  void find_candidates();
  void add_up();
  void find_ways();
  void consider(const Kinship::House& house);
  void consider_filler(const Kinship::House& house, const Sum& all);
  void take_process(std::size_t node, const Sum& all);
  void add(const Candidate& c);
  void take_party(Kind kind, std::size_t head, const Sum& members, const Sum& all);
  void describe(Candidate& c);
  void settle(std::size_t node, const Kinship::House& house, const Sum& all);
  [[nodiscard]] std::size_t best_below(std::int32_t above, const Kinship::House& house) const;
  [[nodiscard]] Sum sum_of(const Kinship::House& house) const;
  [[nodiscard]] Node& at(std::int32_t node) const { return nodes_[static_cast<std::size_t>(node)]; }
  [[nodiscard]] Sum own_sum(const Node& node) const;
  [[nodiscard]] Bytes grown_of(const Kin& kin) const;
  [[nodiscard]] Merits merits(const Sum& sum) const;
  [[nodiscard]] Points among_kin(const Sum& sum) const;
  [[nodiscard]] bool may_go_together(const Sum& sum) const;
  [[nodiscard]] bool is_out_of_reach(const Kin& kin) const;
  [[nodiscard]] bool respawns(const Node& node) const;
  [[nodiscard]] ProcessFacts facts_of(const Node& head, const Sum& sum) const;

  static constexpr std::size_t kNone = SIZE_MAX;

  const Census& census_;
  const Circumstances& now_;
  const VictimConfig& victim_;
  const ScoreConfig& weights_;
  Kinship& kinship_;
  std::span<Node> nodes_;
  Ranking& ranking_;
};

/// Who may be killed alone is known from the order of processes. Who found no room among the kin stays alone.
void Gathering::find_candidates() {
  ranking_.parties.clear();
  ranking_.gathered.clear();
  for (std::size_t i = 0; i < ranking_.order.size(); ++i) {
    const std::int32_t node = kinship_.find(ranking_.order[i].process->id);
    if (node == Kinship::kNobody) {
      ranking_.gathered.push_back(ranking_.order[i]);
    } else {
      nodes_[static_cast<std::size_t>(node)].candidate = static_cast<std::int32_t>(i);
    }
  }
}

Sum Gathering::own_sum(const Node& node) const {
  const Kin& kin = *node.kin;
  Sum sum;
  sum.profile_known = kin.profile_known;
  sum.must_live = kin.must_live || is_out_of_reach(kin);
  if (sum.must_live || !now_.are_about(kin.nodes)) return sum;
  sum.processes = 1;
  sum.memory = kin.memory;
  sum.counted_twice = kinship_.unit_of(kin).counted_twice;
  sum.swap = kin.swap;
  sum.grown = grown_of(kin);
  const auto memory = static_cast<double>(kin.memory);
  sum.least_adj = kin.oom_score_adj;
  if (node.candidate != Kinship::kNobody) sum.least_adj_of_large = kin.oom_score_adj;
  sum.adj_down = memory * std::min(kin.oom_score_adj, 0);
  sum.prefer = memory * kin.prefer_points;
  sum.avoid = memory * kin.avoid_points;
  sum.age = memory * static_cast<double>(now_.age_of(kin.id).count());
  sum.cpu_time = memory * static_cast<double>(kin.cpu_time.count());
  sum.nice = memory * kin.nice;
  if (kin.uid == 0) sum.root = memory;
  const Conduct conduct = now_.conduct_of(kin.uid, kin.comm.view(), census_.places[kin.place].cgroup);
  sum.offences = memory * conduct.ended;
  if (conduct.unkept) sum.unkept = memory;
  return sum;
}

/// A fork is measured from the nearest forebear of its program who was there before.
Bytes Gathering::grown_of(const Kin& kin) const {
  constexpr int most_generations = 8;
  const Kin* forebear = &kin;
  for (int i = 0; i < most_generations && forebear != nullptr && now_.is_newcomer(forebear->id); ++i) {
    const Kin* parent = kinship_.parent_of(forebear->id);
    forebear = parent != nullptr && is_fork(*forebear, *parent) ? parent : nullptr;
  }
  return now_.grown(kin, forebear != &kin ? forebear : nullptr);
}

/// From the youngest to the oldest: whoever hangs below somebody comes after him.
void Gathering::add_up() {
  for (Node& node : nodes_) {
    node.sum = own_sum(node);
    // That of its parent is still its own alone.
    const Bytes of_parent = node.parent == Kinship::kNobody ? 0 : at(node.parent).sum.memory;
    node.given = std::min(node.sum.memory, of_parent);
  }
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    if (nodes_[i].parent == Kinship::kNobody) continue;
    Sum& above = at(nodes_[i].parent).sum;
    above.add(nodes_[i].sum);
    above.shareable += nodes_[i].given;
  }
}

/// Where a descent ends with somebody who may go, alone or with all below him.
void Gathering::find_ways() {
  for (Node& node : nodes_) {
    node.leads_to_victim = node.candidate != Kinship::kNobody || may_go_together(node.sum);
  }
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    const Node& node = nodes_[i];
    if (!node.leads_to_victim || node.parent == Kinship::kNobody) continue;
    nodes_[static_cast<std::size_t>(node.parent)].leads_to_victim = true;
  }
}

void Gathering::consider(const Kinship::House& house) {
  Sum all = sum_of(house);
  const KnownPlace& unit = kinship_.unit_of(*nodes_[house.first].kin);
  all.filled = unit.filled;
  if (all.held() < ranking_.minimum) return consider_filler(house, all);
  // Who of a unit fills tmpfs cannot be told.
  const bool as_one = unit.whole || victim_.kind == Kind::unit || filled_mostly(all) > 0;
  const std::size_t top = best_below(Kinship::kNobody, house);
  if (may_go_together(all) && (as_one || top == kNone)) {
    take_party(unit.unit != 0 ? Kind::unit : Kind::family, house.first, all, all);
  } else if (top != kNone) {
    settle(top, house, all);
  }
}

/// Who fills tmpfs may hold nothing himself, and what he has filled stays. But it is he who has to be stopped.
void Gathering::consider_filler(const Kinship::House& house, const Sum& all) {
  if (all.filled < ranking_.minimum || all.must_live) return;
  if (all.processes == 0 || all.processes > victim_.max_processes) return;
  take_party(Kind::unit, house.first, all, all);
}

/// Down from `node` to the one that is the victim.
void Gathering::settle(std::size_t node, const Kinship::House& house, const Sum& all) {
  while (true) {
    const Node& here = nodes_[node];
    const bool can_go_together = may_go_together(here.sum);
    if (can_go_together && respawns(here)) return take_party(Kind::family, node, here.sum, all);
    const std::size_t below = best_below(static_cast<std::int32_t>(node), house);
    const bool alone = here.candidate != Kinship::kNobody;
    if (alone && (below == kNone || among_kin(own_sum(here)) >= among_kin(nodes_[below].sum))) {
      if (victim_.kind == Kind::family && can_go_together) return take_party(Kind::family, node, here.sum, all);
      return take_process(node, all);
    }
    if (below == kNone) return can_go_together ? take_party(Kind::family, node, here.sum, all) : void();
    node = below;
  }
}

/// Of those right below `above` that are worth a kill, the one that scores most; of equals the youngest.
std::size_t Gathering::best_below(std::int32_t above, const Kinship::House& house) const {
  std::size_t best = kNone;
  Points most = 0;
  for (std::size_t i = house.first; i < house.end; ++i) {
    const Node& node = nodes_[i];
    if (node.parent != above || !node.leads_to_victim || node.sum.held() < ranking_.minimum) continue;
    const Points points = among_kin(node.sum);
    if (best != kNone && points < most) continue;
    best = i;
    most = points;
  }
  return best;
}

Sum Gathering::sum_of(const Kinship::House& house) const {
  Sum all;
  for (std::size_t i = house.first; i < house.end; ++i) {
    if (nodes_[i].parent == Kinship::kNobody) all.add(nodes_[i].sum);
  }
  return all;
}

/// A positive oom_score_adj says "me before my kin": of several large ones together only what all of them have counts.
/// All else that is a process's own counts for as much of the whole as it is about.
Merits Gathering::merits(const Sum& sum) const {
  Merits m{now_.capacity, sum.held(), std::min(sum.grown, sum.held()) + sum.filled};
  if (sum.memory == 0) return m;
  const auto whole = static_cast<double>(sum.memory);
  const bool has_large = sum.least_adj_of_large != Sum::kNobodys;
  const std::int32_t up = std::max(has_large ? sum.least_adj_of_large : sum.least_adj, 0);
  m.oom_score_adj = up + static_cast<std::int32_t>(sum.adj_down / whole);
  m.prefer_points = static_cast<std::int64_t>(sum.prefer / whole);
  m.avoid_points = static_cast<std::int64_t>(sum.avoid / whole);
  m.age = Duration(static_cast<Duration::rep>(sum.age / whole));
  m.cpu_time = Duration(static_cast<Duration::rep>(sum.cpu_time / whole));
  m.nice = static_cast<std::int32_t>(sum.nice / whole);
  const auto share = [&](double of_memory) { return Share{static_cast<std::int64_t>(1'000'000 * of_memory / whole)}; };
  m.root = share(sum.root);
  m.offences = share(sum.offences);
  m.unkept = share(sum.unkept);
  return m;
}

/// The score inside a house, where a positive oom_score_adj counts in full: that is what a browser gives its tabs for.
Points Gathering::among_kin(const Sum& sum) const {
  const Merits m = merits(sum);
  Candidate c;
  weigh(m, weights_, c);
  const Points cut_off = std::max<Points>(m.oom_score_adj * kPerMille - adj_points(m), 0);
  return c.score + cut_off * weights_.adj.ppm / 1'000'000;
}

bool Gathering::may_go_together(const Sum& sum) const {
  return !sum.must_live && sum.processes > 1 && sum.processes <= victim_.max_processes &&
         sum.held() >= ranking_.minimum;
}

bool Gathering::is_out_of_reach(const Kin& kin) const {
  return std::ranges::find(now_.out_of_reach, kin.id) != now_.out_of_reach.end();
}

bool Gathering::respawns(const Node& node) const {
  return std::ranges::find(now_.respawners, node.kin->id) != now_.respawners.end();
}

/// It takes the score of its house.
void Gathering::take_process(std::size_t node, const Sum& all) {
  Candidate c = ranking_.order[static_cast<std::size_t>(nodes_[node].candidate)];
  weigh(merits(all), weights_, c);
  c.party.filled = filled_mostly(all);
  c.counted = all.processes;
  add(c);
}

void Gathering::take_party(Kind kind, std::size_t head, const Sum& members, const Sum& all) {
  Candidate c;
  c.party = {kind, nodes_[head].kin->id, members.processes, filled_mostly(all)};
  c.counted = all.processes;
  weigh(merits(all), weights_, c);
  add(c);
}

/// Where there are too many, the best.
void Gathering::add(const Candidate& c) {
  if (ranking_.gathered.size() < kMaxRanked) {
    ranking_.gathered.push_back(c);
    return;
  }
  const auto last = std::ranges::max_element(ranking_.gathered, goes_first);
  if (goes_first(c, *last)) *last = c;
}

/// Only those that are left are told about in full.
void Gathering::describe(Candidate& c) {
  if (c.party.kind == Kind::process) return;
  const auto head = static_cast<std::size_t>(kinship_.find(c.party.head));
  const auto house = std::ranges::find(kinship_.houses(), head, &Kinship::House::first);
  const bool all = c.party.processes == c.counted && house != kinship_.houses().end();
  ranking_.parties.push_back(facts_of(nodes_[head], all ? sum_of(*house) : nodes_[head].sum));
  c.process = &ranking_.parties.back();
}

/// The head as far as it is known, with the memory of all.
ProcessFacts Gathering::facts_of(const Node& head, const Sum& sum) const {
  const auto known = std::ranges::find(census_.processes, head.kin->id, &ProcessFacts::id);
  ProcessFacts facts;
  if (known != census_.processes.end()) {
    facts = *known;
  } else {
    facts.id = head.kin->id;
    facts.parent = head.kin->parent;
    facts.process_group = head.kin->process_group;
    facts.uid = head.kin->uid;
    facts.comm.assign(head.kin->comm.view());
    facts.oom_score_adj = head.kin->oom_score_adj;
    facts.place = kinship_.place_of(head).cgroup;
  }
  facts.swap = std::min(sum.swap, sum.held());
  facts.anon = sum.held() - facts.swap;
  facts.page_tables = 0;  // they are in `anon`
  facts.profile.complete = sum.profile_known;
  return facts;
}

}  // namespace

void gather(const Census& census, const Circumstances& now, const VictimConfig& victim, const ScoreConfig& weights,
            Kinship& kinship, Ranking& ranking) {
  if (victim.kind == Kind::process) return;
  kinship.arrange(census, ranking.minimum);
  Gathering(census, now, victim, weights, kinship, ranking).run();
}

}  // namespace forestall
