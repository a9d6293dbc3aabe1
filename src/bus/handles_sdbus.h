// SPDX-License-Identifier: MIT
// What sd-bus hands out, owned: each is let go of when its owner goes. A bus is closed without a flush, which would
// wait.
#pragma once

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include <cerrno>
#include <memory>

namespace forestall::bus {

struct LetGo {
  void operator()(sd_bus* b) const { sd_bus_close_unref(b); }
  void operator()(sd_bus_slot* s) const { sd_bus_slot_unref(s); }
  void operator()(sd_bus_message* m) const { sd_bus_message_unref(m); }
  void operator()(sd_event_source* s) const { sd_event_source_disable_unref(s); }
};
using Bus = std::unique_ptr<sd_bus, LetGo>;
using Slot = std::unique_ptr<sd_bus_slot, LetGo>;
using Message = std::unique_ptr<sd_bus_message, LetGo>;
using Source = std::unique_ptr<sd_event_source, LetGo>;

/// Whatever comes out of `what` becomes a result that C understands: an exception may not pass through sd-bus.
template <typename What>
int guarded(What&& what) noexcept {
  try {
    return what();
  } catch (...) {
    return -ENOMEM;
  }
}

/// The time between two steps is what matters here, and nothing decides by it: not the clock of a Sample.
inline std::uint64_t now_usec(sd_event* event) {
  std::uint64_t usec = 0;
  sd_event_now(event, CLOCK_MONOTONIC, &usec);
  return usec;
}

/// Whether a signal gets through, at least to the socket: one that nobody takes any more must not fill memory.
inline bool is_listening(sd_bus* bus) {
  constexpr std::uint64_t most = 64;
  std::uint64_t queued = 0;
  return bus != nullptr && sd_bus_is_ready(bus) > 0 && sd_bus_get_n_queued_write(bus, &queued) >= 0 && queued < most;
}

}  // namespace forestall::bus
