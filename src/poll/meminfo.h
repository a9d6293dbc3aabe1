// SPDX-License-Identifier: MIT
// /proc/meminfo as values. Pure: takes the text, whoever read it.
#pragma once

#include <optional>
#include <string_view>

#include "forestall/sample.h"

namespace forestall {

/// Reads proc_meminfo(5). None unless MemTotal and either MemAvailable or MemFree are there and every number that
/// is used is whole. Where MemAvailable is missing (before Linux 3.14) it is MemFree + Buffers + Cached - Shmem.
std::optional<Meminfo> parse_meminfo(std::string_view text);

}  // namespace forestall
