// SPDX-License-Identifier: MIT
#include "kill/signaller_linux.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include "base/process_stat.h"
#include "base/read_linux.h"

namespace forestall {
namespace {

int open_pidfd(std::int32_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)); }

/// Without an allocation: this is on the hot path.
std::optional<std::uint64_t> start_time_of(const std::string& proc, std::int32_t pid) {
  std::array<char, 256> path{};
  std::array<char, 2048> text{};
  std::snprintf(path.data(), path.size(), "%s/%d/stat", proc.c_str(), pid);
  const auto read = read_once(AT_FDCWD, path.data(), text);
  const auto stat = read ? parse_stat(*read) : std::nullopt;
  return stat ? std::optional(stat->start_time) : std::nullopt;
}

Reach send(const Fd& pidfd, int signal) {
  if (::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0U) == 0) return Reach::done;
  return errno == EPERM ? Reach::not_permitted : Reach::vanished;
}

}  // namespace

Reach PidfdSignaller::hold(ProcessId id) {
  pidfd_ = Fd(open_pidfd(id.pid));
  if (!pidfd_) return Reach::vanished;
  // The pidfd is somebody's: whoever has this pid now. Only the start time says that it is who we chose.
  if (start_time_of(proc_, id.pid) == id.start_time) return Reach::done;
  pidfd_.close();
  return Reach::vanished;
}

Reach PidfdSignaller::terminate() { return send(pidfd_, SIGTERM); }

Reach PidfdSignaller::kill() {
  const Reach reach = send(pidfd_, SIGKILL);
  if (reach == Reach::done) reaper_.reap(pidfd_.get());
  return reach;
}

Reach PidfdSignaller::probe() const { return send(pidfd_, 0); }

bool PidfdSignaller::gone() {
  if (!pidfd_) return true;
  pollfd waiting{pidfd_.get(), POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 1 && (waiting.revents & POLLIN) != 0;
}

}  // namespace forestall
