// SPDX-License-Identifier: MIT
// What of the units is worth keeping, for those who record. Allocates nothing after its construction. Pure.
#pragma once

#include <span>
#include <vector>

#include "forestall/trace.h"

namespace forestall {

class UnitNews {
 public:
  /// Of so many units something can be known at a time: UnitFacts that others have not. Of more nothing is told.
  static constexpr std::size_t kRoom = 128;

  UnitNews();

  /// Who is otherwise than the last news of him say; an amount counts if it differs by more than `more_than`.
  /// Valid until the next look.
  std::span<const UnitChange> look(Instant time, std::span<const KnownPlace> places, Bytes more_than);

  /// Those of note, as the last news say.
  [[nodiscard]] std::span<const UnitChange> known() const { return known_; }

 private:
  void see(const UnitChange& now, Bytes more_than);

  std::vector<UnitChange> known_;
  std::vector<UnitChange> news_;
};

}  // namespace forestall
