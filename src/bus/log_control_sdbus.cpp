// SPDX-License-Identifier: MIT
#include "bus/log_control_sdbus.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace forestall::bus {
namespace {

/// By their numbers in syslog(3).
constexpr std::array<const char*, 8> kLevels = {"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};

}  // namespace

struct LogControl::Vtable {
  using Name = const char*;

  static int get_level(sd_bus* /*b*/, Name /*p*/, Name /*i*/, Name /*n*/, sd_bus_message* reply, void* self,
                       sd_bus_error* /*error*/) noexcept {
    const int level = std::clamp(of(self).log_level(), 0, static_cast<int>(kLevels.size()) - 1);
    return sd_bus_message_append(reply, "s", kLevels[static_cast<std::size_t>(level)]);
  }

  static int set_level(sd_bus* /*b*/, Name /*p*/, Name /*i*/, Name /*n*/, sd_bus_message* value, void* self,
                       sd_bus_error* error) noexcept {
    Name text = nullptr;
    if (const int r = sd_bus_message_read(value, "s", &text); r < 0) return r;
    const auto found = std::ranges::find(kLevels, std::string_view(text));
    if (found == kLevels.end()) {
      return sd_bus_error_set(error, SD_BUS_ERROR_INVALID_ARGS,
                              "No such level; allowed are emerg, alert, crit, err, warning, notice, info and debug.");
    }
    of(self).set_log_level(static_cast<int>(found - kLevels.begin()));
    return 1;
  }

  static int get_target(sd_bus* /*b*/, Name /*p*/, Name /*i*/, Name /*n*/, sd_bus_message* reply, void* self,
                        sd_bus_error* /*error*/) noexcept {
    return sd_bus_message_append(reply, "s", of(self).log_target());
  }

  /// The log goes where it goes; to say so again is no mistake.
  static int set_target(sd_bus* /*b*/, Name /*p*/, Name /*i*/, Name /*n*/, sd_bus_message* value, void* self,
                        sd_bus_error* error) noexcept {
    Name text = nullptr;
    if (const int r = sd_bus_message_read(value, "s", &text); r < 0) return r;
    const std::string_view target(text);
    if (target == "auto" || target == of(self).log_target()) return 1;
    return sd_bus_error_setf(error, SD_BUS_ERROR_NOT_SUPPORTED, "The log goes to \"%s\" and nowhere else.",
                             of(self).log_target());
  }

  static int get_identifier(sd_bus* /*b*/, Name /*p*/, Name /*i*/, Name /*n*/, sd_bus_message* reply, void* /*self*/,
                            sd_bus_error* /*error*/) noexcept {
    return sd_bus_message_append(reply, "s", "forestalld");
  }

  static Subject& of(void* self) { return static_cast<LogControl*>(self)->subject_; }
  static const sd_bus_vtable kMembers[];
};

const sd_bus_vtable LogControl::Vtable::kMembers[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_WRITABLE_PROPERTY("LogLevel", "s", get_level, set_level, 0, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_WRITABLE_PROPERTY("LogTarget", "s", get_target, set_target, 0, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_PROPERTY("SyslogIdentifier", "s", get_identifier, 0, SD_BUS_VTABLE_PROPERTY_CONST), SD_BUS_VTABLE_END};

int LogControl::publish(sd_bus* bus) {
  sd_bus_slot* slot = nullptr;
  const int r = sd_bus_add_object_vtable(bus, &slot, "/org/freedesktop/LogControl1", "org.freedesktop.LogControl1",
                                         Vtable::kMembers, this);
  object_.reset(slot);
  return r;
}

}  // namespace forestall::bus
