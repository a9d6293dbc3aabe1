// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace forestall {

/// All of it, however often it takes, and whatever signals come between. False on failure, with errno set; a part may
/// have been written then.
bool write_all(int file, std::string_view text);

}  // namespace forestall
