// SPDX-License-Identifier: MIT
// Gives back the memory of processes that are being killed. A dying process frees its pages at its own priority, which
// takes seconds on a busy machine; process_mrelease(2) does it here, in threads of their own because it can take long.
#pragma once

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/fd_linux.h"

namespace forestall {

class Reaper {
 public:
  Reaper();
  ~Reaper();
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  /// Reaps the process of `pidfd`, which must have been sent SIGKILL. Returns at once; allocates nothing. In the order
  /// of the calls; what does not fit among those that wait is left to the kernel.
  void reap(int pidfd);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable work_;
  std::vector<Fd> inbox_;
  bool stop_ = false;
  /// Both reap the same process, side by side: it takes half the time where there are two processors. The kernel lets
  /// them, for they only read-lock its memory map (mm/oom_kill.c, process_mrelease). Each has processors of its own:
  /// while all are busy, two that are woken at once would often wait for the same one.
  std::array<std::thread, 2> threads_;
};

}  // namespace forestall
