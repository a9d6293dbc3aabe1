// SPDX-License-Identifier: MIT
// /proc/PID/stat as values. Pure, and fed by strangers: a process may call itself ") Z 1" or put a newline in its name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "forestall/fixed_string.h"
#include "forestall/units.h"

namespace forestall {

/// From /proc/PID/stat (proc_pid_stat(5)).
struct Stat {
  FixedString<64> comm;
  char state = '?';
  std::int32_t parent = 0;
  std::int32_t process_group = 0;
  std::int32_t terminal = 0;  ///< its controlling terminal as a device number (fs/proc/array.c); 0: none
  bool kernel_thread = false;
  std::int32_t nice = 0;
  Duration cpu_time{0};  ///< in user and kernel mode, of all its threads
  std::uint32_t threads = 1;
  std::uint64_t start_time = 0;
  Bytes address_space = 0;  ///< field 23; 0: it has none, and so no memory, any more
};

/// None if the text is cut or not of that form. The name ends at the last ')' (it may contain others).
std::optional<Stat> parse_stat(std::string_view text);

/// What is below /dev for Stat::terminal: "pts/3", "tty2", "ttyS0" (Documentation/admin-guide/devices.txt of Linux).
/// Empty for none, and for what is none of these.
std::string name_of_terminal(std::int32_t device);

}  // namespace forestall
