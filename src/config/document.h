// SPDX-License-Identifier: MIT
// A TOML text as plain values, each with its place and in the order of the file. document.cpp is the one file that
// includes toml++; no exception leaves it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/place.h"

namespace forestall::config {

struct Value;
struct Entry;
using Array = std::vector<Value>;
using Table = std::vector<Entry>;  ///< in the order of the file
struct Moment {};                  ///< a date or a time: nothing that any key could take

struct Value {
  Place place;
  std::variant<Table, Array, std::string, std::int64_t, double, bool, Moment> data;
};

struct Entry {
  std::string key;
  Place place;  ///< of the key
  Value value;
};

/// The root table of `text`. Text that is not TOML 1.0, or that nests deeper than any configuration needs, is an error
/// of one line.
Result<Table> read_document(std::string_view file, std::string_view text);

/// "a string", "an integer", "a table": for messages.
std::string_view kind_of(const Value& value);

}  // namespace forestall::config
