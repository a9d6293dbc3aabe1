// SPDX-License-Identifier: MIT
// What stops a killer that does not help: memory held by tmpfs, huge pages or the kernel itself cannot be had by
// killing, and without this every process would die for it, one after the other.
#pragma once

#include <optional>

#include "forestall/units.h"

namespace forestall {

class Breaker {
 public:
  /// Of what was promised, this part must come back for a kill to count as a help.
  static constexpr Share kHelped = Share::percent(25);

  Breaker(unsigned kills, Duration pause) : kills_(kills), pause_(pause) {}

  /// A victim was ended. True if this one opened the breaker.
  bool ended(Instant time, Bytes promised, Bytes freed);

  [[nodiscard]] bool is_open(Instant time) const { return open_until_ && time < *open_until_; }
  /// The machine recovered: what happened before is no longer "in a row".
  void reset() { in_row_ = 0; }

  [[nodiscard]] unsigned in_row() const { return in_row_; }

 private:
  unsigned kills_;
  Duration pause_;
  unsigned in_row_ = 0;
  std::optional<Instant> open_until_;
};

}  // namespace forestall
