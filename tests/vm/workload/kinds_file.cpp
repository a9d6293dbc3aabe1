// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>

#include "ending.h"
#include "kinds.h"
#include "memory.h"
#include "message.h"
#include "pace.h"

namespace forestall::workload {
namespace {

/// Reads the file once, from its start to its end. False, and said, if that is not possible.
bool read_through(int fd, const Options& options, std::optional<Pace>& pace) {
  static std::array<std::byte, kMiB> buffer;
  std::uint64_t allowed = 0;  // reads before the next pause
  for (off_t offset = 0;;) {
    const ssize_t got = pread(fd, buffer.data(), buffer.size(), offset);
    if (got < 0 || (got == 0 && offset == 0)) {
      say("cannot read " + options.file + (got == 0 ? ", it is empty" : ""), got < 0 ? errno : 0);
      return false;
    }
    if (got == 0) return true;
    offset += got;
    if (pace && allowed-- == 0) allowed = pace->next() - 1;
  }
}

/// Adds one page to the file; false, and said, when there is no room.
bool append_page(int fd, Content& content, const std::string& path) {
  static std::array<std::byte, kPage> page{};
  content.write(page);
  const ssize_t written = write(fd, page.data(), page.size());
  if (written == static_cast<ssize_t>(page.size())) return true;
  say("no room for more in " + path, written < 0 ? errno : ENOSPC);
  return false;
}

}  // namespace

void run_stream(const Options& options) {
  const int fd = open(options.file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    say("cannot open " + options.file, errno);
    return;
  }
  std::optional<Pace> pace;
  if (options.rate) pace.emplace(*options.rate, kMiB);
  while (read_through(fd, options, pace)) {
  }
}

void run_fill(const Options& options) {
  unlink_at_end(options.file.c_str());
  const int fd = open(options.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) {
    say("cannot create " + options.file, errno);
    return;
  }
  Content content(options.fill);
  Pace pace(*options.rate, kPage);
  for (Bytes written = 0;;) {
    for (std::uint64_t due = pace.next(); due > 0; --due) {
      if (options.size && written >= *options.size) return;
      if (!append_page(fd, content, options.file)) return;
      written += kPage;
    }
  }
}

}  // namespace forestall::workload
