// SPDX-License-Identifier: MIT
// What the entries of [[protect]], [[avoid]] and [[prefer]] are held against, read from /proc. Reading a command line
// can wait for the process's memory: never on the hot path.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "score/match.h"

namespace forestall {

/// Traits and the text they point to.
struct OwnedTraits {
  ProcessId id;
  std::string comm, exe, cmdline;
  std::uint32_t uid = 0;
  CgroupPlace place;
  std::int32_t terminal = 0;
  char state = '?';

  [[nodiscard]] Traits view() const { return {comm, exe, cmdline, uid, place, terminal, state}; }
};

/// None if the process is gone, or went while it was read. `exe` stays empty without CAP_SYS_PTRACE over it
/// (proc_pid_exe(5)); the command line is cut at 4 KiB.
std::optional<OwnedTraits> read_traits(const std::string& proc, std::int32_t pid);

/// Of every process there is, kernel threads left out.
std::vector<OwnedTraits> read_all_traits(const std::string& proc = "/proc");

}  // namespace forestall
