// SPDX-License-Identifier: MIT
// The last incidents, as far as the bus tells of them: from memory, for the disk may be what everybody waits for. What
// is on the disk has more (report/archive_linux.h).
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "forestall/incident.h"

namespace forestall::bus {

class PastIncidents {
 public:
  static constexpr std::size_t kMost = 16;
  /// Of one: a service that is started anew again and again must not fill the memory.
  static constexpr std::size_t kMostEvents = 32;

  struct Past {
    IncidentId id;
    WallTime began{};
    std::string said;   ///< of the last event
    std::string lines;  ///< the head and the events as in its story (report/story.h), times counted from its beginning
    std::size_t events = 0;
  };

  void note(Event event, const Incident& incident);
  /// The oldest first.
  [[nodiscard]] const std::deque<Past>& all() const { return all_; }
  /// By the 32 digits of its id; null if it is not known, or not any more.
  [[nodiscard]] const Past* find(std::string_view id) const;

 private:
  std::deque<Past> all_;
};

}  // namespace forestall::bus
