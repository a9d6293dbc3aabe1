// SPDX-License-Identifier: MIT
// When the story of an incident is complete enough to be written down: some time after its last event, and while
// memory is short only if that does not end. Passive: told of events and looks.
#pragma once

#include <algorithm>
#include <optional>

#include "forestall/incident.h"

namespace forestall {

class StoryTime {
 public:
  static constexpr Duration kBefore = std::chrono::minutes(1);  ///< so much before the rule held is part of it
  static constexpr Duration kAfter = std::chrono::seconds(10);  ///< and so much after the last event
  /// Pressure that does not end is not waited out: what the recorder keeps in full is going to be overwritten.
  static constexpr Duration kLongest = std::chrono::seconds(50);

  void told(Event event, const Incident& incident) {
    if (event == Event::pressure_warning) return;  // by itself no story; if more follows, that has it all
    if (event == Event::recovered && !begun_) return;
    begun_ = std::min(begun_.value_or(incident.begun), incident.begun);
    first_told_ = first_told_.value_or(incident.now_time);
    last_told_ = incident.now_time;
  }

  /// Whether to write now; `calm`: no rule fires, and nobody is being ended.
  [[nodiscard]] bool is_due(Instant now, bool calm) const {
    if (!begun_) return false;
    return (calm && now - last_told_ >= kAfter) || now - *first_told_ >= kLongest;
  }
  /// Something was told and is not written yet.
  [[nodiscard]] bool is_open() const { return begun_.has_value(); }
  /// Since when the machine is part of it.
  [[nodiscard]] Instant from() const { return *begun_ - kBefore; }
  void written() { *this = StoryTime{}; }

 private:
  std::optional<Instant> begun_;
  std::optional<Instant> first_told_;
  Instant last_told_{};
};

}  // namespace forestall
