// SPDX-License-Identifier: MIT
// Who should go, in order, and who was spared: with reasons, because somebody will ask.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "forestall/process.h"

namespace forestall {

/// Points are thousandths of 1 ‰ of RAM + swap, so that 1 ‰ is one step of oom_score_adj and sums are exact.
using Points = std::int64_t;
inline constexpr Points kPerMille = 1000;

inline constexpr std::size_t kMaxTerms = 11;

/// More processes than this above the minimum size are not told apart: the smaller ones stay out of the order. With the
/// default minimum of 1 % there cannot be more than about 100.
inline constexpr std::size_t kMaxRanked = 256;

/// More processes than this are not told apart when they are counted together; they are still ranked one by one.
inline constexpr std::size_t kMaxKin = 8192;

/// More cgroups than this are not told apart: who lives in one of the others is nowhere.
inline constexpr std::size_t kMaxPlaces = 2048;

/// So many processes can be ended together.
inline constexpr std::size_t kMaxMembers = 4096;

/// What is ended: [victim] kind.
enum class Kind : std::uint8_t {
  process,    ///< one process
  family,     ///< a process and all that descends from it
  unit,       ///< all processes of a systemd unit; where there is none, of the process group, as a family
  automatic,  ///< the smallest of these that is worth it, where the guilt is
};

/// "process", "family", "unit", "auto".
std::string_view name_of(Kind kind);

/// Those who go together.
struct Party {
  Kind kind = Kind::process;    ///< never automatic
  ProcessId head;               ///< the process itself; the root of the family; the oldest of the unit
  std::uint32_t processes = 1;  ///< how many there are
  Bytes filled = 0;             ///< KnownPlace::filled of their unit, if that is more than the unit holds itself
};

/// One reason for a score. `name` is static text.
struct Term {
  std::string_view name;
  Points points = 0;
};

struct Candidate {
  /// In the Census that was ranked, or in Ranking::parties: the head, with the memory of them all.
  const ProcessFacts* process = nullptr;
  Party party;
  std::array<Term, kMaxTerms> terms{};
  std::size_t term_count = 0;
  Points score = 0;           ///< the sum of the terms
  std::uint32_t counted = 1;  ///< the terms are those of so many processes, to whom this one belongs
};

/// Why a process is no candidate. In the order in which it is asked.
enum class Mercy : std::uint8_t {
  init,  ///< PID 1
  kernel_thread,
  forestall,      ///< this daemon
  ancestor,       ///< a process that this daemon descends from
  system_unit,    ///< systemd, journald, logind, udevd, the D-Bus broker, the listener of sshd
  oom_score_adj,  ///< -1000: nobody may kill it for memory
  protect,        ///< a [[protect]] entry
  omit,           ///< ManagedOOMPreference=omit of its unit
  other_node,     ///< one NUMA node is short, and it holds, or may use, only memory of others
  out_of_reach,   ///< it could not be signalled, or survived SIGKILL, a moment ago
  too_small,      ///< below [victim] minimum: hardly anything would come back
};

struct Spared {
  const ProcessFacts* process = nullptr;
  Mercy why = Mercy::init;
};

/// The machine, as far as a score depends on it.
struct Capacity {
  Bytes ram_and_swap = 0;  ///< MemTotal + SwapTotal
};

struct Ranking {
  std::vector<Candidate> order;       ///< best victim first
  std::vector<ProcessFacts> parties;  ///< of candidates that are more than one process
  std::vector<Candidate> gathered;    ///< room to make the order anew
  std::vector<Spared> spared;         ///< largest first
  Bytes minimum = 0;                  ///< [victim] minimum on this machine
  std::size_t seen = 0;               ///< how many processes there are in all, those too small to look at included
};

}  // namespace forestall
