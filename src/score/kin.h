// SPDX-License-Identifier: MIT
// What is kept of everybody, and where everybody lives: small, since there can be thousands.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "forestall/process.h"
#include "forestall/ranking.h"

namespace forestall {

/// What Kin keep of a process. `must_live`: there is a Mercy for it.
Kin kin_of(const ProcessFacts& process, std::uint16_t place, bool must_live);

/// Whether a child still runs its parent's program, as a fork does until execve(2): by its name, and by its user unless
/// the parent is root, who may have become somebody else.
bool is_fork(const Kin& child, const Kin& parent);

/// The places of all Kin, each once. Number 0 is nowhere: what is in no cgroup, or found no room here.
class PlaceBook {
 public:
  static constexpr std::size_t kRoom = kMaxPlaces;
  static constexpr std::size_t kCrowd = 384;

  /// Makes room once, so that number_of() allocates nothing.
  PlaceBook();

  /// The number of this place, a new one if it was not known; 0 if there is no room for it.
  std::uint16_t number_of(const CgroupPlace& place);
  /// The unit of this place is of no use in part.
  void make_whole(std::uint16_t number) { places_[places_[number].unit].whole = true; }

  void set_preference(std::uint16_t number, OomPreference of_unit) {
    places_[places_[number].unit].preference = of_unit;
  }

  /// KnownPlace::nodes of the unit of this place.
  void set_nodes(std::uint16_t number, NodeMask nodes) { places_[places_[number].unit].nodes = nodes; }

  /// UnitFacts::counted_twice of the unit of this place.
  void set_counted_twice(std::uint16_t number, Bytes held) { places_[places_[number].unit].counted_twice = held; }

  [[nodiscard]] std::span<const KnownPlace> places() const { return places_; }
  /// The first known place of its unit; nowhere if it is in none.
  [[nodiscard]] const KnownPlace& unit_of(std::uint16_t number) const { return places_[places_[number].unit]; }
  /// Sessions and scopes come and go, and what is kept of those that went is memory: time to begin anew.
  [[nodiscard]] bool crowded() const { return places_.size() > kCrowd; }
  void clear();

  /// What is charged to the unit of this place as shared memory, tmpfs included, at `when`. What it has added since a
  /// look that is kFilledWithin old or older becomes KnownPlace::filled.
  void see_shared(std::uint16_t number, Bytes shared, Instant when);
  /// What a record says of the unit of this place, in place of all the above.
  void recall(std::uint16_t number, const UnitFacts& facts);
  /// Its cgroup is gone, and what was charged to it belongs to others.
  void forget_shared(std::uint16_t number);
  static constexpr Duration kFilledWithin = std::chrono::seconds(10);

 private:
  struct Shared {
    Bytes older = 0;
    Bytes newer = 0;
    std::optional<Instant> when;  ///< of `newer`
  };
  [[nodiscard]] std::uint16_t& slot_of(std::string_view path);

  std::vector<KnownPlace> places_;
  std::vector<Shared> shared_;                           ///< of each place
  std::array<std::uint16_t, 2 * kRoom> by_path_hash_{};  ///< their numbers; 0: free
};

bool same_unit(const CgroupPlace& a, const CgroupPlace& b);

/// Whether all that live there can be ended as one: in a service or scope, the system's or a user's own. Not in a
/// session (that would end all that its user does), nor with a manager (init.scope).
bool can_go_as_one(const CgroupPlace& place);

/// The cgroup of the unit itself: processes may live below it. Empty if there is no unit.
std::string_view path_of_unit(const CgroupPlace& place);

/// Whether it is where systemd itself lives, the system's or a user's: "init.scope".
bool is_of_a_manager(const CgroupPlace& place);

/// Whether it is the session of a user who is logged in: logind's "session-2.scope".
bool is_session(const CgroupPlace& place);

}  // namespace forestall
