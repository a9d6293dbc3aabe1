// SPDX-License-Identifier: MIT
#include "base/write_linux.h"

#include <unistd.h>

#include <cerrno>

namespace forestall {

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace forestall
