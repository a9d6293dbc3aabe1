// SPDX-License-Identifier: MIT
// /proc/pressure/memory as values. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "forestall/sample.h"

namespace forestall {

/// Reads the `total=` fields (µs) of "some" and "full" (kernel: Documentation/accounting/psi.rst).
/// None unless both are there and whole.
std::optional<PressureTotals> parse_pressure(std::string_view text);

}  // namespace forestall
