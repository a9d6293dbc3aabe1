// SPDX-License-Identifier: MIT
// Sizes, times and counts as they stand on the command line. All must be more than nothing, unless said otherwise: a
// rate of 0 or a limit of 0 is a slip of the pen in a test, and would let it pass for the wrong reason.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace forestall::workload {

using Bytes = std::uint64_t;
using Millis = std::chrono::milliseconds;

inline constexpr Bytes kKiB = 1024;
inline constexpr Bytes kMiB = 1024 * kKiB;
inline constexpr Bytes kGiB = 1024 * kMiB;

/// "512KiB", "40MiB", "1GiB".
std::optional<Bytes> parse_size(std::string_view text);

/// As parse_size, and "0".
std::optional<Bytes> parse_size_or_none(std::string_view text);

/// "250ms", "5s".
std::optional<Millis> parse_time(std::string_view text);

/// "8", and "0".
std::optional<unsigned> parse_count(std::string_view text);

}  // namespace forestall::workload
