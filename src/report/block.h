// SPDX-License-Identifier: MIT
// One event of an incident as a block that a person can read on a terminal.
#pragma once

#include <string>

#include "forestall/incident.h"

namespace forestall {

/// Several lines, the last ending in a newline. With `colours` by ANSI escapes (ECMA-48), otherwise plain.
std::string block(Event event, const Incident& incident, bool colours);

}  // namespace forestall
