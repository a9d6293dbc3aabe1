// SPDX-License-Identifier: MIT
// org.freedesktop.LowMemoryMonitor, which GLib's GMemoryMonitor listens to: applications that know nothing of forestall
// drop their caches before somebody has to go. Where the daemon of that name runs it keeps the name, and we are silent.
#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>

#include "bus/handles_sdbus.h"
#include "bus/subject.h"
#include "forestall/incident.h"

namespace forestall::bus {

class LowMemoryMonitor {
 public:
  static constexpr const char* kName = "org.freedesktop.LowMemoryMonitor";
  static constexpr const char* kPath = "/org/freedesktop/LowMemoryMonitor";

  /// As GMemoryMonitorWarningLevel of GLib has them (gio/gioenums.h).
  enum Warning : std::uint8_t { none = 0, low = 50, medium = 100, critical = 255 };

  int publish(sd_bus* bus);
  void withdraw();
  /// Nobody listens to a signal of this interface that does not come from its name: without it none is sent.
  void owns_name(bool owns) { owns_name_ = owns; }

  /// Each of these says at most one thing.
  void tell(sd_bus* bus, Event event, const Incident& incident);
  void notice_changes(sd_bus* bus, const Snapshot& now);

 private:
  void warn(sd_bus* bus, Warning level, Instant time);

  Slot object_;
  bool owns_name_ = false;
  bool near_ = false;
  Warning said_ = none;
  Instant said_at_{};
};

}  // namespace forestall::bus
