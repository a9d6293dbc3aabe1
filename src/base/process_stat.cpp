// SPDX-License-Identifier: MIT
#include "base/process_stat.h"

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
  for (int field = 6; field <= 8; ++field) take_word(rest);
  const auto flags = parse_unsigned(take_word(rest));  // field 9
  for (int field = 10; field <= 21; ++field) take_word(rest);
  const auto start_time = parse_unsigned(take_word(rest));  // field 22
  const auto is_pid = [](const auto& n) { return n && *n >= 0 && *n <= INT32_MAX; };
  if (state.size() != 1 || !is_pid(parent) || !is_pid(process_group) || !flags || !start_time) return std::nullopt;
  stat.state = state[0];
  stat.parent = static_cast<std::int32_t>(*parent);
  stat.process_group = static_cast<std::int32_t>(*process_group);
  stat.kernel_thread = (*flags & kPfKthread) != 0;
  stat.start_time = *start_time;
  return stat;
}

}  // namespace forestall
