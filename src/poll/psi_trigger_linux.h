// SPDX-License-Identifier: MIT
// The kernel's alarm clock for stalls: wakes the loop before the next look is due. It only wakes; the evaluator judges.
#pragma once

#include <optional>
#include <string>

#include "base/fd_linux.h"
#include "forestall/units.h"

namespace forestall {

struct PsiTrigger {
  Fd file;          ///< POLLPRI when it fires, POLLERR when it is gone
  Duration window;  ///< what the kernel granted
};

/// Registers "some task stood still for a tenth of the window" (kernel: Documentation/accounting/psi.rst).
/// With CAP_SYS_RESOURCE the window is 1 s; without it the kernel grants only multiples of 2 s, so 2 s is tried next.
/// None where neither is to be had: then the timer alone wakes the loop.
std::optional<PsiTrigger> set_psi_trigger(const std::string& path = "/proc/pressure/memory");

}  // namespace forestall
