// SPDX-License-Identifier: MIT
// What a workload tells its tester: one line on stderr for each trouble.
#pragma once

#include <string_view>

namespace forestall::workload {

inline constexpr int kBadUsage = 2;  ///< exit code

/// Writes "workload: WHAT", and the words for `error` (an errno) if it is not 0, as one line.
void say(std::string_view what, int error = 0);

/// The command line cannot be followed: says why and ends with kBadUsage.
[[noreturn]] void bad_usage(std::string_view why);

}  // namespace forestall::workload
