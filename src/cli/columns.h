// SPDX-License-Identifier: MIT
// Text in the columns of a terminal: names of strangers must not push what stands beside them out of its place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace forestall::cli {

/// How many columns `text`, which is harmless UTF-8 (escaped()), takes. What a terminal may draw in two columns (East
/// Asian writing and pictures, Unicode Standard Annex 11) counts two; what it may draw in none counts one.
std::size_t columns_of(std::string_view text);

/// Cut to at most so many columns; then "…" is the last of them.
std::string cut(std::string_view text, std::size_t columns);

/// Cut, or filled with blanks to exactly so many columns.
std::string fitted(std::string_view text, std::size_t columns);

}  // namespace forestall::cli
