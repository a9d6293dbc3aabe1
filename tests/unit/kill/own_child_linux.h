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
  [[nodiscard]] ProcessId id() const {
    std::array<char, 2048> buffer{};
    const auto text = read_once(AT_FDCWD, ("/proc/" + std::to_string(pid_) + "/stat").c_str(), buffer);
    const auto stat = text ? parse_stat(*text) : std::nullopt;
    EXPECT_TRUE(stat);
    return {pid_, stat ? stat->start_time : 0};
  }
  /// The signal that ended it. Waits for the end.
  int died_of() {
    int status = 0;
    EXPECT_EQ(::waitpid(pid_, &status, 0), pid_);
    pid_ = -1;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }
  [[nodiscard]] bool is_running() const { return ::waitpid(pid_, nullptr, WNOHANG) == 0; }
  /// What it holds of its own.
  [[nodiscard]] Bytes memory() const {
    const auto status = read_status(AT_FDCWD, ("/proc/" + std::to_string(pid_) + "/status").c_str());
    return status ? status->anon : 0;
  }

 private:
  pid_t pid_ = -1;
};

/// Whether `condition` comes true within ten seconds.
inline bool soon(const std::function<bool()>& condition) {
  for (int i = 0; i < 10'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace forestall::testing
