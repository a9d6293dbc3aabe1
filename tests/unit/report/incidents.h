// SPDX-License-Identifier: MIT
// An incident for the tests to tell: a browser that leaked, and was sent SIGTERM.
#pragma once

#include <array>

#include "forestall/incident.h"

namespace forestall::testing {

inline constexpr std::array<Event, 11> kAllEvents = {
    Event::pressure_warning, Event::victim_terminated, Event::victim_killed, Event::victim_gone,
    Event::victim_survived,  Event::stood_down,        Event::no_victim,     Event::breaker_opened,
    Event::kernel_killed,    Event::restart_loop,      Event::recovered};
inline constexpr std::array<Mercy, 11> kAllMercies = {Mercy::init,         Mercy::kernel_thread, Mercy::forestall,
                                                      Mercy::ancestor,     Mercy::system_unit,   Mercy::oom_score_adj,
                                                      Mercy::protect,      Mercy::omit,          Mercy::other_node,
                                                      Mercy::out_of_reach, Mercy::too_small};
inline constexpr std::array<Outcome, 6> kAllOutcomes = {Outcome::none,       Outcome::memory_back,   Outcome::fruitless,
                                                        Outcome::unkillable, Outcome::not_permitted, Outcome::vanished};

inline Instant at(Duration time) { return Instant(std::chrono::hours(1) + time); }

inline CandidateNote candidate(std::int32_t pid, std::string_view comm, Bytes memory) {
  CandidateNote c;
  c.process = {{pid, 7}, 1000, comm, std::string_view("app-firefox.scope"), memory, 100};
  c.terms = {Term{"memory", 250'000}, Term{"adj", 100'000}, Term{"prefer", 0}, Term{"avoid", -50'000}};
  c.term_count = 4;
  c.score = 300'000;
  return c;
}

inline SparedNote spared(std::int32_t pid, std::string_view comm, Bytes memory, Mercy why) {
  return {{{pid, 7}, 0, comm, std::string_view("ssh.service"), memory, 0}, why, 1};
}

inline Incident incident() {
  Incident i;
  i.id = {0x0123456789abcdef, 0xfedcba9876543210};
  i.begun = at({});
  i.rule_name.assign("low-memory");
  i.verdict.action = Action::terminate;
  i.verdict.rule = 0;
  i.verdict.rules[0].readings[index(Condition::mem_available_below)] = {
      true, true, true, static_cast<std::int64_t>(1434 * kMiB), static_cast<std::int64_t>(1536 * kMiB)};
  i.verdict.rules[0].readings[index(Condition::swap_free_below)] = {true, true, true, 0, 0};
  i.candidates[0] = candidate(4242, "firefox", 4 * kGiB);
  i.candidates[1] = candidate(4300, "gimp", kGiB);
  i.candidate_count = 2;
  i.eligible = 2;
  i.spared[0] = spared(900, "sshd", 12 * kMiB, Mercy::system_unit);
  i.spared_count = 1;
  i.seen = 321;

  Attempt& a = i.attempt;
  a.victim.id = {4242, 7};
  a.victim.uid = 1000;
  a.victim.comm.assign("firefox");
  a.victim.state = 'D';
  a.victim.anon = 4 * kGiB;
  a.victim.oom_score_adj = 100;
  a.victim.place.path.assign("/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox.scope");
  a.victim.place.unit.assign("user@1000.service");
  a.victim.place.user_unit.assign("app-firefox.scope");
  a.victim.profile.cmdline.assign("/usr/lib/firefox/firefox --private");
  a.victim.profile.exe.assign("/usr/lib/firefox/firefox");
  a.score = 300'000;
  a.grace = std::chrono::seconds(5);
  a.promised = 4 * kGiB;
  i.now.available = 1434 * kMiB;
  i.now.user_total = 16 * kGiB;
  i.now_time = at({});
  return i;
}

/// The same, of 33 processes that go together.
inline Incident incident_of(Kind kind) {
  Incident i = incident();
  i.attempt.party = {kind, i.attempt.victim.id, 33};
  i.candidates[0].process.kind = kind;
  i.candidates[0].process.processes = 33;
  i.candidates[0].counted = 40;
  return i;
}

/// The same, a second later: it obeyed, and all is well.
inline Incident ended_incident() {
  Incident i = incident();
  i.attempt.terminated = at(std::chrono::milliseconds(1));
  i.attempt.gone = at(std::chrono::milliseconds(401));
  i.attempt.memory_back = at(std::chrono::milliseconds(451));
  i.attempt.freed = 4 * kGiB - 100 * kMiB;
  i.attempt.outcome = Outcome::memory_back;
  i.now.available = 5 * kGiB;
  return i;
}

}  // namespace forestall::testing
