// SPDX-License-Identifier: MIT
// The judge's lines on their way out. Nothing here waits or allocates: a report that had to wait for memory or for its
// reader would make the lateness that it reports.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace forestall::workload {

class JudgeReport {
 public:
  /// Opens a serial port, a fifo or a file to be appended to; ends the program with one line if it cannot. On a file
  /// the kernel may wait in spite of O_NONBLOCK: it should be on a tmpfs.
  void open(const char* path);

  /// Adds "WORD N N...\n" and sends what the reader takes. What it does not take is kept for the next send(); beyond
  /// 64 KiB of that, whole lines are lost (missing `alive` lines show it).
  void line(std::string_view word, std::initializer_list<std::int64_t> numbers);

  void send();

 private:
  int fd_ = -1;
  std::array<char, 65536> waiting_{};
  std::size_t used_ = 0;
};

}  // namespace forestall::workload
