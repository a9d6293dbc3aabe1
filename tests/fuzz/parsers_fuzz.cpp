// SPDX-License-Identifier: MIT
// Every parser of text that strangers or the kernel write. The first byte chooses which.
#include <cstdint>
#include <string_view>

#include "base/process_stat.h"
#include "base/quantity.h"
#include "base/text.h"
#include "poll/meminfo.h"
#include "poll/pressure.h"
#include "poll/swap_devices.h"
#include "poll/vmstat.h"
#include "poll/zoneinfo.h"
#include "replay/incident_trace.h"
#include "score/cgroup_place.h"
#include "score/process_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall;
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 15) {
    case 0: parse_meminfo(text); break;
    case 1: parse_pressure(text); break;
    case 2: parse_vmstat(text); break;
    case 3:
      while (take_zram_swap(text)) {
      }
      break;
    case 4: parse_zram_stat(text); break;
    case 5: parse_arcstats(text); break;
    case 6: parse_stat(text); break;
    case 7: parse_status(text); break;
    case 8: parse_anon_pages(text); break;
    case 9: parse_cgroup(text); break;
    case 10:
      if (const auto size_text = parse_size(text); size_text && parse_size(render(*size_text)) != *size_text)
        __builtin_trap();
      break;
    case 11:
      if (const auto d = parse_duration(text); d && parse_duration(render(*d)) != *d) __builtin_trap();
      break;
    case 12:
      for (const char c : escaped(text)) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) __builtin_trap();
      }
      break;
    case 13: take_parked_pages(text); break;
    case 14:
      if (const auto r = parse_recording(text); !r && r.error().what.find('\n') != std::string::npos) __builtin_trap();
      break;
    default: break;
  }
  return 0;
}
