// SPDX-License-Identifier: MIT
// Services that are started again as soon as they are ended: killing them helps nobody for long, and somebody should be
// told. Passive: told whose unit lost a process, and shown in peace who is there.
#pragma once

#include <array>
#include <optional>

#include "forestall/incident.h"
#include "forestall/ports.h"
#include "forestall/units.h"

namespace forestall {

class Restarts {
 public:
  /// So often within kRemembered, and each time within kWithin after it was ended, makes a loop.
  static constexpr unsigned kLoop = 2;
  static constexpr Duration kWithin = std::chrono::minutes(1);
  static constexpr Duration kRemembered = std::chrono::minutes(10);

  /// Somebody in this place was signalled. Only services are started again by systemd.
  void ended(const CgroupPlace& place, Instant when);

  /// The unit that has just turned out to be in a loop: each is told once, until it has been left alone for
  /// kRemembered. A unit is restarted when all its processes are younger than the end. `suspended`: Sample::suspended.
  std::optional<Restart> see(const Census& census, Instant now, Duration suspended);

 private:
  struct Ended {
    CgroupPlace place;
    Instant when{};  ///< the last time
    unsigned restarts = 0;
    bool waiting = false;  ///< it has not been seen again yet
    bool told = false;
  };
  std::array<std::optional<Ended>, 8> ended_;
};

}  // namespace forestall
