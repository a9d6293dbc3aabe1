// SPDX-License-Identifier: MIT
// Reading small files of procfs and sysfs into a buffer of the caller's. Nothing here allocates.
#pragma once

#include <sys/types.h>

#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "base/fd_linux.h"

namespace forestall {

/// Opens a file for reading, close-on-exec and never blocking. An empty Fd on failure, with errno set.
Fd open_to_read(int directory, const char* path);

/// What the file holds now, from `offset` on, as far as `buffer` reaches. None on failure, with errno set.
std::optional<std::string_view> reread(const Fd& file, std::span<char> buffer, off_t offset = 0);

/// What the file holds now, from its beginning, however long it is: `take` is called for each bufferful and cuts off
/// the whole lines of it. A line that no buffer holds ends the reading, as a failure does: false.
template <typename Take>
bool read_lines(const Fd& file, std::span<char> buffer, Take take) {
  off_t offset = 0;
  std::size_t kept = 0;
  while (true) {
    const auto piece = reread(file, buffer.subspan(kept), offset);
    if (!piece || kept == buffer.size()) return false;
    if (piece->empty()) return true;
    offset += static_cast<off_t>(piece->size());
    std::string_view text(buffer.data(), kept + piece->size());
    take(text);
    std::memmove(buffer.data(), text.data(), text.size());
    kept = text.size();
  }
}

/// The same of a file that the kernel writes as one record (single_open() of fs/seq_file.c, simple_read_from_buffer()):
/// one read gives all of it, or as much as `buffer` holds. Half the system calls, for what is read over and over.
std::optional<std::string_view> reread_record(const Fd& file, std::span<char> buffer);

/// open_to_read, reread or reread_record, close.
std::optional<std::string_view> read_once(int directory, const char* path, std::span<char> buffer);
std::optional<std::string_view> read_record(int directory, const char* path, std::span<char> buffer);

}  // namespace forestall
