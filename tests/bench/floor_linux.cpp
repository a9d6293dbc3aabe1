// SPDX-License-Identifier: MIT
#include "bench/floor_linux.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <thread>

#include "base/fd_linux.h"
#include "base/read_linux.h"

namespace forestall::bench {
namespace {

struct Entry {  // linux_dirent64, getdents64(2)
  std::uint64_t inode;
  std::int64_t offset;
  std::uint16_t length;
  std::uint8_t type;
  char name[1];
};

bool is_pid(const char* name) { return name[0] >= '1' && name[0] <= '9'; }

ssize_t read_at(int directory, const char* path, char* buffer, std::size_t size) {
  const Fd file(::openat(directory, path, O_RDONLY | O_CLOEXEC));
  return file ? ::read(file.get(), buffer, size) : -1;
}

}  // namespace

std::size_t read_everybody() {
  static const Fd proc(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ::lseek(proc.get(), 0, SEEK_SET);
  alignas(Entry) std::array<char, 32768> entries;  // NOLINT: filled by the kernel
  std::array<char, 256> text;                      // NOLINT: likewise
  std::array<char, 32> path;                       // NOLINT: likewise
  std::size_t seen = 0;
  while (true) {
    const long filled = ::syscall(SYS_getdents64, proc.get(), entries.data(), entries.size());
    if (filled <= 0) return seen;
    for (long at = 0; at < filled;) {
      const auto* entry = reinterpret_cast<const Entry*>(entries.data() + at);
      at += entry->length;
      if (!is_pid(entry->name)) continue;
      const std::size_t length = std::strlen(entry->name);
      std::memcpy(path.data(), entry->name, length);
      std::memcpy(path.data() + length, "/statm", sizeof "/statm");
      if (read_at(proc.get(), path.data(), text.data(), text.size()) > 0) ++seen;
    }
  }
}

bool read_and_reach(std::int32_t pid) {
  std::array<char, 32> path{};
  std::array<char, 4096> text;  // NOLINT: filled by the kernel
  std::snprintf(path.data(), path.size(), "/proc/%d/status", pid);
  if (read_at(AT_FDCWD, path.data(), text.data(), text.size()) <= 0) return false;
  const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
  return ::syscall(SYS_pidfd_send_signal, pidfd.get(), 0, nullptr, 0U) == 0;
}

void wake_every(Duration interval) {
  const std::array<Fd, 2> files = {open_to_read(AT_FDCWD, "/proc/meminfo"),
                                   open_to_read(AT_FDCWD, "/proc/pressure/memory")};
  std::array<char, 4096> text;  // NOLINT: filled by the kernel
  while (std::ranges::all_of(files, [&](const Fd& f) { return ::pread(f.get(), text.data(), text.size(), 0) > 0; })) {
    std::this_thread::sleep_for(interval);
  }
}

}  // namespace forestall::bench
