// SPDX-License-Identifier: MIT
// What of one look at the processes is worth a line in a trace. Allocates nothing after its construction: it runs while
// the machine has no memory left.
#pragma once

#include <span>
#include <vector>

#include "support/trace.h"

namespace forestall::testing {

/// Somebody who gained or lost less than this since his last line gets no new one.
inline constexpr Bytes kWorthALine = kMiB;

class ProcessChanges {
 public:
  /// Room for `most_processes` at a time and `most_changes` in all.
  ProcessChanges(std::size_t most_processes, std::size_t most_changes);

  /// Adds who appeared, who changed, and who is not there any more. Of too many processes the largest count. False if
  /// there was no room for all of it: what is recorded from then on would not be true.
  bool look(Instant time, std::span<const ProcessFacts> processes);

  [[nodiscard]] std::vector<ProcessChange> take() { return std::move(changes_); }

 private:
  void pick_largest(std::span<const ProcessFacts> processes);
  bool add(Instant time, bool gone, const ProcessFacts& facts);
  bool drop_missing(Instant time);

  std::size_t most_processes_;
  std::vector<const ProcessFacts*> picked_;
  std::vector<ProcessFacts> known_;  ///< as their last lines say
  std::vector<ProcessChange> changes_;
};

}  // namespace forestall::testing
