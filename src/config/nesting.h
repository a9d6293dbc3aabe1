// SPDX-License-Identifier: MIT
// A bound on how deep a text nests, checked before the TOML parser sees it: that one builds and destroys tables
// recursively, so a header of a hundred thousand dots would exhaust the stack.
#pragma once

#include <optional>
#include <string_view>

#include "config/place.h"

namespace forestall::config {

/// No configuration needs more than three levels.
inline constexpr int kDeepestNesting = 16;

/// Where `text` first has more than kDeepestNesting brackets inside each other or dots in one key. Strings and
/// comments are skipped as TOML 1.0 delimits them; in a text that is not TOML it may see more than there is.
std::optional<Place> nested_too_deep(std::string_view text);

}  // namespace forestall::config
