// SPDX-License-Identifier: MIT
// User names as numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace forestall {

/// The uid of a user (getpwnam(3)); none if there is no such user, or the user database cannot be asked.
std::optional<std::uint32_t> uid_of(const std::string& user);

}  // namespace forestall
