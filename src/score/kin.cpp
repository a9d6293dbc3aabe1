// SPDX-License-Identifier: MIT
#include "score/kin.h"

#include <algorithm>
#include <functional>

namespace forestall {
namespace {

/// libvirt's and systemd-nspawn's name for a machine with all its helpers (systemd-machined(8)).
bool is_virtual_machine(const CgroupPlace& place) {
  return place.slice.view() == "machine.slice" && place.unit.view().starts_with("machine-");
}

/// A path that fills its room may have been cut: nobody knows where it ends.
bool is_cut(const CgroupPlace& place) {
  constexpr std::size_t longest_path = 255;
  constexpr std::size_t longest_name = 95;
  return place.path.view().size() >= longest_path || place.unit.view().size() >= longest_name ||
         place.user_unit.view().size() >= longest_name;
}

std::int32_t bounded(std::int64_t points) {
  constexpr std::int64_t most = 1'000'000;
  return static_cast<std::int32_t>(std::min(points, most));
}

}  // namespace

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::process: return "process";
    case Kind::family: return "family";
    case Kind::unit: return "unit";
    case Kind::automatic: return "auto";
  }
  return {};
}

Kin kin_of(const ProcessFacts& p, std::uint16_t place, bool must_live) {
  Kin kin;
  kin.id = p.id;
  kin.parent = p.parent;
  kin.process_group = p.process_group;
  kin.uid = p.uid;
  kin.oom_score_adj = p.oom_score_adj;
  kin.nice = p.nice;
  kin.cpu_time = p.cpu_time;
  kin.nodes = p.nodes;
  kin.comm.assign(p.comm.view());
  kin.memory = p.freed_by_death();
  kin.swap = p.swap;
  kin.page_tables = p.page_tables;
  kin.place = place;
  kin.must_live = must_live;
  kin.profile_known = p.profile.complete;
  kin.prefer_points = bounded(p.profile.prefer_points);
  kin.avoid_points = bounded(p.profile.avoid_points);
  return kin;
}

bool is_fork(const Kin& child, const Kin& parent) {
  return child.comm == parent.comm && (child.uid == parent.uid || parent.uid == 0);
}

bool is_session(const CgroupPlace& place) {
  return place.unit.view().starts_with("session-") && place.unit.view().ends_with(".scope");
}

bool is_of_a_manager(const CgroupPlace& place) {
  return place.unit.view() == "init.scope" || place.user_unit.view() == "init.scope";
}

bool same_unit(const CgroupPlace& a, const CgroupPlace& b) { return a.unit == b.unit && a.user_unit == b.user_unit; }

bool can_go_as_one(const CgroupPlace& place) {
  if (place.unit.empty() || is_cut(place) || is_session(place) || is_of_a_manager(place)) return false;
  return !place.unit.view().starts_with("user@") || !place.user_unit.empty();
}

std::string_view path_of_unit(const CgroupPlace& place) {
  const std::string_view path = place.path.view();
  const std::string_view name = place.innermost_unit().view();
  for (std::size_t at = path.find(name); !name.empty() && at != std::string_view::npos; at = path.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if (at > 0 && path[at - 1] == '/' && (end == path.size() || path[end] == '/')) return path.substr(0, end);
  }
  return {};
}

PlaceBook::PlaceBook() {
  places_.reserve(kRoom);
  shared_.reserve(kRoom);
  clear();
}

void PlaceBook::clear() {
  places_.assign(1, KnownPlace{});
  shared_.assign(1, Shared{});
  by_path_hash_.fill(0);
}

/// Where the number of this place is, or belongs. Linear probing: at most half of the slots are taken.
std::uint16_t& PlaceBook::slot_of(std::string_view path) {
  std::size_t slot = std::hash<std::string_view>{}(path) % by_path_hash_.size();
  const auto is_anothers = [&](std::uint16_t number) {
    return number != 0 && places_[number].cgroup.path.view() != path;
  };
  while (is_anothers(by_path_hash_[slot])) slot = (slot + 1) % by_path_hash_.size();
  return by_path_hash_[slot];
}

void PlaceBook::see_shared(std::uint16_t number, Bytes now, Instant when) {
  Shared& seen = shared_[number];
  if (!seen.when) {
    seen = {now, now, when};
  } else if (when - *seen.when >= kFilledWithin) {
    seen = {seen.newer, now, when};
  }
  places_[number].filled = now - std::min(now, seen.older);
}

void PlaceBook::recall(std::uint16_t number, const UnitFacts& facts) {
  const std::uint16_t unit = places_[number].unit;
  if (unit != 0) static_cast<UnitFacts&>(places_[unit]) = facts;
}

void PlaceBook::forget_shared(std::uint16_t number) {
  shared_[number] = Shared{};
  places_[number].filled = 0;
}

std::uint16_t PlaceBook::number_of(const CgroupPlace& place) {
  if (place.path.empty()) return 0;
  std::uint16_t& number = slot_of(place.path.view());
  if (number != 0 || places_.size() == kRoom) return number;
  number = static_cast<std::uint16_t>(places_.size());
  KnownPlace added;
  added.cgroup = place;
  added.whole = is_virtual_machine(place);
  if (can_go_as_one(place)) {
    const auto relative = [&](const KnownPlace& k) { return k.unit != 0 && same_unit(k.cgroup, place); };
    const auto first = std::ranges::find_if(places_, relative);
    added.unit = first == places_.end() ? number : first->unit;
  }
  places_.push_back(added);
  shared_.push_back(Shared{});
  return number;
}

}  // namespace forestall
