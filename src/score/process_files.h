// SPDX-License-Identifier: MIT
// The files of one process as values. Pure, and fed by strangers; a file may end anywhere, because the process does.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "forestall/process.h"

namespace forestall {

/// From /proc/PID/status (proc_pid_status(5)).
struct Status {
  std::int32_t process = 0;  ///< Tgid: of a thread the pid of its process; 0 if that is not told
  std::uint32_t uid = 0;     ///< real
  Bytes anon = 0;
  Bytes shmem = 0;
  Bytes swap = 0;
  Bytes page_tables = 0;
  NodeMask nodes = kAllNodes;  ///< Mems_allowed; all of them where there is a node above 63
};

/// None if there is no Uid line, a number is not whole or the text is cut. Kernel threads and zombies have no memory
/// lines: zero. The Name line is first and cannot imitate another: the kernel escapes newlines in it (fs/proc/array.c).
std::optional<Status> parse_status(std::string_view text);

/// The same, line by line: for a text too long to be held.
class StatusLines {
 public:
  /// Without its newline.
  void take(std::string_view line);
  /// As parse_status, after the last line.
  [[nodiscard]] std::optional<Status> status() const;

 private:
  Status status_;
  bool has_uid_ = false;
  bool all_whole_ = true;
};

/// From /proc/PID/statm (proc_pid_statm(5)): resident pages that belong to no file and are not shared memory.
/// None if the text is cut or not of that form.
std::optional<std::uint64_t> parse_anon_pages(std::string_view text);

/// From memory.stat of a cgroup (cgroup-v2, memory), in bytes. None if the text is cut or not of that form.
struct CgroupCharge {
  Bytes anon = 0;
  Bytes shmem = 0;  ///< tmpfs, memfd and other shared memory
};
std::optional<CgroupCharge> parse_charge_of_cgroup(std::string_view text);

/// The nodes on which a cgroup holds `at_least` bytes of anonymous memory, by its memory.numa_stat (cgroup-v2, memory).
/// None if there is no such node, or that is not told of all: there can be one above 63.
std::optional<NodeMask> parse_nodes_of_cgroup(std::string_view text, Bytes at_least);

/// AnonPages and what of the swap is in use, of /proc/meminfo (proc_meminfo(5)), in bytes. None if one is missing.
std::optional<Bytes> parse_anon_of_machine(std::string_view text);

/// /proc/PID/oom_score_adj, -1000 to 1000. None if the text is cut or not of that form.
std::optional<std::int32_t> parse_oom_score_adj(std::string_view text);

}  // namespace forestall
