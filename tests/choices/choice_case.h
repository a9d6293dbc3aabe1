// SPDX-License-Identifier: MIT
// One case of the table of choices: processes, a configuration, and who must be chosen. The files are
// tests/data/choices; a key that is not known here is an error, so that a slip of the pen cannot make a check vanish.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "forestall/config.h"
#include "forestall/process.h"

namespace forestall::choices {

/// For so long the machine of every case has been up.
inline constexpr Duration kUptime = std::chrono::hours(30 * 24);

/// A unit of which more is known than who lives in it.
struct ChoiceUnit {
  std::string name;
  UnitFacts facts;
};

struct ChoiceCase {
  std::string why;     ///< the property, in one sentence
  std::string source;  ///< whose complaint it is, if it is somebody's
  std::string open;    ///< why the right choice cannot be made yet; empty if it can
  Bytes ram_and_swap = 0;
  Config config;                        ///< the built-in one with the case's text over it
  std::vector<ProcessFacts> processes;  ///< largest first, as they are now, profiles included
  std::vector<ProcessFacts> before;     ///< the same, a growth window earlier
  std::vector<ChoiceUnit> units;
  std::vector<std::int32_t> lineage;  ///< the daemon's pid, its parent's, and so on
  std::vector<ProcessId> respawners;  ///< parents who replaced children that were killed a moment ago
  std::string victim;                 ///< the name of who must be first; empty: nobody may be chosen
  std::string kind;                   ///< and what goes with it: name_of(Kind)
  std::uint32_t ended = 1;            ///< how many processes in all
  std::vector<std::string> spared;    ///< names of those that may not be candidates
};

/// Throws std::runtime_error, which says what is wrong with the case.
ChoiceCase read_case(std::string_view text);

}  // namespace forestall::choices
