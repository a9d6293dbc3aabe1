// SPDX-License-Identifier: MIT
#include "support/notify_socket_linux.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/text.h"

namespace forestall::testing {

NotifySocket::NotifySocket(const std::string& path) {
  unlink(path.c_str());
  socket_ = Fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::system_error(errno, std::generic_category(), path);
  }
}

void NotifySocket::drain() {
  std::array<char, 8192> buffer;
  while (true) {
    const ssize_t n = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (n < 0) return;
    std::string_view rest(buffer.data(), static_cast<std::size_t>(n));
    while (!rest.empty()) {
      const std::string_view line = take_line(rest);
      ++counts_[std::string(line)];
      const std::size_t equals = line.find('=');
      if (equals != std::string_view::npos) latest_[std::string(line.substr(0, equals))] = line.substr(equals + 1);
    }
  }
}

int NotifySocket::count(std::string_view assignment) const {
  const auto found = counts_.find(assignment);
  return found == counts_.end() ? 0 : found->second;
}

std::string NotifySocket::latest(std::string_view key) const {
  const auto found = latest_.find(key);
  return found == latest_.end() ? std::string() : found->second;
}

}  // namespace forestall::testing
