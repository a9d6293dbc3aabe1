// SPDX-License-Identifier: MIT
#include "kill/signaller_linux.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>

#include "base/process_stat.h"
#include "base/read_linux.h"
#include "forestall/ranking.h"

namespace forestall {
namespace {

int open_pidfd(std::int32_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)); }

/// The kernel gives out the lowest number that is free: all below it are in use.
bool leaves_room(const Fd& fd) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return true;
  return static_cast<rlim_t>(fd.get()) + PidfdSignaller::kSpareDescriptors < limit.rlim_cur;
}

/// Without an allocation: this is on the hot path.
std::optional<Stat> stat_of(const std::string& proc, std::int32_t pid) {
  std::array<char, 256> path{};
  std::array<char, 2048> text{};
  std::snprintf(path.data(), path.size(), "%s/%d/stat", proc.c_str(), pid);
  const auto read = read_once(AT_FDCWD, path.data(), text);
  return read ? parse_stat(*read) : std::nullopt;
}

Reach send(const Fd& pidfd, int signal) {
  if (::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0U) == 0) return Reach::done;
  return errno == EPERM ? Reach::not_permitted : Reach::vanished;
}

/// What became of a signal to two, given what became of it for each.
Reach together(Reach a, Reach b) {
  for (const Reach reach : {Reach::done, Reach::not_permitted}) {
    if (a == reach || b == reach) return reach;
  }
  return Reach::vanished;
}

bool is_dead(const Fd& pidfd) {
  pollfd waiting{pidfd.get(), POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 1 && (waiting.revents & POLLIN) != 0;
}

}  // namespace

PidfdSignaller::PidfdSignaller(std::string proc) : proc_(std::move(proc)) { members_.reserve(kMaxMembers); }

bool PidfdSignaller::holds(ProcessId id) const {
  return std::any_of(members_.begin(), members_.end(), [id](const Member& member) { return member.id == id; });
}

Reach PidfdSignaller::hold(ProcessId id) {
  if (holds(id)) return Reach::done;
  if (members_.size() == kMaxMembers) return Reach::vanished;
  Fd pidfd(open_pidfd(id.pid));
  if (!pidfd || (!members_.empty() && !leaves_room(pidfd))) return Reach::vanished;
  // The pidfd is somebody's: whoever has this pid now. Only the start time says that it is who we chose.
  const auto stat = stat_of(proc_, id.pid);
  if (!stat || stat->start_time != id.start_time) return Reach::vanished;
  members_.push_back({id, std::move(pidfd), stat->state == 'T' ? State::stopped : State::running});
  return Reach::done;
}

void PidfdSignaller::halt() {
  for (Member& member : members_) {
    if (member.state != State::running) continue;
    if (send(member.pidfd, SIGSTOP) == Reach::done) member.state = State::halted;
  }
}

Reach PidfdSignaller::terminate() {
  Reach all = Reach::vanished;
  for (const Member& member : members_) all = together(all, send(member.pidfd, SIGTERM));
  // Only now, when SIGTERM awaits each of them: none runs on before it, and none sees another one still unharmed.
  resume_halted();
  return all;
}

Reach PidfdSignaller::kill() {
  Reach all = Reach::vanished;
  for (Member& member : members_) {
    const Reach reach = send(member.pidfd, SIGKILL);
    if (reach == Reach::done) member.state = State::killed;
    all = together(all, reach);
  }
  for (const Member& member : members_) {
    if (member.state == State::killed) reaper_.reap(member.pidfd.get());
  }
  return all;
}

Reach PidfdSignaller::probe() const {
  Reach all = Reach::vanished;
  for (const Member& member : members_) all = together(all, send(member.pidfd, 0));
  return all;
}

/// The dead stay dead: one look at the first who may be alive is enough, however many there are.
bool PidfdSignaller::gone() {
  while (first_alive_ < members_.size() && is_dead(members_[first_alive_].pidfd)) ++first_alive_;
  return first_alive_ == members_.size();
}

void PidfdSignaller::resume_halted() {
  for (Member& member : members_) {
    if (member.state != State::halted) continue;
    send(member.pidfd, SIGCONT);
    member.state = State::running;
  }
}

void PidfdSignaller::release() {
  resume_halted();
  members_.clear();
  first_alive_ = 0;
}

}  // namespace forestall
