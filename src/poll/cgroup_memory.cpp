// SPDX-License-Identifier: MIT
#include "poll/cgroup_memory.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace forestall {

std::optional<CgroupStat> parse_cgroup_stat(std::string_view text) {
  if (!text.ends_with('\n')) return std::nullopt;  // the last number may be half a number
  CgroupStat s;
  struct Line {
    std::string_view key;
    std::uint64_t* value;
  };
  const std::array<Line, 9> lines = {{{"anon", &s.anon},
                                      {"active_file", &s.active_file},
                                      {"inactive_file", &s.inactive_file},
                                      {"shmem", &s.shmem},
                                      {"slab_reclaimable", &s.slab_reclaimable},
                                      {"workingset_refault_anon", &s.reclaim.refault_anon},
                                      {"workingset_refault_file", &s.reclaim.refault_file},
                                      {"pgscan", &s.reclaim.pgscan},
                                      {"pgsteal", &s.reclaim.pgsteal}}};
  bool has_anon = false;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const auto* known = std::ranges::find(lines, take_word(line), &Line::key);
    if (known == lines.end()) continue;
    const auto number = parse_unsigned(trimmed(line));
    if (!number) return std::nullopt;
    *known->value = *number;
    has_anon = has_anon || known->key == "anon";
  }
  if (!has_anon) return std::nullopt;
  return s;
}

std::optional<Bytes> parse_cgroup_limit(std::string_view text) {
  if (!text.ends_with('\n')) return std::nullopt;
  const std::string_view line = take_line(text);
  return line == "max" ? kNoLimit : parse_unsigned(line);
}

std::optional<std::uint64_t> parse_cgroup_kills(std::string_view text) {
  if (!text.ends_with('\n')) return std::nullopt;
  return parse_unsigned(trimmed(line_of(text, "oom_kill")));
}

void CgroupRoom::narrow(Bytes by, Bytes current) {
  limit = std::min(limit, by);
  if (by != kNoLimit) unused = std::min(unused, by - std::min(by, current));
}

Sample within(const CgroupMemory& cgroup, Sample machine) {
  Meminfo& m = machine.memory;
  const CgroupStat& stat = cgroup.stat;
  const Bytes limit = std::min(cgroup.memory.limit, m.mem_total);
  const Bytes reclaimable = stat.active_file + stat.inactive_file + stat.slab_reclaimable;
  m.mem_available =
      std::min({m.mem_available + machine.parked, std::min(cgroup.memory.unused, limit) + reclaimable, limit});
  m.mem_total = limit;
  m.anon_pages = stat.anon;
  m.active_file = stat.active_file;
  m.inactive_file = stat.inactive_file;
  m.shmem = stat.shmem;
  m.swap_total = std::min(cgroup.swap.limit, m.swap_total);
  m.swap_free = std::min({m.swap_free, cgroup.swap.unused, m.swap_total});
  machine.psi = cgroup.psi;
  machine.vmstat = stat.reclaim;
  machine.zram = {};
  machine.arc = {};
  machine.parked = 0;
  return machine;
}

}  // namespace forestall
