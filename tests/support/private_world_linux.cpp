// SPDX-License-Identifier: MIT
#include "support/private_world_linux.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string_view>

namespace forestall::testing {
namespace {

std::string refusal = "run_in_private_world() was not called";

std::string refused(std::string_view what) { return fmt::format("{} is not permitted: {}", what, strerror(errno)); }

bool write_to(const char* path, const std::string& text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool whole = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  return whole;
}

/// Root needs no user namespace; everybody else does, and becomes root in it.
std::string leave_namespaces() {
  constexpr int spaces = CLONE_NEWPID | CLONE_NEWNS;
  if (unshare(spaces) == 0) return {};
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  if (unshare(spaces | CLONE_NEWUSER) != 0) return refused("making pid, mount and user namespaces");
  const bool mapped = write_to("/proc/self/setgroups", "deny") &&
                      write_to("/proc/self/uid_map", fmt::format("0 {} 1", uid)) &&
                      write_to("/proc/self/gid_map", fmt::format("0 {} 1", gid));
  return mapped ? std::string() : refused("mapping the user of the new namespace");
}

std::string furnish() {
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return refused("making mounts private");
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) return refused("mounting /proc");
  if (mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=64m") != 0) return refused("mounting /run");
  return {};
}

/// The life of PID 1 inside. SIGKILL from outside is the one signal that PID 1 cannot miss (pid_namespaces(7)).
int inside(const std::function<int()>& body) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  refusal = furnish();
  if (refusal.empty() && !is_private_world()) refusal = "the new /proc does not show the new pid namespace";
  const int code = body();
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  std::fflush(nullptr);
  return code;
}

}  // namespace

int run_in_private_world(const std::function<int()>& body) {
  refusal = leave_namespaces();
  if (!refusal.empty()) return body();
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) {
    refusal = refused("fork");
    return body();
  }
  if (child == 0) std::_Exit(inside(body));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

const std::string& why_not_private() { return refusal; }

bool is_private_world() {
  std::array<char, 16> self{};
  const ssize_t n = readlink("/proc/self", self.data(), self.size());
  return getpid() == 1 && n == 1 && self[0] == '1';
}

bool has_uid(unsigned uid) {
  std::ifstream map("/proc/self/uid_map");
  for (unsigned long first = 0, outside = 0, count = 0; map >> first >> outside >> count;) {
    if (uid >= first && uid - first < count) return true;
  }
  return false;
}

}  // namespace forestall::testing
