// SPDX-License-Identifier: MIT
// So many bytes per second, in small even steps.
#pragma once

#include <chrono>
#include <cstdint>

#include "quantities.h"

namespace forestall::workload {

/// Deals out work, in whole units, at a rate. After a stall it makes up for at most 200 ms: a program that was held up
/// does not come back with a burst, it has lost the time.
class Pace {
 public:
  /// `rate` in bytes per second, `unit` in bytes; both at least 1.
  Pace(Bytes rate, Bytes unit);

  /// Sleeps until work is due and returns how many units of it: one, or at most 20 ms' worth. Steps are at least 10 ms
  /// apart.
  std::uint64_t next();

 private:
  double units_per_second_;
  double due_ = 0;
  std::chrono::steady_clock::time_point counted_until_;
};

/// Does nothing until a signal ends the process.
[[noreturn]] void stay();

}  // namespace forestall::workload
