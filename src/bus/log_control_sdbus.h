// SPDX-License-Identifier: MIT
// org.freedesktop.LogControl1 (org.freedesktop.LogControl1(5)), for `systemctl service-log-level`. Only the bus's
// policy keeps others than root from setting it: a property is set at once, there is no time to ask who it is.
#pragma once

#include <systemd/sd-bus.h>

#include "bus/handles_sdbus.h"
#include "bus/subject.h"

namespace forestall::bus {

class LogControl {
 public:
  explicit LogControl(Subject& subject) : subject_(subject) {}
  LogControl(const LogControl&) = delete;
  LogControl& operator=(const LogControl&) = delete;

  int publish(sd_bus* bus);
  void withdraw() { object_.reset(); }

 private:
  struct Vtable;

  Subject& subject_;
  Slot object_;
};

}  // namespace forestall::bus
