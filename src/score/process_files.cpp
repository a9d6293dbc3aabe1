// SPDX-License-Identifier: MIT
#include "score/process_files.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace forestall {
namespace {

/// The process may have ended while its file was read: without a newline at the end the last number may be half a
/// number.
bool is_cut(std::string_view text) { return !text.ends_with('\n'); }

/// "00000000,00000003": groups of 32 bits, the highest first (proc_pid_status(5), Mems_allowed).
std::optional<NodeMask> parse_node_mask(std::string_view text) {
  NodeMask mask = 0;
  while (!text.empty()) {
    const std::string_view group = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), group.size() + 1));
    std::uint32_t bits = 0;
    const auto [end, error] = std::from_chars(group.data(), group.data() + group.size(), bits, 16);
    if (error != std::errc{} || end != group.data() + group.size() || mask >> 32U != 0) return std::nullopt;
    mask = mask << 32U | bits;
  }
  return mask == 0 ? std::nullopt : std::optional(mask);
}

}  // namespace

void StatusLines::take(std::string_view line) {
  struct Amount {
    std::string_view key;
    Bytes* value;
  };
  const std::array<Amount, 4> amounts = {{{"RssAnon", &status_.anon},
                                          {"RssShmem", &status_.shmem},
                                          {"VmSwap", &status_.swap},
                                          {"VmPTE", &status_.page_tables}}};
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  std::string_view value = line.substr(colon + 1);
  if (line.substr(0, colon) == "Uid") {
    const auto uid = parse_unsigned(take_word(value));
    all_whole_ = all_whole_ && uid && *uid <= UINT32_MAX;
    status_.uid = static_cast<std::uint32_t>(uid.value_or(0));
    has_uid_ = true;
    return;
  }
  if (line.substr(0, colon) == "Tgid") {
    status_.process = static_cast<std::int32_t>(parse_unsigned(trimmed(value)).value_or(0));
    return;
  }
  if (line.substr(0, colon) == "Mems_allowed") {
    status_.nodes = parse_node_mask(trimmed(value)).value_or(kAllNodes);
    return;
  }
  const auto* known = std::ranges::find(amounts, line.substr(0, colon), &Amount::key);
  if (known == amounts.end()) return;
  const auto bytes = parse_kib(value);
  all_whole_ = all_whole_ && bytes;
  *known->value = bytes.value_or(0);
}

std::optional<Status> StatusLines::status() const {
  return has_uid_ && all_whole_ ? std::optional(status_) : std::nullopt;
}

std::optional<Status> parse_status(std::string_view text) {
  if (is_cut(text)) return std::nullopt;
  StatusLines lines;
  while (!text.empty()) lines.take(take_line(text));
  return lines.status();
}

std::optional<std::uint64_t> parse_anon_pages(std::string_view text) {
  if (is_cut(text)) return std::nullopt;
  std::string_view line = take_line(text);
  const auto size = parse_unsigned(take_word(line));
  const auto resident = parse_unsigned(take_word(line));
  const auto shared = parse_unsigned(take_word(line));
  if (!size || !resident || !shared) return std::nullopt;
  return *resident - std::min(*resident, *shared);
}

std::optional<CgroupCharge> parse_charge_of_cgroup(std::string_view text) {
  if (is_cut(text)) return std::nullopt;
  const auto anon = parse_unsigned(trimmed(line_of(text, "anon")));
  const auto shmem = parse_unsigned(trimmed(line_of(text, "shmem")));
  if (!anon || !shmem) return std::nullopt;
  return CgroupCharge{*anon, *shmem};
}

std::optional<NodeMask> parse_nodes_of_cgroup(std::string_view text, Bytes at_least) {
  if (is_cut(text)) return std::nullopt;
  std::string_view line = line_of(text, "anon");
  NodeMask mask = 0;
  // N0=1048576 N1=0
  for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
    const std::size_t equals = word.find('=');
    if (!word.starts_with('N') || equals == std::string_view::npos) return std::nullopt;
    const auto node = parse_unsigned(word.substr(1, equals - 1));
    const auto bytes = parse_unsigned(word.substr(equals + 1));
    if (!node || !bytes || *node > 63) return std::nullopt;
    if (*bytes >= at_least) mask |= NodeMask{1} << *node;
  }
  return mask != 0 ? std::optional(mask) : std::nullopt;
}

std::optional<Bytes> parse_anon_of_machine(std::string_view text) {
  if (is_cut(text)) return std::nullopt;
  std::optional<Bytes> anon, swap, free;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view key = take_word(line);
    if (key == "AnonPages:") anon = parse_kib(line);
    if (key == "SwapTotal:") swap = parse_kib(line);
    if (key == "SwapFree:") free = parse_kib(line);
  }
  if (!anon || !swap || !free) return std::nullopt;
  return *anon + *swap - std::min(*swap, *free);
}

std::optional<std::int32_t> parse_oom_score_adj(std::string_view text) {
  if (is_cut(text)) return std::nullopt;
  const auto adj = parse_signed(take_line(text));
  if (!adj || *adj < -1000 || *adj > 1000) return std::nullopt;
  return static_cast<std::int32_t>(*adj);
}

}  // namespace forestall
