// SPDX-License-Identifier: MIT
// /proc/PID/stat as values. Pure, and fed by strangers: a process may call itself ") Z 1" or put a newline in its name.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "forestall/fixed_string.h"

namespace forestall {

/// From /proc/PID/stat (proc_pid_stat(5)).
struct Stat {
  FixedString<64> comm;
  char state = '?';
  std::int32_t parent = 0;
  std::int32_t process_group = 0;
  bool kernel_thread = false;
  std::uint64_t start_time = 0;
};

/// None if the text is cut or not of that form. The name ends at the last ')' (it may contain others).
std::optional<Stat> parse_stat(std::string_view text);

}  // namespace forestall
