// SPDX-License-Identifier: MIT
// When the one who filled tmpfs is gone, the files stay. Nobody else is to die for them while nothing more is lost.
#pragma once

#include <cstddef>
#include <optional>

#include "forestall/units.h"

namespace forestall {

class Truce {
 public:
  /// Somebody whose end could give nothing back was ended, because `rule` asked for it; so much is left now.
  void begin(std::size_t rule, Bytes left) { kept_ = Kept{rule, left}; }

  /// At every look. It is over when half of what was left is lost, for less is the coming and going of a machine with
  /// so little; and when there is twice as much, for then the files are gone.
  void see(Bytes left) {
    if (kept_ && (left < kept_->left / 2 || left > 2 * kept_->left)) kept_.reset();
  }

  /// Whether nobody is to be killed now. It is over when another rule is the one that decides.
  bool holds(std::size_t rule) {
    if (kept_ && rule != kept_->rule) kept_.reset();
    return kept_.has_value();
  }

 private:
  struct Kept {
    std::size_t rule;
    Bytes left;
  };
  std::optional<Kept> kept_;
};

}  // namespace forestall
