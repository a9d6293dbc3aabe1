// SPDX-License-Identifier: MIT
// A child of the test, and of nobody else: the only process that a test of the signaller may signal.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include "base/process_stat.h"
#include "base/read_linux.h"
#include "forestall/process.h"
#include "score/status_linux.h"

namespace forestall::testing {

/// Whether `condition` comes true within ten seconds.
inline bool soon(const std::function<bool()>& condition) {
  for (int i = 0; i < 10'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

class OwnChild {
 public:
  /// Runs `life` in the child, which then waits for a signal. Returns when `life` is over.
  explicit OwnChild(const std::function<void()>& life = [] {}) {
    std::array<int, 2> ready{};
    EXPECT_EQ(::pipe2(ready.data(), O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      life();
      const char done = 1;
      if (::write(ready[1], &done, 1) != 1) ::_exit(1);
      while (true) ::pause();
    }
    ::close(ready[1]);
    char done = 0;
    EXPECT_EQ(::read(ready[0], &done, 1), 1);
    ::close(ready[0]);
  }
  ~OwnChild() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  OwnChild(const OwnChild&) = delete;
  OwnChild& operator=(const OwnChild&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] ProcessId id() const { return {pid_, stat().start_time}; }
  /// proc_pid_stat(5), field 3: 'S' while it waits, 'T' while it is halted, 'Z' when its main thread is dead.
  [[nodiscard]] char state() const { return stat().state; }
  /// The signal that ended it. Waits for the end.
  int died_of() {
    const int status = wait();
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }
  /// The exit code with which it ended by itself, or -1. Waits for the end.
  int exited_with() {
    const int status = wait();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  /// Leaves a dead one to be waited for: while its number is its own, the destructor hits nobody else.
  [[nodiscard]] bool is_running() const {
    siginfo_t dead{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &dead, WEXITED | WNOHANG | WNOWAIT) == 0 && dead.si_pid == 0;
  }
  /// What it holds of its own.
  [[nodiscard]] Bytes memory() const {
    const auto status = read_status(AT_FDCWD, ("/proc/" + std::to_string(pid_) + "/status").c_str());
    return status ? status->anon : 0;
  }

 private:
  int wait() {
    int status = 0;
    const bool ended = soon([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; });
    EXPECT_TRUE(ended) << "it lives";
    if (ended) pid_ = -1;
    return status;
  }
  [[nodiscard]] Stat stat() const {
    std::array<char, 2048> buffer{};
    const auto text = read_once(AT_FDCWD, ("/proc/" + std::to_string(pid_) + "/stat").c_str(), buffer);
    const auto stat = text ? parse_stat(*text) : std::nullopt;
    EXPECT_TRUE(stat);
    return stat.value_or(Stat{});
  }

  pid_t pid_ = -1;
};

/// Whether the child's state is `state` within ten seconds.
inline bool comes_to(const OwnChild& child, char state) {
  return soon([&] { return child.state() == state; });
}

}  // namespace forestall::testing
