// SPDX-License-Identifier: MIT
// The interface org.forestall.Forestall1: properties, methods and signals, as docs/org.forestall.Forestall1.xml has
// them. Every member is marked unprivileged, for otherwise sd-bus would ask the bus about each caller, and wait for the
// answer: who may do what is decided here (Authority).
#pragma once

#include <systemd/sd-bus.h>

#include <optional>
#include <string>
#include <string_view>

#include "bus/announcements.h"
#include "bus/authority_sdbus.h"
#include "bus/past_incidents.h"
#include "bus/subject.h"

namespace forestall::bus {

class Forestall1 {
 public:
  static constexpr const char* kPath = "/org/forestall/Forestall1";
  static constexpr const char* kInterface = "org.forestall.Forestall1";

  Forestall1(Subject& subject, const Announcements& announcements);
  Forestall1(const Forestall1&) = delete;
  Forestall1& operator=(const Forestall1&) = delete;

  /// Offers the object on `bus`. Negative errno if that cannot be.
  int publish(sd_bus* bus);
  /// The bus is gone; what was asked there needs no answer.
  void withdraw();

  /// What was told is kept as the last event, and said on `bus` if there is one.
  void tell(sd_bus* bus, Event event, const Incident& incident);
  /// Says on `bus` which properties are not what they were when this was called last.
  void notice_changes(sd_bus* bus);

 private:
  /// What a property of each was like when it was last said.
  struct Said {
    std::string_view state = "watching";
    Level level = Level::calm;
    unsigned configurations = 0;
    std::string rejected;
    std::optional<Instant> paused_until;
    std::uint64_t events = 0;
  };
  struct Vtable;  ///< what sd-bus is told of the members

  [[nodiscard]] Level level(const Snapshot& now);
  [[nodiscard]] static const char* state_of(const Snapshot& now);
  static int announce(sd_bus* bus, Event event, const Incident& incident);

  int get_version(sd_bus_message* reply) const;
  int get_state(sd_bus_message* reply) const;
  int get_level(sd_bus_message* reply) const;
  int get_dry_run(sd_bus_message* reply) const;
  int get_sample(sd_bus_message* reply) const;
  int get_rules(sd_bus_message* reply) const;
  int get_counters(sd_bus_message* reply) const;
  int get_last_incident(sd_bus_message* reply) const;
  int get_pause_end(sd_bus_message* reply) const;
  int get_rejected(sd_bus_message* reply) const;

  int explain(sd_bus_message* call);
  int dump(sd_bus_message* call);
  int list_incidents(sd_bus_message* call);
  int get_incident(sd_bus_message* call);
  int reload(sd_bus_message* call);
  int pause(sd_bus_message* call);
  int resume(sd_bus_message* call);
  bool is_busy(sd_bus_message* call);

  Subject& subject_;
  const Announcements& announcements_;
  Authority authority_;
  Slot object_;
  Said said_;
  Instant armed_at_{};
  std::uint64_t costly_at_ = 0;  ///< when somebody last asked for what costs something
  std::uint64_t events_ = 0;
  Event last_event_{};
  Incident last_;
  PastIncidents past_;
};

}  // namespace forestall::bus
