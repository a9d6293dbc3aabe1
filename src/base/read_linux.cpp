// SPDX-License-Identifier: MIT
#include "base/read_linux.h"

#include <fcntl.h>

#include <cerrno>

namespace forestall {

Fd open_to_read(int directory, const char* path) {
  return Fd(::openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

std::optional<std::string_view> reread(const Fd& file, std::span<char> buffer, off_t offset) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t n =
        ::pread(file.get(), buffer.data() + filled, buffer.size() - filled, offset + static_cast<off_t>(filled));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) break;
    filled += static_cast<std::size_t>(n);
  }
  return std::string_view(buffer.data(), filled);
}

std::optional<std::string_view> reread_record(const Fd& file, std::span<char> buffer) {
  ssize_t n = -1;
  do {
    n = ::pread(file.get(), buffer.data(), buffer.size(), 0);
  } while (n < 0 && errno == EINTR);
  if (n < 0) return std::nullopt;
  return std::string_view(buffer.data(), static_cast<std::size_t>(n));
}

std::optional<std::string_view> read_once(int directory, const char* path, std::span<char> buffer) {
  const Fd file = open_to_read(directory, path);
  if (!file) return std::nullopt;
  return reread(file, buffer);
}

std::optional<std::string_view> read_record(int directory, const char* path, std::span<char> buffer) {
  const Fd file = open_to_read(directory, path);
  if (!file) return std::nullopt;
  return reread_record(file, buffer);
}

}  // namespace forestall
