// SPDX-License-Identifier: MIT
#include "poll/swap_devices.h"

#include "base/text.h"

namespace forestall {
namespace {

std::optional<ZramSwap> parse_zram_swap(std::string_view line) {
  constexpr std::string_view prefix = "/dev/zram";
  const std::string_view name = take_word(line);
  if (!name.starts_with(prefix)) return std::nullopt;
  const auto device = parse_unsigned(name.substr(prefix.size()));
  take_word(line);  // the type: "partition"
  const auto size = parse_unsigned(take_word(line));
  const auto used = parse_unsigned(take_word(line));
  const bool cut = take_word(line).empty();  // the priority comes last: without it `used` may be half a number
  constexpr std::uint64_t largest = UINT64_MAX / kKiB;
  if (cut || !device || *device > UINT32_MAX || !size || !used || *size > largest || *used > *size) return std::nullopt;
  return ZramSwap{static_cast<unsigned>(*device), *size * kKiB, *used * kKiB};
}

}  // namespace

std::optional<ZramSwap> take_zram_swap(std::string_view& rest) {
  while (!rest.empty()) {
    if (const auto swap = parse_zram_swap(take_line(rest))) return swap;
  }
  return std::nullopt;
}

std::optional<ZramStat> parse_zram_stat(std::string_view text) {
  std::string_view line = take_line(text);
  const auto stored = parse_unsigned(take_word(line));
  const auto compressed = parse_unsigned(take_word(line));
  const auto cost = parse_unsigned(take_word(line));
  const bool cut = take_word(line).empty();  // more numbers follow
  if (!stored || !compressed || !cost || cut) return std::nullopt;
  return ZramStat{*stored, *cost};
}

std::optional<Arc> parse_arcstats(std::string_view text) {
  std::optional<Bytes> size, minimum;
  if (!text.ends_with('\n')) return std::nullopt;  // the last number may be half a number
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view key = take_word(line);
    take_word(line);  // the type
    if (key == "size") size = parse_unsigned(trimmed(line));
    if (key == "c_min") minimum = parse_unsigned(trimmed(line));
  }
  if (!size || !minimum) return std::nullopt;
  return Arc{*size, *minimum};
}

}  // namespace forestall
