// SPDX-License-Identifier: MIT
// The metronome tells when the machine as a whole stood still: an emulated one does while its host is busy, and nobody
// in it could have prevented that. It wants to beat every 10 ms, and with all of its memory locked and a real-time
// priority (of its unit) no program can hold it up: only the kernel where it lets nobody in, and the host. Its lines,
// in whole milliseconds of CLOCK_MONOTONIC:
//   start T          it beats
//   stood FROM TO    a beat was due at FROM and came at TO, more than 50 ms late
// It must run from a copy of the program's file of its own: with its memory it locks the code.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

#include "kinds.h"
#include "message.h"
#include "support/clock_linux.h"

namespace forestall::workload {
namespace {

using testing::now;
using testing::sleep_until;

constexpr Duration kBeat = std::chrono::milliseconds(10);
constexpr Duration kLate = std::chrono::milliseconds(50);
constexpr std::size_t kRoom = 64 * 1024;
constexpr std::size_t kLongestLine = 64;

std::int64_t in_ms(Instant moment) { return moment.time_since_epoch() / std::chrono::milliseconds(1); }

/// The file as memory, for to write into a file may mean to wait. Zeros to its end; ends the program if it cannot.
std::span<char> open_notes(const char* path) {
  const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  void* map = MAP_FAILED;
  if (fd >= 0 && ftruncate(fd, kRoom) == 0) map = mmap(nullptr, kRoom, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED || mlockall(MCL_CURRENT | MCL_FUTURE) != 0) {
    say(std::string("the metronome cannot lock and map ") + path, errno);
    std::exit(EXIT_FAILURE);
  }
  return {static_cast<char*>(map), kRoom};
}

}  // namespace

void run_metronome(const Options& options) {
  std::span<char> notes = open_notes(options.out.c_str());
  const auto note = [&](const char* form, auto... times) {
    const int length = std::snprintf(notes.data(), kLongestLine, form, times...);
    notes = notes.subspan(static_cast<std::size_t>(length));
  };
  Instant due = now() + kBeat;
  note("start %" PRId64 "\n", in_ms(now()));
  while (notes.size() > kLongestLine) {
    sleep_until(due);
    const Instant beat = now();
    if (beat - due > kLate) note("stood %" PRId64 " %" PRId64 "\n", in_ms(due), in_ms(beat));
    due = beat + kBeat;
  }
}

}  // namespace forestall::workload
