// SPDX-License-Identifier: MIT
// Who belongs together. Everybody lives in a house: the systemd unit; where there is none, or in the session of a user,
// the process group, which is the job of a shell, or a daemon with its children. Inside a house everybody hangs below
// his parent, and an orphan below the oldest of its process group, so that what a dead parent left behind is one
// family.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "forestall/ports.h"
#include "forestall/ranking.h"

namespace forestall {

/// What several processes come to, as if they were one. Who may not be killed adds nothing.
struct Sum {
  Bytes memory = 0;         ///< of each by its own account
  Bytes shareable = 0;      ///< as much of it they may have been given by each other at a fork
  Bytes counted_twice = 0;  ///< UnitFacts::counted_twice, of all their unit
  Bytes swap = 0;
  Bytes grown = 0;
  Bytes filled = 0;  ///< of the sum of a whole unit: KnownPlace::filled
  std::uint32_t processes = 0;
  bool must_live = false;                         ///< somebody among them may not be killed
  bool profile_known = true;                      ///< of all of them
  static constexpr std::int32_t kNobodys = 1001;  ///< above all that oom_score_adj can be
  std::int32_t least_adj = kNobodys;
  std::int32_t least_adj_of_large = kNobodys;
  double adj_down = 0;  ///< the negative oom_score_adj, each times the memory that has it
  double prefer = 0;    ///< likewise the points of [[prefer]] and [[avoid]]
  double avoid = 0;
  double age = 0;  ///< and what else a process has by itself
  double cpu_time = 0;
  double nice = 0;
  double root = 0;
  double offences = 0;
  double unkept = 0;

  void add(const Sum& other);
  /// What they hold together. Never less than one of them.
  [[nodiscard]] Bytes held() const { return memory - std::min(counted_twice, shareable); }
};

class Kinship {
 public:
  static constexpr std::int32_t kNobody = -1;

  struct Node {
    const Kin* kin = nullptr;
    std::uint64_t house = 0;
    std::int32_t parent = kNobody;     ///< number of the node it hangs below
    std::int32_t candidate = kNobody;  ///< its place in Ranking::order, if it may be killed alone
    bool leads_to_victim = false;      ///< it, or somebody below it, may be killed
    bool belongs = false;              ///< to the party whose members() were asked for
    Bytes given = 0;                   ///< at most so much may be its parent's, of those that add to a sum
    Sum sum;                           ///< of it and all below it
  };

  /// The nodes of one house lie together, the older before the younger: who hangs below somebody comes after him.
  struct House {
    std::size_t first = 0;
    std::size_t end = 0;
  };

  /// Makes room once, so that nothing below allocates.
  Kinship();

  /// The census must outlive what is asked here. Houses that come to less than `worth`, with what they have put into
  /// tmpfs, are left out: so most of the work is done for those few that matter.
  void arrange(const Census& census, Bytes worth = 0);

  [[nodiscard]] std::span<Node> nodes() { return nodes_; }
  [[nodiscard]] std::span<const House> houses() const { return houses_; }
  [[nodiscard]] const KnownPlace& place_of(const Node& node) const { return places_[node.kin->place]; }
  /// Nowhere if it is in none.
  [[nodiscard]] const KnownPlace& unit_of(const Kin& kin) const { return places_[places_[kin.place].unit]; }

  /// All that go together, the head first; empty if it is not there any more. Who may not be killed is left out.
  /// What they hold together.
  Bytes members(const Party& party, std::vector<ProcessId>& into);

  /// When the youngest of all was started (ProcessId::start_time).
  [[nodiscard]] std::uint64_t youngest_start() const;
  /// The number of this process's node, or kNobody.
  [[nodiscard]] std::int32_t find(ProcessId id) const;
  /// The parent of this process, wherever it lives; null if it is not known.
  [[nodiscard]] const Kin* parent_of(ProcessId id) const;

 private:
  struct Number {
    std::int32_t pid = 0;
    std::int32_t kin = 0;
  };
  struct Member {
    std::uint64_t house = 0;
    std::int32_t group = 0;
    std::int32_t number = 0;  ///< of its kin, until there are nodes: then of its node
    friend auto operator<=>(const Member&, const Member&) = default;
  };
  [[nodiscard]] Node& at(std::int32_t number) { return nodes_[static_cast<std::size_t>(number)]; }
  [[nodiscard]] const Node& at(std::int32_t number) const { return nodes_[static_cast<std::size_t>(number)]; }
  void number_all();
  void move_in(std::uint64_t house, const Kin& kin);
  void build_houses();
  void build_house(std::span<Member> members);
  [[nodiscard]] bool is_worth_it(std::span<const Member> members) const;
  void hang_below_parents();
  void open_sessions();
  [[nodiscard]] const Kin& kin_at(std::int32_t number) const { return kin_[static_cast<std::size_t>(number)]; }
  /// The number of its kin, or kNobody.
  [[nodiscard]] std::int32_t number_of(std::int32_t pid) const;
  [[nodiscard]] std::int32_t node_of(std::int32_t pid) const;
  [[nodiscard]] std::int32_t oldest_of_group(const Node& node) const;
  [[nodiscard]] bool begins_a_session(const Node& node) const;

  std::vector<Node> nodes_;
  std::vector<House> houses_;
  std::vector<Number> by_pid_;
  std::vector<std::int32_t> node_of_kin_;  ///< kNobody for those whose house is left out
  std::vector<Member> by_group_;
  std::span<const Kin> kin_;
  std::span<const KnownPlace> places_;
  Bytes worth_ = 0;
};

}  // namespace forestall
