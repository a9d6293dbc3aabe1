// SPDX-License-Identifier: MIT
#include "score/process_files.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace forestall {
namespace {

/// The process may have ended while its file was read: without a newline at the end the last number may be half a
/// number.
bool is_cut(std::string_view text) { return !text.ends_with('\n'); }

}  // namespace

std::optional<Status> parse_status(std::string_view text) {
  if (is_cut(text)) return std::nullopt;
  Status status;
  struct Line {
    std::string_view key;
    Bytes* value;
  };
  const std::array<Line, 4> lines = {{{"RssAnon", &status.anon},
                                      {"RssShmem", &status.shmem},
                                      {"VmSwap", &status.swap},
                                      {"VmPTE", &status.page_tables}}};
  bool has_uid = false;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view value = line.substr(colon + 1);
    if (line.substr(0, colon) == "Uid") {
      const auto uid = parse_unsigned(take_word(value));
      if (!uid || *uid > UINT32_MAX) return std::nullopt;
      status.uid = static_cast<std::uint32_t>(*uid);
      has_uid = true;
      continue;
    }
    const auto* known = std::ranges::find(lines, line.substr(0, colon), &Line::key);
    if (known == lines.end()) continue;
    const auto bytes = parse_kib(value);
    if (!bytes) return std::nullopt;
    *known->value = *bytes;
  }
  if (!has_uid) return std::nullopt;
  return status;
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

std::optional<std::int32_t> parse_oom_score_adj(std::string_view text) {
  if (is_cut(text)) return std::nullopt;
  const auto adj = parse_signed(take_line(text));
  if (!adj || *adj < -1000 || *adj > 1000) return std::nullopt;
  return static_cast<std::int32_t>(*adj);
}

}  // namespace forestall
