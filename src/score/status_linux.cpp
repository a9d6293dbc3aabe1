// SPDX-License-Identifier: MIT
#include "score/status_linux.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "base/read_linux.h"

namespace forestall {

std::optional<Status> read_status(int directory, const char* path) {
  const Fd file = open_to_read(directory, path);
  if (!file) return std::nullopt;
  // Room for all lines but "Groups": a process may be in 65536 of them, and the lines with its memory come after.
  std::array<char, 8 * kKiB> buffer;  // NOLINT: filled below
  std::size_t kept = 0;
  bool in_long_line = false;
  for (off_t at = 0;;) {
    char* const fresh = buffer.data() + kept;
    const ssize_t n = ::pread(file.get(), fresh, buffer.size() - kept, at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) break;
    at += n;
    char* const end = fresh + n;
    char* const begin = in_long_line ? std::find(fresh, end, '\n') : fresh;
    if (in_long_line && begin == end) continue;
    kept = static_cast<std::size_t>(std::copy(begin + (in_long_line ? 1 : 0), end, fresh) - buffer.data());
    in_long_line = kept == buffer.size();
    if (in_long_line) kept = std::string_view(buffer.data(), kept).rfind('\n') + 1;  // npos + 1 is 0
  }
  return parse_status({buffer.data(), kept});
}

}  // namespace forestall
