// SPDX-License-Identifier: MIT
// Who is young, by number: pids are given in order, so whoever was born after a moment has a larger one than the newest
// then. Passive: told now and then which is the newest.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "forestall/units.h"

namespace forestall {

class Births {
 public:
  explicit Births(Duration settled_after) : settled_after_(settled_after) {}

  void see(Instant now, std::int32_t newest_pid) {
    // They have come round, and begin anew with whatever is free.
    if (newer_ && newest_pid < newer_->newest_pid) older_.reset();
    if (!newer_ || now - newer_->when >= settled_after_) older_ = std::exchange(newer_, Seen{now, newest_pid});
  }

  /// Whoever has a larger pid may have been born less than that time ago, and a little more; nobody else was. None if
  /// it has not been watched for so long.
  [[nodiscard]] std::optional<std::int32_t> newest_settled(Instant now) const {
    const auto& settled = newer_ && now - newer_->when >= settled_after_ ? newer_ : older_;
    return settled ? std::optional(settled->newest_pid) : std::nullopt;
  }

 private:
  struct Seen {
    Instant when;
    std::int32_t newest_pid;
  };
  Duration settled_after_;
  std::optional<Seen> newer_;
  std::optional<Seen> older_;  ///< by `settled_after_` at least
};

}  // namespace forestall
