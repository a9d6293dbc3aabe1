// SPDX-License-Identifier: MIT
// How an unexpected failure travels: as a value, forwarded unchanged to the top, logged there once.
// An ordinary outcome (a victim that is already gone) is an enumerator of its own and never an Error.
#pragma once

#include <cstring>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace forestall {

/// A failure that the function could not handle. `code` is an errno value, or 0 where none applies;
/// `what` names the thing that failed, in words that make sense to an administrator.
struct Error {
  int code = 0;
  std::string what;
  friend bool operator==(const Error&, const Error&) = default;
};

/// What failed, and why: for a person.
inline std::string in_words(const Error& error) {
  return error.code == 0 ? error.what : error.what + ": " + std::strerror(error.code);
}

/// A value, or the Error that prevented it.
template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(int code, std::string what) {
  return tl::unexpected<Error>(Error{code, std::move(what)});
}

}  // namespace forestall
