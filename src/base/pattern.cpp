// SPDX-License-Identifier: MIT
#include "base/pattern.h"

#include <re2/re2.h>

#include <utility>

namespace forestall {

Result<Pattern> Pattern::compile(const std::string& text) {
  constexpr std::int64_t most_memory = 1 << 20;
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(most_memory);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  auto expression = std::make_shared<const re2::RE2>(text, options);
  if (!expression->ok()) return failure(0, expression->error());
  return Pattern(std::move(expression));
}

bool Pattern::found_in(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression_);
}

}  // namespace forestall
