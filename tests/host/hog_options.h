// SPDX-License-Identifier: MIT
// What forestall_hog was told, and the bounds of what it can be told: whatever stands on its command line, it cannot
// take the whole machine.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "forestall/units.h"

namespace forestall::testing {

enum class HogKind { leak, steady, swarm, respawn };

enum class OnTerm { die, ignore, save };

struct HogOptions {
  HogKind kind = HogKind::steady;
  Bytes rate = 0;  ///< per second
  Bytes start = 0;
  Bytes limit = 0;        ///< of each process
  unsigned children = 0;  ///< of a swarm
  Duration every{0};      ///< from one child to the next
  Duration settle{0};     ///< before it makes a process group of its own, and begets anybody
  OnTerm on_term = OnTerm::die;
  unsigned save_seconds = 0;
  std::string save_file;
  unsigned lifetime = 60;
  bool headless = false;  ///< its first thread exits, and the next does all
  std::string comm;
  std::optional<unsigned> uid;
  int note_fd = -1;
};

/// Ends the program with exit code 2 and the usage text if the command line is not as that says.
HogOptions parse_hog_options(int argc, char** argv);

/// Says why, and how it is to be used, and ends the program with exit code 2.
[[noreturn]] void refuse(std::string_view why);

}  // namespace forestall::testing
