// SPDX-License-Identifier: MIT
// An entry of [[protect]], [[avoid]] or [[prefer]] in words.
#pragma once

#include <string>

#include "forestall/config.h"

namespace forestall::cli {

/// "comm = '^java$', user = 'build'": all that must match, made harmless.
std::string entry_in_words(const Match& entry);

}  // namespace forestall::cli
