// SPDX-License-Identifier: MIT
#include "score/process_directory_linux.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "score/status_linux.h"

namespace forestall {

/// "PID/name", made without an allocation.
std::array<char, 48> ProcessDirectory::path_of(std::int32_t pid, const char* name) {
  std::array<char, 48> path;  // NOLINT: filled below
  *fmt::format_to_n(path.data(), path.size() - 1, "{}/{}", pid, name).out = '\0';
  return path;
}

void ProcessDirectory::rewind(const Fd& directory) { ::lseek(directory.get(), 0, SEEK_SET); }

long ProcessDirectory::next(const Fd& directory, char* buffer, std::size_t size) {
  return ::syscall(SYS_getdents64, directory.get(), buffer, size);
}

std::optional<Stat> ProcessDirectory::stat(std::int32_t pid) const {
  std::array<char, 2048> buffer;  // NOLINT: filled by the kernel
  const auto text = read(pid, "stat", buffer);
  return text ? parse_stat(*text) : std::nullopt;
}

std::optional<Status> ProcessDirectory::status(std::int32_t pid) const {
  return read_status(proc_.get(), path_of(pid, "status").data());
}

std::int32_t ProcessDirectory::teller(std::int32_t pid, const Stat& stat) const {
  if (stat.address_space != 0 || stat.threads < 2) return pid;
  const Fd tasks(::openat(proc_.get(), path_of(pid, "task").data(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  std::int32_t teller = pid;
  for_each_number<kKiB>(tasks, [&](std::int32_t thread) {
    const auto its = thread == pid ? std::nullopt : this->stat(thread);
    if (its && its->address_space != 0) teller = thread;
    return teller == pid;
  });
  return teller;
}

std::optional<std::int32_t> ProcessDirectory::newest_pid() const {
  std::array<char, 128> buffer;  // NOLINT: filled by the kernel
  const auto text = read_record(proc_.get(), "loadavg", buffer);
  if (!text) return std::nullopt;
  const std::string_view line = text->substr(0, text->find('\n'));
  const auto pid = parse_unsigned(line.substr(line.rfind(' ') + 1));
  return pid && *pid <= INT32_MAX ? std::optional(static_cast<std::int32_t>(*pid)) : std::nullopt;
}

std::optional<Bytes> ProcessDirectory::anon_of_all() const {
  std::array<char, 8 * kKiB> buffer;  // NOLINT: filled by the kernel
  const auto text = read_record(proc_.get(), "meminfo", buffer);
  return text ? parse_anon_of_machine(*text) : std::nullopt;
}

}  // namespace forestall
