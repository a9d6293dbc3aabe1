// SPDX-License-Identifier: MIT
// Patterns that people write and that are held against text from strangers: RE2, whose time is linear in the text.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "forestall/result.h"

namespace re2 {
class RE2;
}

namespace forestall {

/// A compiled pattern; copies share it. https://github.com/google/re2/wiki/Syntax
class Pattern {
 public:
  /// RE2's own complaint if the text is no pattern, or one that compiles to more than 1 MiB.
  static Result<Pattern> compile(const std::string& text);

  /// Anywhere in `text`, unless the pattern pins itself down with ^ and $. Text is bytes: nothing in it is malformed.
  [[nodiscard]] bool found_in(std::string_view text) const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> expression) : expression_(std::move(expression)) {}
  std::shared_ptr<const re2::RE2> expression_;
};

}  // namespace forestall
