// SPDX-License-Identifier: MIT
// Reading small files of procfs and sysfs into a buffer of the caller's. Nothing here allocates.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/fd_linux.h"

namespace forestall {

/// Opens a file for reading, close-on-exec and never blocking. An empty Fd on failure, with errno set.
Fd open_to_read(int directory, const char* path);

/// What the file holds now, from its beginning, as far as `buffer` reaches. None on failure, with errno set.
std::optional<std::string_view> reread(const Fd& file, std::span<char> buffer);

/// open_to_read, reread, close.
std::optional<std::string_view> read_once(int directory, const char* path, std::span<char> buffer);

}  // namespace forestall
