// SPDX-License-Identifier: MIT
// A process that nobody can look into: whoever reads its command line waits, for as long as this lives.
#pragma once

#include <sys/types.h>

#include <string>
#include <thread>

#include "base/fd_linux.h"
#include "forestall/units.h"

namespace forestall::testing {

/// A page of it lies in a file whose file system (FUSE) does not answer any more. Somebody reads that page through
/// /proc/PID/mem, and so holds the lock of its memory (mmap_lock); it wants to map something itself, which needs that
/// lock alone; and everybody else has to queue behind it: readers of cmdline, environ, maps (kernel: mm/memory.c,
/// __access_remote_vm).
class StuckNeighbour {
 public:
  /// Holds `size` of anonymous memory. Only in a private world. Look at why_not() before all else.
  explicit StuckNeighbour(Bytes size);
  StuckNeighbour(const StuckNeighbour&) = delete;
  StuckNeighbour& operator=(const StuckNeighbour&) = delete;
  /// Lets go of all who wait.
  ~StuckNeighbour();

  /// Why it could not be made; empty if it could.
  [[nodiscard]] const std::string& why_not() const { return why_not_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Whether somebody who reads its command line still waits after a while.
  [[nodiscard]] bool is_stuck() const;
  /// The signal that ended it; 0 while it lives.
  int killed_by();

 private:
  void make(Bytes size);
  [[noreturn]] void live(Bytes size) const;

  std::string why_not_;
  Fd fuse_;
  std::thread server_;
  Fd begin_;  ///< the neighbour waits for its other end to be closed
  pid_t pid_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

}  // namespace forestall::testing
