// SPDX-License-Identifier: MIT
#include "base/process_news.h"

namespace forestall {

bool is_news(const ProcessFacts& a, const ProcessFacts& b, Bytes more_than) {
  const auto differ = [&](Bytes x, Bytes y) { return difference(x, y) > more_than; };
  const bool size = differ(a.anon, b.anon) || differ(a.swap, b.swap) || differ(a.page_tables, b.page_tables) ||
                    differ(a.shmem, b.shmem) || differ(a.freed_by_death(), b.freed_by_death());
  const bool who = a.comm != b.comm || a.uid != b.uid || a.parent != b.parent || a.oom_score_adj != b.oom_score_adj ||
                   a.kernel_thread != b.kernel_thread || a.place.path != b.place.path;
  const bool how = a.process_group != b.process_group || a.nice != b.nice || a.terminal != b.terminal ||
                   a.nodes != b.nodes || b.cpu_time - a.cpu_time > kCpuTimeWorthALine;
  return size || who || how || a.profile.exe != b.profile.exe || a.profile.cmdline != b.profile.cmdline;
}

}  // namespace forestall
