// SPDX-License-Identifier: MIT
#include "cli/drill_watch_linux.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <thread>

#include "base/read_linux.h"
#include "base/text.h"

namespace forestall::cli {
namespace {

/// Times that a process gave up its processor by itself: a loop that waits does so each time round.
struct Waits {
  char state = '?';
  std::uint64_t count = 0;
};

std::optional<Waits> waits_of(std::int32_t pid) {
  std::array<char, 8192> buffer{};
  auto text = read_once(AT_FDCWD, fmt::format("/proc/{}/status", pid).c_str(), buffer);
  if (!text) return std::nullopt;
  Waits waits;
  while (!text->empty()) {
    std::string_view line = take_line(*text);
    const std::string_view key = take_word(line);
    const std::string_view value = take_word(line);
    if (key == "State:" && !value.empty()) waits.state = value.front();
    if (key == "voluntary_ctxt_switches:") waits.count = parse_unsigned(value).value_or(0);
  }
  return waits;
}

}  // namespace

Pulse pulse_of(std::int32_t pid, Duration longest, Duration& waited) {
  constexpr Duration step = std::chrono::milliseconds(10);
  const auto first = waits_of(pid);
  if (!first) return Pulse::unknown;
  for (waited = Duration(0); waited < longest; waited += step) {
    const auto now = waits_of(pid);
    if (!now) return Pulse::none;
    if (now->state == 'T' || now->state == 't') return Pulse::stopped;
    if (now->count != first->count) return Pulse::beats;
    std::this_thread::sleep_for(step);
  }
  return Pulse::none;
}

std::string comm_of(std::int32_t pid) {
  std::array<char, 64> buffer{};
  auto text = read_once(AT_FDCWD, fmt::format("/proc/{}/comm", pid).c_str(), buffer);
  return text ? std::string(take_line(*text)) : "somebody who is gone";
}

std::optional<std::string> config_in_force(std::int32_t pid) {
  std::array<char, 4096> buffer{};
  const auto arguments = read_once(AT_FDCWD, fmt::format("/proc/{}/cmdline", pid).c_str(), buffer);
  return arguments ? config_of(*arguments) : std::nullopt;
}

}  // namespace forestall::cli
