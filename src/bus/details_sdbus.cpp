// SPDX-License-Identifier: MIT
#include "bus/details_sdbus.h"

#include "base/text.h"
#include "report/telling.h"
#include "report/words.h"

namespace forestall::bus {
namespace {

std::uint64_t usec_of(Duration d) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(d).count());
}

void add_victim(const Incident& i, Dictionary& d) {
  const ProcessFacts& v = i.attempt.victim;
  d.add("Pid", static_cast<std::uint32_t>(v.id.pid));
  d.add("Comm", escaped(v.comm.view()));
  d.add("Uid", v.uid);
  d.add("Unit", escaped(v.place.innermost_unit().view()));
  d.add("Cgroup", escaped(v.place.path.view()));
  d.add("Kind", std::string(name_of(i.attempt.party.kind)));
  d.add("Processes", i.attempt.party.processes);
  d.add("Score", static_cast<double>(i.attempt.score) / static_cast<double>(kPerMille));
  d.add("PromisedBytes", i.attempt.promised);
  d.add("GraceUSec", i.attempt.grace);
}

void add_ending(const Incident& i, Dictionary& d) {
  const Attempt& a = i.attempt;
  const auto signal = a.terminated ? a.terminated : a.killed;
  d.add("Outcome", std::string(name_of(a.outcome)));
  d.add("FreedBytes", a.freed);
  d.add("Needless", a.was_needless());
  if (signal && a.gone) d.add("ExitUSec", *a.gone - *signal);
  if (signal && a.memory_back) d.add("MemoryBackUSec", *a.memory_back - *signal);
}

}  // namespace

Dictionary::Dictionary(sd_bus_message* message)
    : message_(message), result_(sd_bus_message_open_container(message, 'a', "{sv}")) {}

template <typename... Values>
void Dictionary::append(Values... values) {
  if (result_ >= 0) result_ = sd_bus_message_append(message_, "{sv}", values...);
}

void Dictionary::add(const char* key, const std::string& value) { append(key, "s", value.c_str()); }
void Dictionary::add(const char* key, std::uint64_t value) { append(key, "t", value); }
void Dictionary::add(const char* key, std::uint32_t value) { append(key, "u", value); }
void Dictionary::add(const char* key, bool value) { append(key, "b", static_cast<int>(value)); }
void Dictionary::add(const char* key, double value) { append(key, "d", value); }
void Dictionary::add(const char* key, Duration value) { append(key, "t", usec_of(value)); }

int Dictionary::close() { return result_ < 0 ? result_ : sd_bus_message_close_container(message_); }

const char* signal_of(const Incident& i) {
  // A dry run sends nothing; its record tells what the rule would have asked for.
  if (i.dry_run) return i.verdict.action == Action::kill ? "SIGKILL" : "SIGTERM";
  return i.attempt.killed ? "SIGKILL" : "SIGTERM";
}

std::uint64_t usec_of(Instant time) { return usec_of(time.time_since_epoch()); }

int append_details(sd_bus_message* message, Event event, const Incident& i) {
  Dictionary d(message);
  d.add("IncidentId", in_words(i.id));
  d.add("Event", std::string(name_of(event)));
  d.add("Message", sentence(event, i));
  d.add("RealtimeUSec", static_cast<std::uint64_t>(i.wall.time_since_epoch().count()));
  d.add("MonotonicUSec", usec_of(i.now_time));
  d.add("DryRun", i.dry_run);
  d.add("MemAvailableBytes", i.now.available);
  d.add("SwapLeftBytes", i.now.swap_left);
  if (i.verdict.action != Action::none) {
    d.add("Rule", escaped(i.rule_name.view()));
    d.add("Action", std::string(name_of(i.verdict.action)));
    d.add("Reason", reason(i));
  }
  if (has_victim(event)) add_victim(i, d);
  if (event == Event::victim_terminated || event == Event::victim_killed || event == Event::victim_gone) {
    d.add("Signal", signal_of(i));
  }
  if (event == Event::victim_gone || event == Event::victim_survived) add_ending(i, d);
  if (event == Event::kernel_killed) d.add("KernelKills", i.kernel_kills);
  if (event == Event::breaker_opened) d.add("PauseUSec", i.pause);
  if (event == Event::restart_loop) {
    d.add("RestartedUnit", escaped(i.restart.unit.view()));
    d.add("Restarts", static_cast<std::uint32_t>(i.restart.times));
  }
  return d.close();
}

}  // namespace forestall::bus
