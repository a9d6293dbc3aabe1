// SPDX-License-Identifier: MIT
#include "base/process_stat.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace forestall {
namespace {

/// include/linux/sched.h; part of the kernel's ABI as field 9 of stat.
constexpr std::uint64_t kPfKthread = 0x00200000;

}  // namespace

std::optional<Stat> parse_stat(std::string_view text) {
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  // A whole line ends in a newline: without it the last number may be half a number.
  if (!text.ends_with('\n')) return std::nullopt;
  Stat stat;
  stat.comm.assign(text.substr(open + 1, close - open - 1));
  std::string_view rest = text.substr(close + 1);
  rest.remove_suffix(1);

  const std::string_view state = take_word(rest);  // field 3
  const auto parent = parse_signed(take_word(rest));
  const auto process_group = parse_signed(take_word(rest));
  take_word(rest);
  const auto terminal = parse_signed(take_word(rest));  // field 7
  take_word(rest);
  const auto flags = parse_unsigned(take_word(rest));  // field 9
  for (int field = 10; field <= 13; ++field) take_word(rest);
  const auto user_time = parse_unsigned(take_word(rest));  // field 14
  const auto system_time = parse_unsigned(take_word(rest));
  for (int field = 16; field <= 18; ++field) take_word(rest);
  const auto nice = parse_signed(take_word(rest));  // field 19
  const auto threads = parse_unsigned(take_word(rest));
  take_word(rest);
  const auto start_time = parse_unsigned(take_word(rest));  // field 22
  const auto address_space = parse_unsigned(take_word(rest));
  const auto is_pid = [](const auto& n) { return n && *n >= 0 && *n <= INT32_MAX; };
  if (state.size() != 1 || !is_pid(parent) || !is_pid(process_group) || !flags || !start_time || !address_space)
    return std::nullopt;
  if (!terminal || *terminal < INT32_MIN || *terminal > INT32_MAX || !user_time || !system_time || !nice ||
      *nice < -20 || *nice > 19 || !threads || *threads > UINT32_MAX)
    return std::nullopt;
  stat.state = state[0];
  stat.parent = static_cast<std::int32_t>(*parent);
  stat.process_group = static_cast<std::int32_t>(*process_group);
  stat.terminal = static_cast<std::int32_t>(*terminal);
  stat.kernel_thread = (*flags & kPfKthread) != 0;
  stat.nice = static_cast<std::int32_t>(*nice);
  stat.cpu_time = of_ticks(*user_time + std::min(*system_time, UINT64_MAX - *user_time));
  stat.threads = static_cast<std::uint32_t>(*threads);
  stat.start_time = *start_time;
  stat.address_space = *address_space;
  return stat;
}

std::string name_of_terminal(std::int32_t device) {
  // new_encode_dev, include/linux/kdev_t.h
  const auto number = static_cast<std::uint32_t>(device);
  const std::uint32_t major = (number >> 8U) & 0xFFFU;
  const std::uint32_t minor = (number & 0xFFU) | ((number >> 12U) & 0xFFF00U);
  constexpr std::uint32_t consoles = 4, first_serial = 64, pseudo_terminals = 136;
  if (major == pseudo_terminals) return fmt::format("pts/{}", minor);
  if (major != consoles) return {};
  return minor < first_serial ? fmt::format("tty{}", minor) : fmt::format("ttyS{}", minor - first_serial);
}

}  // namespace forestall
