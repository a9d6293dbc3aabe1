// SPDX-License-Identifier: MIT
// The counters of the last looks, for everything that is a rate. Fixed in size; knows no rule and no clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "forestall/units.h"

namespace forestall {

/// The counters at one look that rates are made of.
struct Mark {
  Instant time{};
  Duration psi_some{0};
  Duration psi_full{0};
  std::uint64_t refaults = 0;  ///< pages, anonymous and file
  std::uint64_t pgscan = 0;    ///< pages
  Bytes left = 0;              ///< Headroom::left()
};

class History {
 public:
  /// Looks this close together are one: a burst of wake-ups must not push the window out of the ring.
  static constexpr Duration kFinest = std::chrono::milliseconds(40);
  /// kLongestWindow at kFinest, and the one before.
  static constexpr std::size_t kSize = 256;

  void add(const Mark& mark);
  /// Forgets all but the newest mark: rates begin anew there.
  void restart();

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] const Mark& newest() const { return back(0); }
  [[nodiscard]] std::size_t size() const { return count_; }
  /// The newest mark that is at least `age` older than the newest one; the oldest there is if none is.
  [[nodiscard]] const Mark& before(Duration age) const;

 private:
  [[nodiscard]] const Mark& back(std::size_t n) const { return marks_[(next_ + kSize - 1 - n) % kSize]; }

  std::array<Mark, kSize> marks_{};
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

}  // namespace forestall
