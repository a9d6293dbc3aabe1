// SPDX-License-Identifier: MIT
#include "config/document.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "config/nesting.h"

namespace forestall::config {
namespace {

Place place_of(const toml::source_position& position) {
  return {std::max(position.line, 1U), std::max(position.column, 1U)};
}

Value value_of(const toml::node& node);

Table entries_of(const toml::table& table) {
  Table entries;
  entries.reserve(table.size());
  for (const auto& [key, node] : table) {
    entries.push_back({std::string(key.str()), place_of(key.source().begin), value_of(node)});
  }
  // toml++ keeps its tables sorted by key; whoever reads an error wants the first one in the file.
  const auto position = [](const Entry& entry) { return std::tie(entry.place.line, entry.place.column); };
  std::ranges::sort(entries, std::less{}, position);
  return entries;
}

Array elements_of(const toml::array& array) {
  Array elements;
  elements.reserve(array.size());
  for (const toml::node& node : array) elements.push_back(value_of(node));
  return elements;
}

/// Recursive, but no deeper than nested_too_deep allowed.
Value value_of(const toml::node& node) {
  Value value{place_of(node.source().begin), Moment{}};
  if (const auto* table = node.as_table()) value.data = entries_of(*table);
  if (const auto* array = node.as_array()) value.data = elements_of(*array);
  if (const auto* text = node.as_string()) value.data = text->get();
  if (const auto* integer = node.as_integer()) value.data = integer->get();
  if (const auto* decimal = node.as_floating_point()) value.data = decimal->get();
  if (const auto* flag = node.as_boolean()) value.data = flag->get();
  return value;
}

/// toml++ writes '\n' for a newline it did not expect. Escaping must not turn that into '\\n'.
std::string escaped_once(std::string_view message) {
  std::string text = escaped(message);
  for (std::size_t at = 0; (at = text.find(R"(\\)", at)) != std::string::npos; ++at) text.erase(at, 1);
  return text;
}

Error not_toml(std::string_view file, Place place, std::string_view what) {
  constexpr std::string_view preamble = "Error while parsing ";
  if (what.starts_with(preamble)) what.remove_prefix(preamble.size());
  return error_at(
      {std::string(file), place},
      fmt::format("TOML: {}; allowed is TOML 1.0, with sizes, shares and times in quotes", escaped_once(what)));
}

}  // namespace

Result<Table> read_document(std::string_view file, std::string_view text) {
  if (const auto place = nested_too_deep(text)) {
    return tl::unexpected<Error>(not_toml(file, *place, fmt::format("nested more than {} deep", kDeepestNesting)));
  }
  try {
    return entries_of(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return tl::unexpected<Error>(not_toml(file, place_of(error.source().begin), error.description()));
  } catch (const std::exception& error) {
    return tl::unexpected<Error>(not_toml(file, {}, error.what()));
  } catch (...) {
    return tl::unexpected<Error>(not_toml(file, {}, "the parser failed"));
  }
}

std::string_view kind_of(const Value& value) {
  constexpr std::array<std::string_view, std::variant_size_v<decltype(Value::data)>> names = {
      "a table", "an array", "a string", "an integer", "a decimal number", "a boolean", "a date or time"};
  return names.at(value.data.index());
}

}  // namespace forestall::config
