// SPDX-License-Identifier: MIT
// Whether what is shown on a terminal may have colours.
#pragma once

#include <cstdlib>

namespace forestall {

/// Unless whoever looks has said no: NO_COLOR is set and not empty (https://no-color.org).
inline bool wants_colours() {
  const char* no = std::getenv("NO_COLOR");
  return no == nullptr || *no == '\0';
}

}  // namespace forestall
