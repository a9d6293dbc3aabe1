// SPDX-License-Identifier: MIT
// One piece of trouble from its first sign to the memory's return: the one value that every outlet shows.
// Of fixed size: it is filled in between the rule that holds and the signal that is sent.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "forestall/fixed_string.h"
#include "forestall/ranking.h"
#include "forestall/verdict.h"

namespace forestall {

/// 128 random bits, the same in every outlet.
struct IncidentId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const IncidentId&, const IncidentId&) = default;
};

/// What there is to tell. Each has a message id and an entry in the journal's catalog.
enum class Event : std::uint8_t {
  pressure_warning,   ///< a rule with action notify began to fire
  victim_terminated,  ///< SIGTERM was sent
  victim_killed,      ///< SIGKILL was sent
  victim_gone,        ///< the victim's plan is closed: see Outcome
  victim_survived,    ///< it cannot be ended: not permitted, or stuck in the kernel
  stood_down,         ///< memory recovered before the signal
  no_victim,          ///< a rule fires and nobody may be killed
  breaker_opened,     ///< kills do not help; none for a while
  kernel_killed,      ///< the kernel's OOM killer acted
  restart_loop,       ///< a service comes back each time it is ended
  recovered,          ///< no rule fires any more, and every recovery mark is reached
};

/// How it ended with one victim.
enum class Outcome : std::uint8_t {
  none,           ///< not yet
  memory_back,    ///< what was promised came back, or no rule fires any more
  fruitless,      ///< it is gone, but the memory did not come back in time
  unkillable,     ///< it survived SIGKILL
  not_permitted,  ///< EPERM
  vanished,       ///< it was gone before the signal
};

/// A service that has come back each time.
struct Restart {
  FixedString<95> unit;
  bool of_user = false;  ///< of a user's own manager: its name is the user's to choose
  unsigned times = 0;
};

/// What was done to one victim, and when.
struct Attempt {
  ProcessFacts victim;  ///< with the memory of all that go with it
  Party party;
  Points score = 0;
  Duration grace{0};
  std::optional<Instant> terminated;  ///< SIGTERM sent
  std::optional<Instant> killed;      ///< SIGKILL sent
  std::optional<Instant> gone;        ///< seen dead
  std::optional<Instant> memory_back;
  std::optional<Bytes> held_at_relief;  ///< what it still held when memory had recovered, if it was not gone
  bool grace_over = false;              ///< SIGKILL because the grace was over, not because a kill rule held
  Outcome outcome = Outcome::none;
  Bytes promised = 0;  ///< what its death should give back
  Bytes freed = 0;     ///< by how much what is left rose since the signal

  /// It was chosen for what it has put into tmpfs, which stays.
  [[nodiscard]] bool gives_nothing_back() const { return promised < party.filled; }
  /// The memory that came back was somebody else's: it had given next to nothing yet.
  [[nodiscard]] bool was_needless() const {
    return held_at_relief && *held_at_relief >= promised - promised / 20 && !gives_nothing_back();
  }
};

inline constexpr std::size_t kShownCandidates = 10;
inline constexpr std::size_t kShownSpared = 10;

/// What is kept of one process, or of those who go together, in the record.
struct ProcessNote {
  ProcessId id;
  std::uint32_t uid = 0;
  FixedString<15> comm;  ///< only those of kernel threads are longer, and these hold nothing
  FixedString<95> unit;  ///< the user's unit where there is one, else the system's
  Bytes memory = 0;      ///< what its death would free
  std::int32_t oom_score_adj = 0;
  Kind kind = Kind::process;
  std::uint32_t processes = 1;
};

struct CandidateNote {
  ProcessNote process;
  std::array<Term, kMaxTerms> terms{};
  std::size_t term_count = 0;
  Points score = 0;
  std::uint32_t counted = 1;  ///< see Candidate
};

struct SparedNote {
  ProcessNote process;
  Mercy why = Mercy::init;
  std::uint16_t protected_by = 0;  ///< which [[protect]] entry, from 0
};

struct Incident {
  IncidentId id;
  WallTime wall{};  ///< when the rule was found to hold
  Instant begun{};
  Verdict verdict;  ///< at that moment
  FixedString<64> rule_name;
  bool dry_run = false;

  std::array<CandidateNote, kShownCandidates> candidates{};
  std::size_t candidate_count = 0;  ///< shown
  std::size_t eligible = 0;         ///< there were
  std::array<SparedNote, kShownSpared> spared{};
  std::size_t spared_count = 0;
  std::size_t seen = 0;
  Bytes minimum = 0;

  Attempt attempt;
  Headroom now;  ///< when this event was told
  Instant now_time{};
  std::uint64_t kernel_kills = 0;  ///< of Event::kernel_killed
  unsigned fruitless_kills = 0;    ///< of Event::breaker_opened
  Duration pause{0};               ///< of Event::breaker_opened
  Restart restart;                 ///< of Event::restart_loop
};

}  // namespace forestall
