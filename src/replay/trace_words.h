// SPDX-License-Identifier: MIT
// Strangers' text as one word of a trace.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace forestall {

/// `text` as one word of printable ASCII that is neither "=" nor "-" unless it is empty.
std::string encoded(std::string_view text);
/// None if it is no word that encoded() gives.
std::optional<std::string> decoded(std::string_view word);

}  // namespace forestall
