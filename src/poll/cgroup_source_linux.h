// SPDX-License-Identifier: MIT
// The machine as those see it who live in one cgroup: in a container, or with --cgroup.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd_linux.h"
#include "forestall/ports.h"
#include "poll/procfs_source_linux.h"

namespace forestall {

class CgroupSource final : public SampleSource {
 public:
  /// `path` from the root of the cgroup tree: "/system.slice/web.service". An Error if it is no cgroup with the memory
  /// controller, or the machine itself cannot be looked at.
  static Result<CgroupSource> open(const std::string& path, const std::string& cgroups = "/sys/fs/cgroup",
                                   const std::string& proc = "/proc", const std::string& sys = "/sys");

  Result<Sample> read() override;

  /// As ProcfsSource::missing(), of the cgroup.
  [[nodiscard]] const std::vector<std::string>& missing() const { return missing_; }

 private:
  CgroupSource(ProcfsSource machine, std::string cgroups, std::string_view path);
  /// False, with errno, if there is no such cgroup, or not with the memory controller.
  bool open_files();

  ProcfsSource machine_;
  std::string cgroups_, directory_;
  /// One on the way from the cgroup to the root.
  struct Level {
    Fd limit, throttle, current, swap_limit, swap_current;
  };
  std::vector<Level> levels_;
  Fd stat_, events_, pressure_;
  std::uint64_t kills_ = 0;  ///< as last read: a look that cannot is no reason to count them anew
  std::vector<std::string> missing_;
};

/// "/" in a container that has a cgroup namespace of its own: only there the root of the tree has a limit that could be
/// read (cgroup-v2, namespaces). Nothing on a machine of one's own.
std::optional<std::string> own_cgroup(const std::string& cgroups = "/sys/fs/cgroup");

}  // namespace forestall
