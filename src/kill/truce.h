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
  void begin(Instant now, std::size_t rule, Bytes left) { kept_ = Kept{rule, left, now, {}}; }

  /// At every look, with the rule that decides if one asks for somebody's end. It is over when half of what was left is
  /// lost, for less is the coming and going of a machine with so little, or another rule decides, and that stays so; at
  /// once when three quarters are lost; when there is twice as much, for then the files are gone; and when no rule has
  /// asked for ten minutes, for what is short later is short for another reason.
  void see(Instant now, Bytes left, std::optional<std::size_t> rule) {
    if (!kept_) return;
    if (now - kept_->asked > kLongestRest) return kept_.reset();
    if (rule) kept_->asked = now;
    const bool is_worse = left < kept_->left / 2 || (rule && *rule != kept_->rule);
    if (!is_worse) kept_->worse_since.reset();
    if (is_worse && !kept_->worse_since) kept_->worse_since = now;
    const bool is_no_dip = is_worse && now - *kept_->worse_since >= kDip;
    if (is_no_dip || left < kept_->left / 4 || left > 2 * kept_->left) kept_.reset();
  }

  /// Whether nobody is to be killed now.
  [[nodiscard]] bool holds() const { return kept_.has_value(); }

 private:
  /// On a machine of 1 GiB, 16 MiB of the 26 that were left were seen to go and to come back within 140 ms, nobody
  /// holding more meanwhile.
  static constexpr Duration kDip = std::chrono::milliseconds(250);

  static constexpr Duration kLongestRest = std::chrono::minutes(10);

  struct Kept {
    std::size_t rule;
    Bytes left;
    Instant asked;
    std::optional<Instant> worse_since;
  };
  std::optional<Kept> kept_;
};

}  // namespace forestall
