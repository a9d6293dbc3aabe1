// SPDX-License-Identifier: MIT
#include "poll/view_linux.h"

#include "poll/cgroup_source_linux.h"
#include "poll/procfs_source_linux.h"

namespace forestall {
namespace {

constexpr const char* kCgroups = "/sys/fs/cgroup";

template <typename Source>
Result<View> view_through(Result<Source> source, std::optional<std::string> cgroup) {
  if (!source) return tl::unexpected(source.error());
  auto missing = source->missing();
  return View{std::move(cgroup), std::make_unique<Source>(std::move(*source)), std::move(missing)};
}

}  // namespace

std::string View::pressure_file() const {
  return cgroup ? kCgroups + *cgroup + "/memory.pressure" : "/proc/pressure/memory";
}

Result<View> open_view(const std::optional<std::string>& cgroup) {
  const auto confined_to = cgroup ? cgroup : own_cgroup(kCgroups);
  if (!confined_to) return view_through(ProcfsSource::open(), std::nullopt);
  return view_through(CgroupSource::open(*confined_to, kCgroups), confined_to);
}

}  // namespace forestall
