// SPDX-License-Identifier: MIT
// The a{sv} at the end of each signal: whatever is known of an event, by name, so that more can be told later without
// breaking a listener. No command lines: everybody on the bus hears it, and a command line may hold a secret.
#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>
#include <string>

#include "forestall/incident.h"

namespace forestall::bus {

/// Writes one a{sv} into a message. The first error stays, and is what close() returns.
class Dictionary {
 public:
  explicit Dictionary(sd_bus_message* message);
  void add(const char* key, const std::string& value);
  void add(const char* key, std::uint64_t value);
  void add(const char* key, std::uint32_t value);
  void add(const char* key, bool value);
  void add(const char* key, double value);
  void add(const char* key, Duration value);  ///< in µs, as a t
  void add(const char* key, const char* value) { add(key, std::string(value)); }
  int close();

 private:
  template <typename... Values>
  void append(Values... values);

  sd_bus_message* message_;
  int result_;
};

/// "SIGKILL" if it came to that, else "SIGTERM".
const char* signal_of(const Incident& incident);

/// Microseconds of CLOCK_MONOTONIC, as systemd counts them.
std::uint64_t usec_of(Instant time);

/// One a{sv} with all there is to tell.
int append_details(sd_bus_message* message, Event event, const Incident& incident);

}  // namespace forestall::bus
