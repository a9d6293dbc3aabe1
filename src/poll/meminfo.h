// SPDX-License-Identifier: MIT
// /proc/meminfo as values. Pure: takes the text, whoever read it.
#pragma once

#include <optional>
#include <string_view>

#include "forestall/sample.h"

namespace forestall {

/// Reads proc_meminfo(5). Where MemAvailable is missing (before Linux 3.14) it is MemFree + Buffers + Cached - Shmem.
/// None unless MemTotal and MemAvailable, or all that it is made of, are there and every number that is used is whole.
std::optional<Meminfo> parse_meminfo(std::string_view text);

}  // namespace forestall
