// SPDX-License-Identifier: MIT
#include "poll/cgroup_source_linux.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/read_linux.h"
#include "base/text.h"
#include "poll/cgroup_memory.h"
#include "poll/pressure.h"

namespace forestall {
namespace {

template <typename T>
std::optional<T> parse_file(const Fd& file, std::optional<T> (*parse)(std::string_view)) {
  if (!file) return std::nullopt;
  std::array<char, 16 * kKiB> buffer;  // NOLINT: filled by the kernel
  const auto text = reread(file, buffer);
  return text ? parse(*text) : std::nullopt;
}

/// Where there is no such file, as at the root of the machine, the other value.
Bytes number(const Fd& file, Bytes otherwise) { return parse_file(file, parse_cgroup_limit).value_or(otherwise); }

}  // namespace

Result<CgroupSource> CgroupSource::open(const std::string& path, const std::string& cgroups, const std::string& proc,
                                        const std::string& sys) {
  if (!path.starts_with('/')) {
    return failure(
        0, "--cgroup " + escaped(path) + " is no path from the root of the tree, such as /system.slice/web.service");
  }
  auto machine = ProcfsSource::open(proc, sys);
  if (!machine) return tl::unexpected(machine.error());
  CgroupSource source(std::move(*machine), cgroups, path);
  if (!source.open_files()) {
    return failure(errno, "--cgroup " + escaped(path) + " is no cgroup with the memory controller");
  }
  if (!source.pressure_) {
    source.missing_.emplace_back(
        "no pressure information (memory.pressure of the cgroup): rules with psi_some_above or psi_full_above cannot "
        "hold");
  }
  const auto sample = source.read();
  if (!sample) return tl::unexpected(sample.error());
  return source;
}

CgroupSource::CgroupSource(ProcfsSource machine, std::string cgroups, std::string_view path)
    : machine_(std::move(machine)), cgroups_(std::move(cgroups)), directory_(cgroups_ + std::string(path)) {
  while (directory_.ends_with('/')) directory_.pop_back();
}

bool CgroupSource::open_files() {
  std::string directory = directory_;
  const auto file = [&](const char* name) { return open_to_read(AT_FDCWD, (directory + name).c_str()); };
  const bool is_charged = ::access((directory + "/memory.current").c_str(), R_OK) == 0;
  stat_ = file("/memory.stat");
  if (!is_charged || !stat_) return false;
  events_ = file("/memory.events");
  pressure_ = file("/memory.pressure");
  levels_.clear();
  for (; directory.size() >= cgroups_.size(); directory.erase(directory.rfind('/'))) {
    levels_.push_back({file("/memory.max"), file("/memory.high"), file("/memory.current"), file("/memory.swap.max"),
                       file("/memory.swap.current")});
  }
  return true;
}

Result<Sample> CgroupSource::read() {
  const auto machine = machine_.read();
  if (!machine) return machine;
  CgroupMemory cgroup;
  errno = 0;
  auto stat = parse_file(stat_, parse_cgroup_stat);
  // A unit that is started again gets a cgroup of its own (ENODEV of the old one).
  if (!stat && open_files()) stat = parse_file(stat_, parse_cgroup_stat);
  if (!stat) return failure(errno, "cannot make sense of memory.stat of the cgroup");
  cgroup.stat = *stat;
  for (const Level& level : levels_) {
    // Above memory.high nothing is refused, but whoever asks for more stands still: there is no more to be had.
    const Bytes limit = std::min(number(level.limit, kNoLimit), number(level.throttle, kNoLimit));
    cgroup.memory.narrow(limit, number(level.current, 0));
    cgroup.swap.narrow(number(level.swap_limit, kNoLimit), number(level.swap_current, 0));
  }
  kills_ = parse_file(events_, parse_cgroup_kills).value_or(kills_);
  cgroup.stat.reclaim.oom_kill = kills_;
  cgroup.psi = parse_file(pressure_, parse_pressure);
  return within(cgroup, *machine);
}

std::optional<std::string> own_cgroup(const std::string& cgroups) {
  if (::access((cgroups + "/memory.max").c_str(), R_OK) != 0) return std::nullopt;
  return "/";
}

}  // namespace forestall
