// SPDX-License-Identifier: MIT
// The daemons of ours that run, and what they may and may not do, in words. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/diagnosis.h"
#include "forestall/units.h"

namespace forestall::cli {

struct Daemons {
  std::vector<Guard> ours;     ///< the oldest first
  bool sees_everybody = true;  ///< false: one may run that is hidden from us
  bool of_cgroup = false;      ///< it is asked about a cgroup: those of one cgroup count too
  Duration since_boot{0};      ///< now, the time asleep included, as start times count it

  /// Those that guard what is asked about, whether or not they may act.
  [[nodiscard]] std::vector<const Guard*> counting() const;
};

/// How each stands, in lines without their newlines: who runs, then what it may do. At least one line.
std::vector<std::string> in_lines(const Daemons& daemons);

/// The same of the first in as few words as can be: "forestalld pid 500, dry run", "forestalld is not running".
std::string in_short(const Daemons& daemons);

}  // namespace forestall::cli
