// SPDX-License-Identifier: MIT
// A dbus-daemon of our own, with the rules of a system bus and our policy, which can be ended and started anew.
#pragma once

#include <sys/types.h>

#include <string>

namespace forestall::testing {

class PrivateBus {
 public:
  /// Who may own the name, in place of the account that the policy names; where it listens, instead of in a directory
  /// of its own.
  explicit PrivateBus(const std::string& owner = "root", std::string socket = {});
  ~PrivateBus();
  PrivateBus(const PrivateBus&) = delete;
  PrivateBus& operator=(const PrivateBus&) = delete;

  /// Throws where there is no dbus-daemon (Debian package dbus-daemon): without it nothing is proven.
  void start();
  /// SIGKILL. Its clients see the end of their sockets.
  void kill();
  /// SIGSTOP and SIGCONT: it is there, and does nothing.
  void halt(bool is_halted = true) const;
  [[nodiscard]] std::string address() const { return "unix:path=" + socket_; }

 private:
  std::string directory_;
  std::string socket_;
  pid_t pid_ = -1;
};

}  // namespace forestall::testing
