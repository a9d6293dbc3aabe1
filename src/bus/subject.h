// SPDX-License-Identifier: MIT
// What the bus may ask of the daemon. All of it is answered from what is known already; only explain() looks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forestall/result.h"
#include "forestall/sample.h"
#include "forestall/units.h"

namespace forestall::bus {

/// How near trouble is.
enum class Level : std::uint8_t {
  calm,
  armed,   ///< a rule holds in part, or could hold before the next regular look
  acting,  ///< a victim is being ended
};

struct Snapshot {
  Instant time{};  ///< of the last look that succeeded
  bool blind = false;
  bool dry_run = false;
  Level level = Level::calm;
  bool near = false;  ///< a rule that ends somebody is about to fire: high time to drop caches
  Headroom headroom;
  std::optional<Duration> exhausted_in;  ///< until nothing is left, at the present rate
  std::optional<Instant> paused_until;   ///< nobody is chosen before that
  unsigned victims = 0;                  ///< got a signal since the start
  unsigned needless = 0;                 ///< of those, not needed
  unsigned configurations = 0;           ///< taken over since the start
  std::string_view rejected;             ///< why the configuration last offered is not in force; empty if it is
};

struct RuleLine {
  std::string name;
  bool enabled = true;
  std::string_view action;
  std::string meaning;  ///< on this machine, in words
};

class Subject {
 public:
  virtual ~Subject() = default;
  /// Called after each look: allocates nothing.
  [[nodiscard]] virtual Snapshot snapshot() const = 0;
  [[nodiscard]] virtual std::vector<RuleLine> rules() const = 0;
  /// Who would go now, as JSON. A pass over all processes; EBUSY while somebody is being chosen or ended.
  virtual Result<std::string> explain() = 0;
  /// The whole state, for a person.
  [[nodiscard]] virtual std::string dump() const = 0;
  /// As SIGHUP. The Error is what is wrong with the configuration; the one before stays in force.
  virtual Result<void> reload() = 0;
  /// Nobody new is chosen for so long; zero: from now on again.
  virtual void pause(Duration duration) = 0;

  /// The level of syslog(3) from which on nothing is logged any more, and where the log goes: "journal", "console".
  [[nodiscard]] virtual int log_level() const = 0;
  virtual void set_log_level(int level) = 0;
  [[nodiscard]] virtual const char* log_target() const = 0;
};

/// No pause is longer.
inline constexpr Duration kLongestPause = std::chrono::hours(1);

}  // namespace forestall::bus
