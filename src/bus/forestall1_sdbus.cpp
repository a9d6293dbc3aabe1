// SPDX-License-Identifier: MIT
#include "bus/forestall1_sdbus.h"

#include <array>

#include "base/text.h"
#include "bus/details_sdbus.h"
#include "report/telling.h"
#include "report/words.h"

namespace forestall::bus {
namespace {

/// Trouble that comes and goes is said to be over when it has stayed away for so long.
constexpr Duration kCalmAfter = std::chrono::seconds(5);

/// Only those whose first signal this is: SIGKILL after SIGTERM is the same choice.
bool is_choice(Event event, const Incident& i) {
  return event == Event::victim_terminated || (event == Event::victim_killed && !i.attempt.terminated);
}

bool is_warning(Event event) {
  switch (event) {
    case Event::pressure_warning:
    case Event::victim_survived:
    case Event::no_victim:
    case Event::breaker_opened:
    case Event::kernel_killed:
    case Event::restart_loop: return true;
    default: return false;
  }
}

const char* signal_for(Event event, const Incident& incident) {
  if (is_choice(event, incident)) return "VictimSelected";
  if (is_warning(event)) return "Warning";
  if (event == Event::victim_gone) return "Killed";
  return event == Event::recovered ? "Recovered" : nullptr;
}

/// The arguments before the a{sv}.
int append_arguments(sd_bus_message* m, Event event, const Incident& i) {
  if (event == Event::recovered) return 0;
  if (is_warning(event)) {
    return sd_bus_message_append(m, "ss", std::string(name_of(event)).c_str(), sentence(event, i).c_str());
  }
  const ProcessFacts& v = i.attempt.victim;
  return sd_bus_message_append(m, "usssss", static_cast<std::uint32_t>(v.id.pid), escaped(v.comm.view()).c_str(),
                               escaped(v.place.innermost_unit().view()).c_str(), escaped(v.place.path.view()).c_str(),
                               signal_of(i), reason(i).c_str());
}

}  // namespace

Forestall1::Forestall1(Subject& subject, const Announcements& announcements)
    : subject_(subject), announcements_(announcements) {}

void Forestall1::withdraw() {
  authority_.forget();
  object_.reset();
}

const char* Forestall1::state_of(const Snapshot& now) {
  if (now.blind) return "blind";
  return now.paused_until ? "paused" : "watching";
}

Level Forestall1::level(const Snapshot& now) {
  if (now.level != Level::calm) armed_at_ = now.time;
  const bool was_armed = said_.level != Level::calm && now.time - armed_at_ < kCalmAfter;
  return now.level == Level::calm && was_armed ? Level::armed : now.level;
}

void Forestall1::tell(sd_bus* bus, Event event, const Incident& incident) {
  ++events_;
  last_event_ = event;
  last_ = incident;
  past_.note(event, incident);
  if (is_listening(bus)) announce(bus, event, incident);
}

int Forestall1::announce(sd_bus* bus, Event event, const Incident& incident) {
  const char* member = signal_for(event, incident);
  if (member == nullptr) return 0;
  sd_bus_message* signal = nullptr;
  int r = sd_bus_message_new_signal(bus, &signal, kPath, kInterface, member);
  const Message owned(signal);
  if (r >= 0) r = append_arguments(signal, event, incident);
  if (r >= 0) r = append_details(signal, event, incident);
  return r < 0 ? r : sd_bus_send(bus, signal, nullptr);
}

void Forestall1::notice_changes(sd_bus* bus) {
  // What cannot be said now is said later: whoever keeps properties would go on believing the old ones.
  if (!object_ || !is_listening(bus)) return;
  const Snapshot now = subject_.snapshot();
  const Level level_now = level(now);
  std::array<const char*, 8> changed{};
  std::size_t count = 0;
  const auto compare = [&](auto& said, const auto& is, std::initializer_list<const char*> names) {
    if (said == is) return;
    said = is;
    for (const char* name : names) changed[count++] = name;
  };
  compare(said_.state, std::string_view(state_of(now)), {"State"});
  compare(said_.level, level_now, {"ArmedLevel"});
  compare(said_.configurations, now.configurations, {"Rules"});
  compare(said_.rejected, now.rejected, {"ConfigurationError"});
  compare(said_.paused_until, now.paused_until, {"PauseEndUSec"});
  compare(said_.events, events_, {"Counters", "LastIncident"});
  if (count == 0) return;
  // sd-bus does not write to the names; its type is only not const.
  sd_bus_emit_properties_changed_strv(bus, kPath, kInterface, const_cast<char**>(changed.data()));
}

}  // namespace forestall::bus
