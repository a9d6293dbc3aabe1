// SPDX-License-Identifier: MIT
// Stands between the engine and the bus. Events are told on the hot path, right after a signal was sent: here they are
// only copied, into room that is there already. Whoever speaks on the bus takes them when the look is over.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "forestall/ports.h"

namespace forestall::bus {

inline constexpr std::size_t kEvents = static_cast<std::size_t>(Event::recovered) + 1;

class Announcements final : public IncidentSink {
 public:
  /// All is passed on to `next` first.
  explicit Announcements(IncidentSink& next) : next_(next) {}

  void tell(Event event, const Incident& incident) override {
    next_.tell(event, incident);
    ++counts_[static_cast<std::size_t>(event)];
    if (count_ == kRoom) return;  // the record is in the journal; of a signal on the bus nobody may rely
    Entry& free = (*queue_)[count_++];
    free.event = event;
    free.incident = incident;
  }

  /// Calls `what(event, incident)` for each that was told since, and forgets them.
  template <typename What>
  void take(What&& what) {
    for (std::size_t i = 0; i < count_; ++i) what((*queue_)[i].event, (*queue_)[i].incident);
    count_ = 0;
  }

  /// How often `event` was told since the start.
  [[nodiscard]] std::uint64_t count(Event event) const { return counts_[static_cast<std::size_t>(event)]; }

 private:
  struct Entry {
    Event event{};
    Incident incident;
  };
  /// One look tells a few at most: a victim's end, the breaker, a kernel's kill, a warning, the next victim.
  static constexpr std::size_t kRoom = 5;
  using Queue = std::array<Entry, kRoom>;

  IncidentSink& next_;
  std::unique_ptr<Queue> queue_ = std::make_unique<Queue>();
  std::size_t count_ = 0;
  std::array<std::uint64_t, kEvents> counts_{};
};

}  // namespace forestall::bus
