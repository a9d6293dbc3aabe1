// SPDX-License-Identifier: MIT
// Reads what diagnosis.h judges. Needs neither root nor the daemon; what cannot be read is left empty.
#pragma once

#include <string>
#include <vector>

#include "cli/diagnosis.h"
#include "score/match.h"

namespace forestall::cli {

/// Where it is read. The directories of systemd in the order in which they count (systemd.unit(5)).
struct Roots {
  std::string proc = "/proc";
  std::string sys = "/sys";
  std::vector<std::string> systemd{"/etc/systemd", "/run/systemd", "/usr/lib/systemd"};
};

/// All but `sample`, `config` and `in_container`. `book` is made of the configuration.
void read_machine(const Roots& roots, const MatchBook& book, Machine& machine);

/// The daemons of ours alone, the oldest first. Of others no more than their name is read: cheap enough to be done
/// again and again.
std::vector<Guard> read_ours(const std::string& proc = "/proc");

}  // namespace forestall::cli
