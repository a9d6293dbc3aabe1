// SPDX-License-Identifier: MIT
#include "score/users_linux.h"

#include <pwd.h>

namespace forestall {

std::optional<std::uint32_t> uid_of(const std::string& user) {
  const passwd* entry = ::getpwnam(user.c_str());
  if (entry == nullptr) return std::nullopt;
  return entry->pw_uid;
}

}  // namespace forestall
