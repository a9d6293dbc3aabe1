// SPDX-License-Identifier: MIT
#include "message.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace forestall::workload {

void say(std::string_view what, int error) {
  std::string line = "workload: ";
  line += what;
  if (error != 0) {
    line += ": ";
    line += std::strerror(error);
  }
  line += '\n';
  // One write, or the lines of many children would mix. There is nobody to tell when stderr itself fails.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

void bad_usage(std::string_view why) {
  say(why);
  std::exit(kBadUsage);
}

}  // namespace forestall::workload
