// SPDX-License-Identifier: MIT
// All that the daemon offers on a bus, and the way there. The system bus is not needed: without it all goes on, and
// when it comes (back) so do we. Nothing here ever waits for the bus, and nothing is said on it while the engine looks:
// events wait in Announcements until after_look().
#pragma once

#include <functional>
#include <string>

#include "bus/announcements.h"
#include "bus/forestall1_sdbus.h"
#include "bus/log_control_sdbus.h"
#include "bus/low_memory_monitor_sdbus.h"
#include "bus/subject.h"

namespace forestall::bus {

class Service {
 public:
  static constexpr const char* kName = "org.forestall.Forestall1";
  /// Hears once why the name is not ours, although there is a bus.
  using Complaint = std::function<void(const std::string&)>;

  /// `event` and the others outlive it. Does nothing before open() or adopt().
  Service(sd_event* event, Subject& subject, Announcements& announcements, Complaint complain);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Goes to the system bus, now and whenever it was lost: after a second, and after twice as long each time it cannot
  /// be had, up to a minute.
  void open();
  /// Offers all on this bus, which is started and is not the system bus: for a peer at the other end of a socket.
  int adopt(Bus bus);
  /// After each look: says what was told meanwhile, and what has changed.
  void after_look();

  /// None while there is none.
  [[nodiscard]] sd_bus* bus() const { return bus_.get(); }
  [[nodiscard]] bool is_open() const { return bus_ && sd_bus_is_ready(bus_.get()) > 0; }

 private:
  int connect();
  int publish(sd_bus* bus);
  void lose();
  void try_later();
  void refused(const std::string& why);

  static int on_retry(sd_event_source* source, std::uint64_t usec, void* self) noexcept;
  static int on_disconnected(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;
  static int on_name(sd_bus_message* reply, void* self, sd_bus_error* error) noexcept;
  static int on_monitor_name(sd_bus_message* reply, void* self, sd_bus_error* error) noexcept;
  static int on_monitor_name_lost(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;

  sd_event* event_;
  Announcements& announcements_;
  Subject& subject_;
  Complaint complain_;
  bool complained_ = false;
  std::uint64_t pause_usec_;
  Source retry_;
  Bus bus_;  ///< before what is offered on it, which goes first
  Forestall1 forestall_;
  LowMemoryMonitor monitor_;
  LogControl log_control_;
};

}  // namespace forestall::bus
