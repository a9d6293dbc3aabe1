// SPDX-License-Identifier: MIT
#include "score/kinship.h"

#include <algorithm>

#include "score/kin.h"

namespace forestall {
namespace {

constexpr std::uint64_t kUnit = 1ULL << 40U;
constexpr std::uint64_t kGroup = 2ULL << 40U;
constexpr std::uint64_t kAlone = 3ULL << 40U;

std::uint64_t alone(const Kin& kin) { return kAlone + static_cast<std::uint32_t>(kin.id.pid); }

std::uint64_t house_of(const Kin& kin, const KnownPlace& place) {
  if (place.unit != 0) return kUnit + place.unit;
  if (is_of_a_manager(place.cgroup)) return alone(kin);
  if (kin.process_group > 0) return kGroup + static_cast<std::uint32_t>(kin.process_group);
  return alone(kin);
}

bool is_older(const Kin& a, const Kin& b) {
  return a.id.start_time != b.id.start_time ? a.id.start_time < b.id.start_time : a.id.pid < b.id.pid;
}

}  // namespace

void Sum::add(const Sum& o) {
  memory += o.memory;
  shareable += o.shareable;
  counted_twice = std::max(counted_twice, o.counted_twice);
  swap += o.swap;
  grown += o.grown;
  processes += o.processes;
  must_live = must_live || o.must_live;
  profile_known = profile_known && o.profile_known;
  least_adj = std::min(least_adj, o.least_adj);
  least_adj_of_large = std::min(least_adj_of_large, o.least_adj_of_large);
  adj_down += o.adj_down;
  prefer += o.prefer;
  avoid += o.avoid;
  age += o.age;
  cpu_time += o.cpu_time;
  nice += o.nice;
  root += o.root;
  offences += o.offences;
  unkept += o.unkept;
}

Kinship::Kinship() {
  nodes_.reserve(kMaxKin);
  houses_.reserve(kMaxKin);
  by_pid_.reserve(kMaxKin);
  node_of_kin_.reserve(kMaxKin);
  by_group_.reserve(kMaxKin);
}

void Kinship::arrange(const Census& census, Bytes worth) {
  places_ = census.places;
  kin_ = census.kin.first(std::min(census.kin.size(), kMaxKin));
  worth_ = worth;
  number_all();
  by_group_.clear();
  for (const Kin& kin : kin_) move_in(house_of(kin, places_[kin.place]), kin);
  build_houses();
  open_sessions();
  hang_below_parents();
}

void Kinship::number_all() {
  by_pid_.clear();
  for (std::size_t i = 0; i < kin_.size(); ++i) by_pid_.push_back({kin_[i].id.pid, static_cast<std::int32_t>(i)});
  std::ranges::sort(by_pid_, {}, &Number::pid);
}

void Kinship::move_in(std::uint64_t house, const Kin& kin) {
  by_group_.push_back({house, 0, static_cast<std::int32_t>(&kin - kin_.data())});
}

void Kinship::build_houses() {
  nodes_.clear();
  houses_.clear();
  node_of_kin_.assign(kin_.size(), kNobody);
  std::ranges::sort(by_group_);
  for (auto rest = std::span(by_group_); !rest.empty();) {
    const auto end = std::ranges::find_if(rest, [&](const Member& m) { return m.house != rest.front().house; });
    const auto members = rest.first(static_cast<std::size_t>(end - rest.begin()));
    if (is_worth_it(members)) build_house(members);
    rest = rest.subspan(members.size());
  }
  by_group_.clear();
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    by_group_.push_back({nodes_[i].house, nodes_[i].kin->process_group, static_cast<std::int32_t>(i)});
  }
  std::ranges::sort(by_group_);
}

bool Kinship::is_worth_it(std::span<const Member> members) const {
  Bytes held = places_[places_[kin_at(members.front().number).place].unit].filled;
  for (const Member& member : members) held += kin_at(member.number).memory;
  return held >= worth_;
}

void Kinship::build_house(std::span<Member> members) {
  std::ranges::sort(members, is_older, [&](const Member& m) -> const Kin& { return kin_at(m.number); });
  const std::size_t first = nodes_.size();
  for (const Member& member : members) {
    node_of_kin_[static_cast<std::size_t>(member.number)] = static_cast<std::int32_t>(nodes_.size());
    Node& node = nodes_.emplace_back();
    node.kin = &kin_at(member.number);
    node.house = member.house;
  }
  houses_.push_back({first, nodes_.size()});
}

