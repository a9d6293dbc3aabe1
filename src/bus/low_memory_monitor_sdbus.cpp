// SPDX-License-Identifier: MIT
#include "bus/low_memory_monitor_sdbus.h"

#include <utility>

namespace forestall::bus {
namespace {

constexpr const char* kInterface = "org.freedesktop.LowMemoryMonitor";
/// Dropping caches takes a while and costs something: the same is not said again so soon. The daemon whose interface
/// this is waits as long.
constexpr Duration kSameAgainAfter = std::chrono::seconds(15);

const sd_bus_vtable kMembers[] = {
    SD_BUS_VTABLE_START(0), SD_BUS_SIGNAL_WITH_ARGS("LowMemoryWarning", SD_BUS_ARGS("y", level), 0), SD_BUS_VTABLE_END};

LowMemoryMonitor::Warning warning_for(Event event) {
  switch (event) {
    case Event::pressure_warning: return LowMemoryMonitor::low;
    case Event::victim_terminated:
    case Event::no_victim: return LowMemoryMonitor::medium;
    case Event::victim_killed:
    case Event::kernel_killed: return LowMemoryMonitor::critical;
    default: return LowMemoryMonitor::none;
  }
}

}  // namespace

int LowMemoryMonitor::publish(sd_bus* bus) {
  sd_bus_slot* slot = nullptr;
  const int r = sd_bus_add_object_vtable(bus, &slot, kPath, kInterface, kMembers, this);
  object_.reset(slot);
  return r;
}

void LowMemoryMonitor::withdraw() {
  object_.reset();
  owns_name_ = false;
}

void LowMemoryMonitor::tell(sd_bus* bus, Event event, const Incident& incident) {
  warn(bus, warning_for(event), incident.now_time);
}

void LowMemoryMonitor::notice_changes(sd_bus* bus, const Snapshot& now) {
  if (!std::exchange(near_, now.near) && now.near) warn(bus, low, now.time);
}

void LowMemoryMonitor::warn(sd_bus* bus, Warning level, Instant time) {
  if (level == none || !owns_name_ || !is_listening(bus)) return;
  if (level <= said_ && time - said_at_ < kSameAgainAfter) return;
  said_ = level;
  said_at_ = time;
  sd_bus_emit_signal(bus, kPath, kInterface, "LowMemoryWarning", "y", static_cast<int>(level));
}

}  // namespace forestall::bus
