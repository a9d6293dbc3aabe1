// SPDX-License-Identifier: MIT
// The service manager's end of sd_notify(3): what a daemon says of itself.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/fd_linux.h"

namespace forestall::testing {

class NotifySocket {
 public:
  /// Binds a socket at `path`, which goes into the daemon's NOTIFY_SOCKET.
  explicit NotifySocket(const std::string& path);

  /// Takes everything that waits. Never blocks.
  void drain();
  [[nodiscard]] int fd() const { return socket_.get(); }

  /// How many times "`assignment`" was said, such as "READY=1" or "WATCHDOG=1".
  [[nodiscard]] int count(std::string_view assignment) const;
  /// What was said last of `key`, such as "STATUS"; empty if nothing was.
  [[nodiscard]] std::string latest(std::string_view key) const;

 private:
  Fd socket_;
  std::map<std::string, int, std::less<>> counts_;
  std::map<std::string, std::string, std::less<>> latest_;
};

}  // namespace forestall::testing
