// SPDX-License-Identifier: MIT
// The kinds of values a key can have. Each kind reads a value and checks it, or answers with the sentence
// "what was found; what is allowed" (code 0, no place); and each writes the TOML that it reads back as the same value.
#pragma once

#include <cstdint>
#include <string>

#include "config/document.h"
#include "forestall/ranking.h"
#include "forestall/result.h"
#include "forestall/rules.h"
#include "forestall/units.h"

namespace forestall::config {

struct Flag {
  [[nodiscard]] Result<bool> read(const Value& value) const;
  [[nodiscard]] std::string write(bool flag) const;
};

/// A whole number, `least` to `most`.
struct Whole {
  std::int64_t least;
  std::int64_t most;
  [[nodiscard]] Result<std::int64_t> read(const Value& value) const;
  [[nodiscard]] std::string write(std::int64_t number) const;
};

struct AnySize {
  [[nodiscard]] Result<Size> read(const Value& value) const;
  [[nodiscard]] std::string write(const Size& size) const;
};

struct ShareIn {
  Share least;
  Share most;
  [[nodiscard]] Result<Share> read(const Value& value) const;
  [[nodiscard]] std::string write(Share share) const;
};

struct DurationIn {
  Duration least;
  Duration most;
  [[nodiscard]] Result<Duration> read(const Value& value) const;
  [[nodiscard]] std::string write(Duration duration) const;
};

/// What a rule may ask for. `none` cannot be asked for.
struct ActionName {
  [[nodiscard]] Result<Action> read(const Value& value) const;
  [[nodiscard]] std::string write(Action action) const;
};

/// What is ended.
struct KindName {
  [[nodiscard]] Result<Kind> read(const Value& value) const;
  [[nodiscard]] std::string write(Kind kind) const;
};

/// 1 to 64 of A-Z a-z 0-9 . _ -, so that it can stand in a journal field or a file name as it is.
struct RuleName {
  [[nodiscard]] Result<std::string> read(const Value& value) const;
  [[nodiscard]] std::string write(const std::string& name) const;
};

/// Not empty and without control characters. Whether there is such a user is not asked here.
struct UserName {
  [[nodiscard]] Result<std::string> read(const Value& value) const;
  [[nodiscard]] std::string write(const std::string& name) const;
};

/// A pattern that base/pattern.h accepts. The empty one would match everything: refused.
struct Pattern {
  [[nodiscard]] Result<std::string> read(const Value& value) const;
  [[nodiscard]] std::string write(const std::string& pattern) const;
};

}  // namespace forestall::config
