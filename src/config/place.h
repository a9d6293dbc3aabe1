// SPDX-License-Identifier: MIT
// Where something stands in a configuration file, and the one shape that every complaint about it has.
#pragma once

#include <string>
#include <string_view>

#include "forestall/result.h"

namespace forestall::config {

/// Both count from 1; columns count characters, not bytes.
struct Place {
  unsigned line = 1;
  unsigned column = 1;
};

struct Origin {
  std::string file;
  Place place;
};

/// `FILE:LINE:COLUMN: SENTENCE`, in one line whatever the file is called.
Error error_at(const Origin& origin, std::string_view sentence);

/// `text` in quotes and without harm.
std::string quoted(std::string_view text);

}  // namespace forestall::config