std::int32_t Kinship::number_of(std::int32_t pid) const {
  const auto found = std::ranges::lower_bound(by_pid_, pid, {}, &Number::pid);
  return found != by_pid_.end() && found->pid == pid ? found->kin : kNobody;
}

std::int32_t Kinship::node_of(std::int32_t pid) const {
  const std::int32_t number = number_of(pid);
  return number == kNobody ? kNobody : node_of_kin_[static_cast<std::size_t>(number)];
}

std::int32_t Kinship::find(ProcessId id) const {
  const std::int32_t node = node_of(id.pid);
  return node != kNobody && at(node).kin->id == id ? node : kNobody;
}

bool Kinship::begins_a_session(const Node& node) const {
  const std::int32_t parent = number_of(node.kin->parent);
  return node.kin->uid != 0 && parent != kNobody && kin_at(parent).uid == 0 && is_session(place_of(node).cgroup);
}

/// The first process of a user in a session has a parent of root's: what logged him in. A desktop often runs in that
/// process group, with every program that it starts: these belong to him, not to each other.
void Kinship::open_sessions() {
  bool opened = false;
  for (const House& house : houses_) {
    const auto nodes = std::span(nodes_).subspan(house.first, house.end - house.first);
    if (std::ranges::none_of(nodes, [&](const Node& n) { return begins_a_session(n); })) continue;
    for (Node& node : nodes) node.house = alone(*node.kin);
    opened = true;
  }
  if (!opened) return;
  by_group_.clear();
  for (const Node& node : nodes_) move_in(node.house, *node.kin);
  build_houses();
}

void Kinship::hang_below_parents() {
  for (const House& house : houses_) {
    for (std::size_t i = house.first; i < house.end; ++i) {
      const auto is_above = [&](std::int32_t n) {
        return n != kNobody && n < static_cast<std::int32_t>(i) && n >= static_cast<std::int32_t>(house.first);
      };
      const std::int32_t parent = node_of(nodes_[i].kin->parent);
      if (is_above(parent)) {
        nodes_[i].parent = parent;
        continue;
      }
      const std::int32_t oldest = oldest_of_group(nodes_[i]);
      if (is_above(oldest)) nodes_[i].parent = oldest;
    }
  }
}

std::int32_t Kinship::oldest_of_group(const Node& node) const {
  const Member first{node.house, node.kin->process_group, 0};
  const auto found = std::ranges::lower_bound(by_group_, first);
  const bool has_one = first.group > 0 && found != by_group_.end() && found->house == first.house;
  return has_one && found->group == first.group ? found->number : kNobody;
}

Bytes Kinship::members(const Party& party, std::vector<ProcessId>& into) {
  into.clear();
  const std::int32_t head = find(party.head);
  if (head == kNobody || at(head).kin->must_live) return 0;
  const std::uint64_t house = at(head).house;
  const Kin& first = *at(head).kin;
  Sum all;
  all.memory = first.memory;
  all.counted_twice = unit_of(first).counted_twice;
  into.push_back(first.id);
  if (party.kind == Kind::process) return all.held();
  at(head).belongs = true;
  for (std::size_t i = 0; i < nodes_.size() && into.size() < kMaxMembers; ++i) {
    Node& n = nodes_[i];
    if (n.house != house || static_cast<std::int32_t>(i) == head) continue;
    const bool below = n.parent != kNobody && at(n.parent).belongs;
    n.belongs = below || party.kind == Kind::unit;
    if (!n.belongs || n.kin->must_live) continue;
    into.push_back(n.kin->id);
    all.memory += n.kin->memory;
    if (n.parent != kNobody) all.shareable += std::min(n.kin->memory, at(n.parent).kin->memory);
  }
  return all.held();
}

std::uint64_t Kinship::youngest_start() const {
  std::uint64_t youngest = 0;
  for (const Kin& kin : kin_) youngest = std::max(youngest, kin.id.start_time);
  return youngest;
}

const Kin* Kinship::parent_of(ProcessId id) const {
  const std::int32_t child = number_of(id.pid);
  if (child == kNobody || kin_at(child).id != id) return nullptr;
  const std::int32_t parent = number_of(kin_at(child).parent);
  return parent == kNobody ? nullptr : &kin_at(parent);
}

}  // namespace forestall
