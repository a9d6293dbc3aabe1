// SPDX-License-Identifier: MIT
// What of one look at the processes is worth a line in a trace. Allocates nothing after its construction: it runs while
// the machine has no memory left.
#pragma once

#include <span>
#include <vector>

#include "forestall/trace.h"

namespace forestall {

class ProcessChanges {
 public:
  /// Room for `most_processes` at a time.
  explicit ProcessChanges(std::size_t most_processes);

  /// Who is not there any more, who appeared and who changed since the look before. Of too many processes the largest
  /// count. Valid until the next look.
  std::span<const ProcessChange> look(Instant time, std::span<const ProcessFacts> processes);

 private:
  void pick_largest(std::span<const ProcessFacts> processes);
  void drop_missing(Instant time);

  std::size_t most_processes_;
  std::vector<const ProcessFacts*> picked_;
  std::vector<ProcessFacts> known_;  ///< as their last lines say
  std::vector<ProcessChange> changes_;
};

}  // namespace forestall
