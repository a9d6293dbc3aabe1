// SPDX-License-Identifier: MIT
// /proc as the directory of processes: who there is by number, and the files of each. What is read decides whom to
// kill, so nothing here allocates, or waits for another process's memory.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "base/fd_linux.h"
#include "base/process_stat.h"
#include "base/read_linux.h"
#include "base/text.h"
#include "score/process_files.h"

namespace forestall {

class ProcessDirectory {
 public:
  /// An open /proc, or what stands for it.
  explicit ProcessDirectory(Fd proc) : proc_(std::move(proc)) {}

  /// A file of one process, as far as `buffer` reaches: all that are read here are one record (fs/proc/base.c). None if
  /// it, or the process, is not there.
  template <std::size_t N>
  [[nodiscard]] std::optional<std::string_view> read(std::int32_t pid, const char* name,
                                                     std::array<char, N>& buffer) const {
    return read_record(proc_.get(), path_of(pid, name).data(), buffer);
  }
  [[nodiscard]] std::optional<Stat> stat(std::int32_t pid) const;
  [[nodiscard]] std::optional<Status> status(std::int32_t pid) const;

  /// Whose files tell what process `pid` holds: its own, or, once its first thread has exited while others go on, those
  /// of one of the others, which are found in the same way. A thread that exits lets go of its memory before all else,
  /// and may long hang in what comes after (do_exit() of kernel/exit.c): what counts is not its state.
  [[nodiscard]] std::int32_t teller(std::int32_t pid, const Stat& stat) const;

  /// Calls `visit` with every pid there is.
  template <typename Visit>
  void for_each_pid(Visit visit) const {
    rewind(proc_);
    for_each_number<8 * kKiB>(proc_, [&](std::int32_t pid) {
      visit(pid);
      return true;
    });
  }

  /// The pid that was given last, to a thread perhaps: the last word of loadavg (proc_loadavg(5)).
  [[nodiscard]] std::optional<std::int32_t> newest_pid() const;

  /// Anonymous memory of all processes, swapped out or not.
  [[nodiscard]] std::optional<Bytes> anon_of_all() const;

 private:
  struct Entry {  // linux_dirent64, getdents64(2)
    std::uint64_t inode;
    std::int64_t offset;
    std::uint16_t length;
    std::uint8_t type;
    char name[1];
  };
  /// From where it stands, until `visit` returns false. Not readdir(3), which would allocate.
  template <std::size_t N, typename Visit>
  static void for_each_number(const Fd& directory, Visit visit) {
    alignas(Entry) std::array<char, N> buffer;  // NOLINT: filled by the kernel
    for (long filled = 0; (filled = next(directory, buffer.data(), buffer.size())) > 0;) {
      for (long at = 0; at < filled;) {
        const auto* entry = reinterpret_cast<const Entry*>(buffer.data() + at);
        at += entry->length;
        const auto number = parse_unsigned(entry->name);
        if (number && *number <= INT32_MAX && !visit(static_cast<std::int32_t>(*number))) return;
      }
    }
  }
  static std::array<char, 48> path_of(std::int32_t pid, const char* name);
  static void rewind(const Fd& directory);
  static long next(const Fd& directory, char* buffer, std::size_t size);

  Fd proc_;
};

}  // namespace forestall
