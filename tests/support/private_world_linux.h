// SPDX-License-Identifier: MIT
// A world of its own for tests that kill: private pid and mount namespaces with their own /proc and an empty /run, so
// that no process, no journal and no bus outside can be reached, whatever mistake is made inside.
#pragma once

#include <functional>
#include <string>

namespace forestall::testing {

/// Runs `body` as PID 1 of new pid and mount namespaces (and of a new user namespace where that is what it takes:
/// user_namespaces(7)) and returns its exit code. /proc shows that world alone; /run is an empty tmpfs; no mount made
/// inside is seen outside. Everything inside dies with the caller. Where the kernel does not permit it, `body` runs in
/// the caller's own process and why_not_private() tells why.
int run_in_private_world(const std::function<int()>& body);

/// Empty inside a private world; otherwise why this is none, in words.
const std::string& why_not_private();

/// Looks at the kernel's own evidence and not at a flag: this process is PID 1, and /proc calls it so.
/// What starts a daemon that kills asks this first.
bool is_private_world();

/// False in a user namespace that knows one user only.
bool has_uid(unsigned uid);

}  // namespace forestall::testing
