// SPDX-License-Identifier: MIT
#include "bus/service_sdbus.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace forestall::bus {
namespace {

constexpr std::uint64_t kFirstPauseUsec = 1'000'000;
constexpr std::uint64_t kLongestPauseUsec = 60 * kFirstPauseUsec;
constexpr std::uint64_t kAccuracyUsec = 250'000;  // nobody waits for it to the millisecond
/// Whatever the bus wants comes after the looks.
constexpr std::int64_t kPriority = SD_EVENT_PRIORITY_IDLE;
/// Answers to RequestName (D-Bus specification, org.freedesktop.DBus.RequestName).
constexpr std::uint32_t kPrimaryOwner = 1, kAlreadyOwner = 4;

/// Empty if the name is ours now, else why not.
std::string why_not_ours(sd_bus_message* reply) {
  if (const sd_bus_error* error = sd_bus_message_get_error(reply); error != nullptr) {
    return error->message != nullptr ? error->message : error->name;
  }
  std::uint32_t answer = 0;
  if (sd_bus_message_read(reply, "u", &answer) < 0) return "the bus did not answer";
  return answer == kPrimaryOwner || answer == kAlreadyOwner ? "" : "another process has it";
}

}  // namespace

Service::Service(sd_event* event, Subject& subject, Announcements& announcements, Complaint complain)
    : event_(event),
      announcements_(announcements),
      subject_(subject),
      complain_(std::move(complain)),
      pause_usec_(kFirstPauseUsec),
      forestall_(subject, announcements),
      log_control_(subject) {}

Service::~Service() { lose(); }

void Service::open() {
  if (connect() < 0) try_later();
}

int Service::connect() {
  lose();
  sd_bus* bus = nullptr;
  // Neither connects nor says hello before it returns: that happens in the event loop.
  int r = sd_bus_open_system_with_description(&bus, "forestalld");
  if (r < 0) return r;
  Bus owned(bus);
  sd_bus_set_close_on_exit(bus, 0);  // that would flush, and wait for it
  const char* local = "org.freedesktop.DBus.Local";
  r = sd_bus_match_signal_async(bus, nullptr, local, "/org/freedesktop/DBus/Local", local, "Disconnected",
                                &Service::on_disconnected, nullptr, this);
  if (r >= 0) r = sd_bus_attach_event(bus, event_, kPriority);
  if (r >= 0) r = publish(bus);
  if (r >= 0) r = sd_bus_request_name_async(bus, nullptr, kName, 0, &Service::on_name, this);
  if (r >= 0) {
    r = sd_bus_request_name_async(bus, nullptr, LowMemoryMonitor::kName, SD_BUS_NAME_ALLOW_REPLACEMENT,
                                  &Service::on_monitor_name, this);
  }
  if (r >= 0) {
    r = sd_bus_match_signal_async(bus, nullptr, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                  "NameLost", &Service::on_monitor_name_lost, nullptr, this);
  }
  if (r < 0) {
    lose();
    return r;
  }
  bus_ = std::move(owned);
  return 0;
}

int Service::publish(sd_bus* bus) {
  int r = forestall_.publish(bus);
  if (r >= 0) r = monitor_.publish(bus);
  return r < 0 ? r : log_control_.publish(bus);
}

int Service::adopt(Bus bus) {
  lose();
  int r = sd_bus_attach_event(bus.get(), event_, kPriority);
  if (r >= 0) r = publish(bus.get());
  monitor_.owns_name(true);
  if (r >= 0) bus_ = std::move(bus);
  return r;
}

void Service::lose() {
  forestall_.withdraw();
  monitor_.withdraw();
  log_control_.withdraw();
  bus_.reset();
}

void Service::try_later() {
  if (!retry_) {
    sd_event_source* source = nullptr;
    // Without memory for a timer there is no bus any more; the daemon goes on.
    if (sd_event_add_time(event_, &source, CLOCK_MONOTONIC, UINT64_MAX, kAccuracyUsec, &Service::on_retry, this) < 0) {
      return;
    }
    retry_.reset(source);
    sd_event_source_set_priority(source, kPriority);
  }
  sd_event_source_set_time_relative(retry_.get(), pause_usec_);
  sd_event_source_set_enabled(retry_.get(), SD_EVENT_ONESHOT);
  pause_usec_ = std::min(2 * pause_usec_, kLongestPauseUsec);
}

void Service::refused(const std::string& why) {
  try_later();
  if (std::exchange(complained_, true)) return;
  complain_(fmt::format("nobody can ask over D-Bus: the name {} cannot be had ({}); it is tried again", kName, why));
}

void Service::after_look() {
  guarded([this] {
    sd_bus* bus = bus_.get();
    announcements_.take([&](Event event, const Incident& incident) {
      forestall_.tell(bus, event, incident);
      monitor_.tell(bus, event, incident);
    });
    monitor_.notice_changes(bus, subject_.snapshot());
    forestall_.notice_changes(bus);
    return 0;
  });
}

int Service::on_retry(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) noexcept {
  return guarded([self] {
    static_cast<Service*>(self)->open();
    return 0;
  });
}

/// What is left of it is cleared away by the next attempt: this is a call out of its own depths.
int Service::on_disconnected(sd_bus_message* /*message*/, void* self, sd_bus_error* /*error*/) noexcept {
  static_cast<Service*>(self)->try_later();
  return 0;
}

int Service::on_name(sd_bus_message* reply, void* self, sd_bus_error* /*error*/) noexcept {
  return guarded([&] {
    auto* service = static_cast<Service*>(self);
    const std::string why = why_not_ours(reply);
    if (!why.empty()) {
      service->refused(why);
      return 0;
    }
    service->pause_usec_ = kFirstPauseUsec;
    service->complained_ = false;
    return 0;
  });
}

int Service::on_monitor_name(sd_bus_message* reply, void* self, sd_bus_error* /*error*/) noexcept {
  return guarded([&] {
    static_cast<Service*>(self)->monitor_.owns_name(why_not_ours(reply).empty());
    return 0;
  });
}

int Service::on_monitor_name_lost(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
  const char* name = nullptr;
  const bool ours = sd_bus_message_read(message, "s", &name) > 0 && std::string_view(name) == LowMemoryMonitor::kName;
  if (ours) static_cast<Service*>(self)->monitor_.owns_name(false);
  return 0;
}

}  // namespace forestall::bus
