// SPDX-License-Identifier: MIT
#include "poll/psi_trigger_linux.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

namespace forestall {

std::optional<PsiTrigger> set_psi_trigger(const std::string& path) {
  using std::chrono::microseconds;
  using std::chrono::seconds;
  for (const microseconds window : {microseconds(seconds(1)), microseconds(seconds(2))}) {
    Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
    if (!file) return std::nullopt;
    const std::string trigger = fmt::format("some {} {}", (window / 10).count(), window.count());
    // The kernel wants the terminating zero to be part of what is written.
    if (::write(file.get(), trigger.c_str(), trigger.size() + 1) >= 0) return PsiTrigger{std::move(file), window};
  }
  return std::nullopt;
}

}  // namespace forestall
