// SPDX-License-Identifier: MIT
#include "score/status_linux.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/read_linux.h"
#include "base/text.h"

namespace forestall {

std::optional<Status> read_status(int directory, const char* path) {
  const Fd file = open_to_read(directory, path);
  if (!file) return std::nullopt;
  // Longer than every line but "Groups": a process may be in 65536 of them, and its memory is told after that.
  std::array<char, 4 * kKiB> buffer;  // NOLINT: filled below
  StatusLines lines;
  std::size_t kept = 0;  // the beginning of a line that is not yet whole
  bool too_long = false;
  for (off_t at = 0;;) {
    const ssize_t n = ::pread(file.get(), buffer.data() + kept, buffer.size() - kept, at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) break;
    at += n;
    std::string_view rest(buffer.data(), kept + static_cast<std::size_t>(n));
    while (rest.find('\n') != std::string_view::npos) {
      const std::string_view line = take_line(rest);
      if (!std::exchange(too_long, false)) lines.take(line);
    }
    too_long = too_long || rest.size() == buffer.size();
    if (too_long) rest = {};
    kept = static_cast<std::size_t>(std::ranges::copy(rest, buffer.begin()).out - buffer.begin());
  }
  const bool is_cut = kept > 0 || too_long;
  return is_cut ? std::nullopt : lines.status();
}

}  // namespace forestall
