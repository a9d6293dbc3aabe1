// SPDX-License-Identifier: MIT
// Every parser of text that strangers or the kernel write: whatever it is given, it comes back, and tells no more than
// the text has.
#include <gtest/gtest.h>
// After gtest, which it needs.
#include <rapidcheck/gtest.h>

#include <string>

#include "base/process_stat.h"
#include "base/text.h"
#include "poll/meminfo.h"
#include "poll/pressure.h"
#include "poll/swap_devices.h"
#include "poll/vmstat.h"
#include "poll/zoneinfo.h"
#include "score/cgroup_place.h"
#include "score/process_files.h"

namespace forestall {
namespace {

constexpr std::string_view kMeminfo =
    "MemTotal: 16303428 kB\nMemFree: 412360 kB\nMemAvailable: 9482140 kB\nSwapTotal: 8388604 kB\nSwapFree: 5 kB\n";
constexpr std::string_view kPressure = "some avg10=1.53 total=123456789\nfull avg10=0.11 total=98765432\n";
constexpr std::string_view kVmstat = "workingset_refault_file 22\npgscan_kswapd 500\noom_kill 7\n";
constexpr std::string_view kSwaps =
    "Filename\tType\tSize\tUsed\tPriority\n/dev/zram0 partition\t4194300\t1048576\t100\n";
constexpr std::string_view kStat = "77 (bash) S 42 77 77 0 -1 4194304 1 0 0 0 5 6 0 0 20 0 1 0 12345 10000 200 18 0\n";
constexpr std::string_view kStatus = "Name:\tx\nUid:\t1000\t1000\nRssAnon:\t8000 kB\nVmPTE:\t50 kB\nVmSwap:\t400 kB\n";
constexpr std::string_view kCgroup =
    "9:name=systemd:/a.slice/b.service\n0::/user.slice/user@1.service/app.slice/c.scope\n";
constexpr std::string_view kArcstats = "size 4 3221225472\nc_min 4 1073741824\n";

/// A text as the kernel writes it, with some bytes changed, taken out or put in; or bytes of chance.
std::string spoilt_text() {
  const auto text =
      *rc::gen::element(kMeminfo, kPressure, kVmstat, kSwaps, kStat, kStatus, kCgroup, kArcstats, std::string_view());
  std::string spoilt(text);
  if (spoilt.empty()) return *rc::gen::arbitrary<std::string>();
  const int changes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < changes && !spoilt.empty(); ++i) {
    const auto at =
        static_cast<std::size_t>(*rc::gen::inRange<std::int64_t>(0, static_cast<std::int64_t>(spoilt.size())));
    const char byte = *rc::gen::oneOf(rc::gen::arbitrary<char>(), rc::gen::element('\n', ' ', ':', '9', '/', '(', ')'));
    switch (*rc::gen::inRange(0, 4)) {
      case 0: spoilt[at] = byte; break;
      case 1: spoilt.insert(at, 1, byte); break;
      case 2: spoilt.erase(at, 1); break;
      default: spoilt.resize(at); break;
    }
  }
  return spoilt;
}

bool is_part_of(const auto& part, std::string_view whole) { return whole.find(part.view()) != std::string_view::npos; }

RC_GTEST_PROP(Parsers, ComeBackFromEveryText, ()) {
  const std::string text = spoilt_text();
  if (const auto m = parse_meminfo(text)) RC_ASSERT(m->mem_available % kKiB == 0U);
  if (const auto p = parse_pressure(text)) RC_ASSERT(p->some >= Duration(0) && p->full >= Duration(0));
  parse_vmstat(text);
  parse_arcstats(text);
  parse_zram_stat(text);
  parse_anon_pages(text);
  parse_status(text);
  if (const auto adj = parse_oom_score_adj(text)) RC_ASSERT(*adj >= -1000 && *adj <= 1000);
  std::string_view rest = text;
  while (const auto swap = take_zram_swap(rest)) RC_ASSERT(swap->used <= swap->size);
  RC_ASSERT(rest.empty());
  rest = text;
  take_parked_pages(rest);
  RC_ASSERT(rest.find('\n') == std::string_view::npos);
}

RC_GTEST_PROP(Parsers, MakeNoNamesUp, ()) {
  const std::string text = spoilt_text();
  if (const auto stat = parse_stat(text)) RC_ASSERT(is_part_of(stat->comm, text));
  const CgroupPlace place = parse_cgroup(text);
  RC_ASSERT(is_part_of(place.path, text));
  RC_ASSERT(is_part_of(place.unit, place.path.view()) || place.path.view().size() == 255);
  RC_ASSERT(place.user_unit.empty() || place.unit.view().starts_with("user@"));
}

RC_GTEST_PROP(Parsers, AStatIsWholeOrNone, ()) {
  // Whatever a process calls itself, the fields after its name are the kernel's.
  std::string comm = *rc::gen::arbitrary<std::string>();
  comm.resize(std::min<std::size_t>(comm.size(), 15));
  const std::string text = "77 (" + comm + ") S 42 77 77 0 -1 4194304 1 0 0 0 5 6 0 0 20 0 1 0 12345 10000 200 18 0\n";
  const auto stat = parse_stat(text);
  RC_ASSERT(stat.has_value());
  RC_ASSERT(stat->comm.view() == comm);
  RC_ASSERT(stat->state == 'S' && stat->parent == 42 && stat->start_time == 12345U && !stat->kernel_thread);
  const auto cut = static_cast<std::size_t>(*rc::gen::inRange<std::int64_t>(0, static_cast<std::int64_t>(text.size())));
  const auto part = parse_stat(text.substr(0, cut));
  // A name with a newline and a bracket may end the text where it looks whole; then it is short of fields.
  RC_ASSERT(!part.has_value());
}

RC_GTEST_PROP(Parsers, WhatIsEscapedIsHarmlessAndStaysSo, ()) {
  const std::string once = escaped(*rc::gen::arbitrary<std::string>(), 1000);
  for (const char c : once) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  std::string doubled;
  for (const char c : once) doubled += c == '\\' ? "\\\\" : std::string(1, c);
  RC_ASSERT(escaped(once, once.size()) == doubled);
}

}  // namespace
}  // namespace forestall
