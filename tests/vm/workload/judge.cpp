// SPDX-License-Identifier: MIT
// The judge is the person in front of the machine: a program that wants to do a little work every 50 ms, in memory and
// in a mapped file as a desktop program does, and tells how late it gets it done. Its pages are not locked: what the
// desktop feels, it feels. Its lines, with all times in whole milliseconds of CLOCK_MONOTONIC:
//   start T       ready, the first tick is due
//   late T L      a tick was done at T, L after it was due, and L is more than 100
//   alive T N W   about once a second: N ticks since the last such line, the worst of them W late
//   end T         SIGTERM came
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <span>

#include "judge_report.h"
#include "kinds.h"
#include "memory.h"
#include "message.h"
#include "support/clock_linux.h"

namespace forestall::workload {
namespace {

using Nanos = std::int64_t;
constexpr Nanos kMillisecond = 1'000'000;
constexpr Nanos kSecond = 1000 * kMillisecond;
constexpr Nanos kPeriod = 50 * kMillisecond;
constexpr std::int64_t kLateMs = 100;
constexpr int kTouches = 64;  // pages of each kind in a tick

volatile std::sig_atomic_t asked_to_end = 0;

Nanos now() { return testing::now().time_since_epoch().count(); }

void sleep_until(Nanos due) {
  while (now() < due && asked_to_end == 0) testing::sleep_until(Instant(Duration(due)));
}

/// A file full of the judge's content, mapped; empty, and said, if that fails. Synced, so that its pages are clean page
/// cache that the kernel may drop at any moment, as those of a program's code are.
std::span<const std::byte> map_new_file(const Options& options) {
  const char* const path = options.file.c_str();
  const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  bool written = fd >= 0;
  Content content(options.fill);
  std::array<std::byte, kPage> page{};
  const Bytes size = (options.file_size + kPage - 1) / kPage * kPage;
  for (Bytes done = 0; written && done < size; done += kPage) {
    content.write(page);
    written = write(fd, page.data(), page.size()) == static_cast<ssize_t>(page.size());
  }
  void* map = MAP_FAILED;
  if (written && fsync(fd) == 0) map = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) {
    say("the judge touches no file: cannot write and map " + options.file, errno);
    return {};
  }
  close(fd);
  return {static_cast<const std::byte*>(map), size};
}

class Desktop {
 public:
  explicit Desktop(const Options& options) : pages_(options.fill) {
    pages_.grow(options.anon);
    if (!options.file.empty()) file_ = map_new_file(options);
  }

  void touch() {
    for (int i = 0; i < kTouches && pages_.count() > 0; ++i) {
      volatile std::byte& byte = pages_[random_.below(pages_.count())].back();
      byte = static_cast<std::byte>(i);
    }
    for (int i = 0; i < kTouches && !file_.empty(); ++i) {
      read_byte(file_[random_.below(file_.size() / kPage) * kPage]);
    }
  }

 private:
  Pages pages_;
  std::span<const std::byte> file_;
  Random random_;
};

/// Ticks until SIGTERM.
void tick(Desktop& desktop, JudgeReport& report) {
  Nanos due = now() + kPeriod;
  Nanos reported = now();
  std::int64_t ticks = 0;
  std::int64_t worst = 0;
  while (sleep_until(due), asked_to_end == 0) {
    desktop.touch();
    const Nanos done = now();
    const std::int64_t late = (done - due) / kMillisecond;
    ++ticks;
    worst = std::max(worst, late);
    if (late > kLateMs) report.line("late", {done / kMillisecond, late});
    if (done - reported >= kSecond) {
      report.line("alive", {done / kMillisecond, ticks, worst});
      reported = done;
      ticks = worst = 0;
    }
    report.send();
    due += kPeriod;
    // Ticks that a late one has swallowed are not late once more.
    if (due < done) due = done + kPeriod;
  }
}

}  // namespace

void run_judge(const Options& options) {
  static JudgeReport report;
  if (options.on_term != OnTerm::die) bad_usage("the judge ends on SIGTERM, it has no --on-term");
  report.open(options.out.c_str());
  struct sigaction action {};
  action.sa_handler = [](int) { asked_to_end = 1; };
  sigaction(SIGTERM, &action, nullptr);

  Desktop desktop(options);
  report.line("start", {now() / kMillisecond});
  tick(desktop, report);
  report.line("end", {now() / kMillisecond});
  std::exit(EXIT_SUCCESS);
}

}  // namespace forestall::workload
