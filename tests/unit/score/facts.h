// SPDX-License-Identifier: MIT
// Short forms for tests that make up processes.
#pragma once

#include <string_view>

#include "forestall/process.h"
#include "score/cgroup_place.h"

namespace forestall::testing {

inline constexpr std::uint32_t kAlice = 1000;

/// A process of `uid` that holds `memory`, in the cgroup `path`. Its parent is a shell.
inline ProcessFacts process(std::int32_t pid, std::string_view comm, Bytes memory = 0, std::uint32_t uid = kAlice,
                            std::string_view path = "/user.slice/user-1000.slice/session-1.scope") {
  ProcessFacts p;
  p.id = {pid, static_cast<std::uint64_t>(pid) * 10};
  p.parent = 500;
  p.uid = uid;
  p.comm.assign(comm);
  p.anon = memory;
  p.place = parse_cgroup("0::" + std::string(path) + "\n");
  return p;
}

}  // namespace forestall::testing
