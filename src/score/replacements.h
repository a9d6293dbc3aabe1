// SPDX-License-Identifier: MIT
// Parents who start anew whoever is killed: then it is the parent that has to go, or the machine is never at peace.
// Passive: told whom a victim was a child of, and asked before the next one is chosen.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "score/kinship.h"

namespace forestall {

class Replacements {
 public:
  /// So many children of one parent, killed within this time, make it a suspect: with the next one it goes itself.
  static constexpr unsigned kKilled = 2;
  static constexpr Duration kWithin = std::chrono::minutes(1);

  /// `victim` was signalled; `kinship` is that in which it was chosen.
  void lost(ProcessId victim, const Kinship& kinship, Instant when);

  /// Those of whom kKilled children were killed lately and who, since the first of them, have got another one that is
  /// worth a kill (`minimum`) itself. Valid until the next call.
  std::span<const ProcessId> parents(const Census& census, Bytes minimum, Instant now);

 private:
  struct Loss {
    ProcessId parent;
    std::uint64_t newest = 0;  ///< the start time of the youngest process there was
    Instant when{};
  };
  [[nodiscard]] bool has_replaced(const Loss& loss, const Census& census, Bytes minimum) const;

  std::array<std::optional<Loss>, 16> losses_;  ///< a ring
  std::size_t next_ = 0;
  std::array<ProcessId, 16> parents_;
};

}  // namespace forestall
