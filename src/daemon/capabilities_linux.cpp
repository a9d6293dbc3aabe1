// SPDX-License-Identifier: MIT
#include "daemon/capabilities_linux.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "base/read_linux.h"
#include "base/text.h"
#include "forestall/ranking.h"

namespace forestall {

bool may_kill_everybody() {
  constexpr unsigned cap_kill = 5;  // include/uapi/linux/capability.h
  constexpr std::string_view key = "CapEff:\t";
  std::array<char, 8192> buffer{};
  auto text = read_once(AT_FDCWD, "/proc/self/status", buffer).value_or(std::string_view{});
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (!line.starts_with(key)) continue;
    std::uint64_t mask = 0;
    std::from_chars(line.data() + key.size(), line.data() + line.size(), mask, 16);
    return (mask >> cap_kill & 1U) != 0;
  }
  return false;
}

void make_room_for_descriptors() {
  // One pidfd for each; the rest is for the reaper's own and for the files of the daemon, which are a few dozen.
  constexpr rlim_t needed = kMaxMembers + 512;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return;
  limit.rlim_cur = std::min(needed, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace forestall
