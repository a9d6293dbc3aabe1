// SPDX-License-Identifier: MIT
#include "config/place.h"

#include <fmt/format.h>

#include "base/text.h"

namespace forestall::config {

Error error_at(const Origin& origin, std::string_view sentence) {
  return {0, fmt::format("{}:{}:{}: {}", escaped(origin.file), origin.place.line, origin.place.column, sentence)};
}

std::string quoted(std::string_view text) { return '"' + escaped(text, 64) + '"'; }

}  // namespace forestall::config
