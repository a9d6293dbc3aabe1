// SPDX-License-Identifier: MIT
#include "daemon/memory_linux.h"

#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace forestall {
namespace {

struct Range {
  std::uintptr_t begin;
  std::uintptr_t end;
};

using Ranges = std::vector<Range>;

/// Code and constants as they are in a file. Not what may be written: its relocated pages exist in memory alone.
void note_segments(const dl_phdr_info& object, Ranges& ranges) {
  constexpr std::uintptr_t page = 4096;  // where pages are larger, linkers keep to them, and the kernel rounds ends up
  for (const auto& segment : std::span(object.dlpi_phdr, object.dlpi_phnum)) {
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t begin = object.dlpi_addr + segment.p_vaddr;
    ranges.push_back({begin / page * page, begin + segment.p_memsz});
  }
}

/// Those of the executable: it comes first (dl_iterate_phdr(3)). The others are not even looked at, that alone would
/// bring pages of them back.
Ranges in_executable() {
  Ranges ranges;
  const auto first = [](dl_phdr_info* object, std::size_t, void* to) {
    note_segments(*object, *static_cast<Ranges*>(to));
    return 1;
  };
  ::dl_iterate_phdr(first, &ranges);
  return ranges;
}

/// All are noted before anything is done to one: the lists of segments lie in the pages that they are about.
Ranges in_libraries() {
  struct Noted {
    Ranges ranges;
    bool after_first = false;
  } noted;
  const auto others = [](dl_phdr_info* object, std::size_t, void* to) {
    auto& n = *static_cast<Noted*>(to);
    if (std::exchange(n.after_first, true)) note_segments(*object, n.ranges);
    return 0;
  };
  ::dl_iterate_phdr(others, &noted);
  return std::move(noted.ranges);
}

void* address(std::uintptr_t a) { return reinterpret_cast<void*>(a); }  // NOLINT(performance-no-int-to-ptr)

/// Of the calling thread, what lies below the frames that are in use. Nothing else is mapped there: the kernel keeps
/// 1 MiB free below a stack (stack_guard_gap in mm/mmap.c), of which this covers a quarter.
Range unused_stack() {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const std::uintptr_t end = (here - 2 * page) / page * page;  // what madvise() itself needs is left out
  constexpr std::uintptr_t deep = 256UL * 1024;
  return {end - deep, end};
}

/// What is locked counts as a whole against RLIMIT_MEMLOCK, and a thread would otherwise have 8 MiB of stack.
void make_stacks_small() {
  constexpr std::size_t enough = 256UL * 1024;
  pthread_attr_t attributes;
  if (::pthread_attr_init(&attributes) != 0) return;
  ::pthread_attr_setstacksize(&attributes, enough);
  ::pthread_setattr_default_np(&attributes);
  ::pthread_attr_destroy(&attributes);
}

}  // namespace

void take_little_memory() {
  make_stacks_small();
  // One touched byte of a thread's stack would otherwise cost 2 MiB where huge pages are given to everybody.
  ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  // Every thread would otherwise get an arena of its own, locked and mostly empty.
  ::mallopt(M_ARENA_MAX, 1);
  // To write a story takes some MiB for a moment. glibc would learn from that to keep as much for ever.
  constexpr int large = 64 * 1024;
  ::mallopt(M_MMAP_THRESHOLD, large);
  ::mallopt(M_TRIM_THRESHOLD, large);
}

void let_go_of_the_start() {
  ::malloc_trim(0);
  Ranges ranges = in_libraries();
  ranges.push_back(unused_stack());
  for (const Range& r : ranges) ::madvise(address(r.begin), r.end - r.begin, MADV_DONTNEED);
}

/// The deepest of a decision is a look at a process that is read in full, with a whole incident kept aside: 42 KiB, as
/// it is compiled for a release, of which the buffers for what the kernel writes are nearly half.
void touch_stack() {
  std::array<volatile char, 52 * 1024> room;  // NOLINT: this is the use of it
  for (std::size_t i = 0; i < room.size(); i += 1024) room[i] = 0;
}

bool lock_memory() {
  bool locked = true;
  for (const Range& r : in_executable()) locked &= ::mlock(address(r.begin), r.end - r.begin) == 0;
  return ::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0 && locked;
}

}  // namespace forestall
