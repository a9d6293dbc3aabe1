// SPDX-License-Identifier: MIT
// The daemon's own stages without its hands: what it would see and whom it would choose. Needs neither it nor root.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "evaluate/conditions.h"
#include "evaluate/evaluate.h"
#include "forestall/config.h"
#include "forestall/ports.h"
#include "forestall/result.h"
#include "score/growth.h"
#include "score/kinship.h"
#include "score/process_table_linux.h"
#include "score/rank.h"

namespace forestall::cli {

struct Lookout {
  Config config;
  std::optional<std::string> cgroup;  ///< what is looked at; none: the machine
  std::unique_ptr<SampleSource> samples;
  std::unique_ptr<ProcfsTable> table;  ///< what the ranking points into
  Growth growth;                       ///< knows nothing unless it is told
  Memory memory;
  Sample sample;
  Verdict verdict;
  Kinship kinship;
  Ranking ranking;

  [[nodiscard]] Circumstances circumstances() const;
  [[nodiscard]] Bytes minimum() const;
};

/// How long the command lines of the candidates are waited for where there is nothing else to do.
inline constexpr Duration kPatience = std::chrono::seconds(2);

/// Of this cgroup, or of the machine. An Error of code 0 where that cannot be watched or the entries are wrong.
Result<Lookout> open_lookout(Config config, const std::optional<std::string>& cgroup);

/// One look at the machine, judged.
Result<void> look(Lookout& lookout);

/// The order of `census`, which is of the last look, as the daemon would make it.
void put_in_order(Lookout& lookout, const Census& census);

}  // namespace forestall::cli
