// SPDX-License-Identifier: MIT
// Programs that had to be ended a while ago: likely to be the trouble again, unless their end did not help. Passive:
// told who was ended and what came of it, and asked when the next one is chosen.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "forestall/process.h"
#include "forestall/units.h"

namespace forestall {

/// What makes a program the same one when it comes back: a name alone anybody could take, to have another one killed.
struct Program {
  std::uint32_t uid = 0;
  FixedString<15> comm;
  FixedString<95> unit;  ///< without what systemd or a desktop puts there to tell one start from the next;
                         ///< the path of the cgroup where there is none, as in a container without systemd
  friend bool operator==(const Program&, const Program&) = default;
};

Program program_of(std::uint32_t uid, std::string_view comm, const CgroupPlace& place);

/// How a program has behaved lately.
struct Conduct {
  unsigned ended = 0;   ///< so often it had to be ended
  bool unkept = false;  ///< the last time, its memory did not come back
};

class Offenders {
 public:
  static constexpr Duration kRemembered = std::chrono::minutes(10);

  /// A victim was signalled.
  void ended(const Program& program, Instant when);
  /// What came of the last one.
  void last_was_in_vain() { offences_[last_].unkept = true; }

  /// Whether there is anything to remember: mostly there is not, and nobody needs to be looked at.
  [[nodiscard]] bool any(Instant now) const;
  [[nodiscard]] Conduct of(const Program& program, Instant now) const;

 private:
  struct Offence {
    Program program;
    Instant when = Instant::min();
    bool unkept = false;
  };
  [[nodiscard]] static bool is_recent(const Offence& offence, Instant now);

  std::array<Offence, 16> offences_;  ///< a ring
  std::size_t last_ = 0;
};

}  // namespace forestall
