// SPDX-License-Identifier: MIT
// A pretended machine without swap whose memory falls: a file over /proc/meminfo, rewritten in place once a
// millisecond. Whoever reads /proc/meminfo in this mount namespace believes it.
#pragma once

#include <string>
#include <vector>

#include "base/fd_linux.h"
#include "forestall/units.h"

namespace forestall::testing {

class FallingMemory {
 public:
  struct Written {
    Instant at;       ///< just before the write
    Bytes available;  ///< a whole number of KiB: the file has no finer unit
  };

  /// All of `total` is available memory or anonymous pages, so that shares are shares of `total`.
  FallingMemory(Bytes total, Bytes available);
  FallingMemory(const FallingMemory&) = delete;
  FallingMemory& operator=(const FallingMemory&) = delete;
  /// The real /proc/meminfo is back.
  ~FallingMemory();

  void set(Bytes available);
  /// From `begin` on the memory is to fall by `rate` bytes per second from where it is.
  void begin_to_fall(Bytes rate, Instant begin);
  /// Waits for the next millisecond and writes what is available then, which is returned. Zero is the end.
  Bytes go_on();

  [[nodiscard]] const std::vector<Written>& written() const { return written_; }
  [[nodiscard]] Instant fall_began() const { return began_; }
  /// When somebody read the file, as far as it was noticed: as exact as this is called often.
  const std::vector<Instant>& reads();

 private:
  Fd file_;
  Fd watch_;
  Bytes total_;
  Bytes rate_ = 0;
  Bytes from_ = 0;
  Instant began_{};
  std::vector<Written> written_;
  std::vector<Instant> reads_;
};

}  // namespace forestall::testing
