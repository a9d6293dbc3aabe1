// SPDX-License-Identifier: MIT
// The files that only `forestall doctor` reads, as values. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/diagnosis.h"

namespace forestall::cli {

/// The options of /proc in /proc/self/mounts (proc_pid_mounts(5)), line by line: the last mount is the one seen.
class ProcMount {
 public:
  /// Without its newline.
  void take(std::string_view line);
  /// None where nothing is hidden.
  [[nodiscard]] const std::optional<HidePid>& hidepid() const { return hidepid_; }

 private:
  std::optional<HidePid> hidepid_;
};

/// CapEff, Gid and Groups of /proc/PID/status (proc_pid_status(5)) go into `guard`, line by line.
void take_status_line(std::string_view line, Guard& guard);

/// Which OOM daemon a process is, by its name; a script by its command line. Empty: none.
std::string_view guard_program(std::string_view comm, std::string_view cmdline);

/// `--dry-run` and what others call it, and `--cgroup`, on a command line.
void take_command_line(std::string_view cmdline, Guard& guard);

/// One file of a unit: itself, or a drop-in.
struct UnitFile {
  std::string unit;     ///< "system/-.slice"
  std::string drop_in;  ///< "10-oomd.conf"; empty: the unit's own file
  std::string path;     ///< for messages
  std::string text;
};

/// The units that ask systemd-oomd to act, as systemd.unit(5) merges them: the unit's own file, then the drop-ins in
/// the order of their names, the last assignment counts. Of files of one name only the one that counts is to be given.
std::vector<ManagedUnit> managed_units(std::vector<UnitFile> files);

}  // namespace forestall::cli
