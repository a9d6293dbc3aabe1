// SPDX-License-Identifier: MIT
// What holds on every machine, with any processes that behave in any way.
#include <gtest/gtest.h>
#include <rapidcheck.h>
// Needs both of the above.
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "config/config_file.h"
#include "support/fake_machine.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;

int pick(int least, int most) { return *rc::gen::inRange(least, most + 1); }
bool one_in(int n) { return pick(1, n) == 1; }
Bytes mib(int least, int most) { return static_cast<Bytes>(pick(least, most)) * kMiB; }
Duration ms(int least, int most) { return pick(least, most) * 1ms; }

void behave_somehow(FakeProcess& p) {
  if (one_in(2)) p.grows(mib(10, 8000), ms(0, 20'000));
  if (one_in(4)) p.ignores_sigterm();
  if (one_in(3)) p.exits_after_sigterm(ms(0, 4000));
  if (one_in(6)) p.dies_after_sigkill(ms(0, 3000));
  if (one_in(8)) p.stuck();
  if (one_in(8)) p.only_its_memory_dies();
  if (one_in(6)) p.not_permitted();
  if (one_in(5)) p.memory_returns_after(ms(1, 5000));
  if (one_in(8)) p.memory_stays();
  if (one_in(5)) p.is_protected();
  if (one_in(5)) p.profile_after(ms(0, 150));
  if (one_in(5)) p.adj(pick(-1000, 1000));
  if (one_in(6)) p.ends_after(ms(1, 40'000));
  if (one_in(8)) p.forks(ms(200, 3000), mib(10, 500));
  if (one_in(6)) p.grace(ms(0, 3000));
}

void furnish(FakeMachine& machine) {
  if (one_in(2)) machine.add_swap(mib(100, 8192));
  if (one_in(4)) machine.add_zram(mib(100, 4096), Share::percent(pick(10, 90)));
  if (one_in(4)) machine.without_psi();
  if (one_in(6)) machine.without_vmstat();
  if (one_in(3)) machine.background_stall(Share::percent(pick(0, 100)), Share::percent(pick(0, 100)));
  if (one_in(3)) machine.background_refaults(mib(0, 1000));
  if (one_in(4)) machine.tmpfs_grows(mib(1, 200));
  if (one_in(3)) machine.searching_takes(ms(0, 20));
  const int processes = pick(1, 12);
  for (int i = 0; i < processes; ++i) behave_somehow(machine.spawn("p" + std::to_string(i), mib(1, 3000)));
  if (one_in(3)) machine.after(ms(0, 30'000), [&machine] { machine.add_swap(2 * kGiB); });
  if (one_in(3)) machine.after(ms(0, 30'000), [&machine] { machine.suspend(1h); });
  if (one_in(3)) machine.after(ms(0, 30'000), [&machine] { machine.set_wall_clock(-1h); });
}

/// Looks as the daemon does, and at any other moment too: triggers and deaths wake it.
void live_through(FakeMachine& machine, Driver& driver) {
  const int parts = pick(1, 12);
  for (int i = 0; i < parts; ++i) {
    driver.run_for(ms(1, 6000));
    if (one_in(2)) driver.wake();
    if (one_in(12)) driver.engine().reconfigure(config::builtin());
  }
  driver.run_for(10s);  // whatever was begun comes to its end
  RC_CLASSIFY(machine.sent().empty(), "nobody was signalled");
  RC_CLASSIFY(machine.count(Event::breaker_opened) > 0, "the breaker opened");
  RC_CLASSIFY(machine.sample().vmstat && machine.sample().vmstat->oom_kill > 0, "the kernel killed");
}

/// Every limit of the built-in rules, computed here once more from what the machine was at that moment.
bool a_rule_could_hold(const Sample& s) {
  const Bytes available = s.memory.mem_available;
  const Bytes whole = available + s.memory.anon_pages;
  const bool low = available < std::min(whole / 10, 1536 * kMiB);
  // zram counts for less than its free part, so this is more than the rule has.
  const bool little_swap =
      s.memory.swap_free < s.memory.swap_total / 10 || s.memory.swap_total == 0 || s.zram.swap_size > 0;
  const bool stall = s.psi && s.vmstat && available < whole * 3 / 10;
  return (low && little_swap) || stall;
}

/// A victim, from its first signal to the word about its end.
struct Story {
  const FakeProcess* victim;
  const Sent* first;
  std::vector<const Sent*> signals;
  const Told* end = nullptr;
};

bool ends_a_story(Event e) { return e == Event::victim_gone || e == Event::victim_survived; }

/// Signals and events in the order in which they happened, told as stories. Fails if two are open at a time: then a
/// signal reaches somebody who neither is the victim nor descends from it.
std::vector<Story> stories(const FakeMachine& machine) {
  std::vector<Story> all;
  const auto told_between = [&](std::size_t from, std::size_t to) {
    for (const Told& t : machine.told()) {
      if (t.order > from && t.order < to && ends_a_story(t.event)) return &t;
    }
    return static_cast<const Told*>(nullptr);
  };
  for (const Sent& s : machine.sent()) {
    if (s.reach != Reach::done) continue;
    if (!all.empty()) all.back().end = told_between(all.back().first->order, s.order);
    const bool goes_on = !all.empty() && all.back().end == nullptr;
    if (goes_on) RC_ASSERT(all.back().victim->facts.process_group == s.to->facts.process_group);
    if (!goes_on) all.push_back({s.to, &s, {}, nullptr});
    if (all.back().victim == s.to) all.back().signals.push_back(&s);
  }
  if (!all.empty()) all.back().end = told_between(all.back().first->order, SIZE_MAX);
  return all;
}

void spares_who_must_live(const FakeMachine& machine) {
  for (const Sent& s : machine.sent()) {
    RC_ASSERT(!s.to->facts.profile.is_protected);
    RC_ASSERT(s.to->facts.oom_score_adj != -1000);
  }
}

void begins_nothing_while_no_rule_holds(const Story& story) { RC_ASSERT(a_rule_could_hold(story.first->sample)); }

void ends_within_its_bounds(const Story& story, Duration grace, Duration uptime) {
  constexpr Duration looks = 120ms;
  const Sent& last = *story.signals.back();
  RC_ASSERT(story.signals.size() <= 2U);
  if (story.signals.size() == 2) {
    RC_ASSERT(story.first->signal == Signal::term);
    RC_ASSERT(last.signal == Signal::kill);
    RC_ASSERT(last.at - story.first->at <= grace + looks);
  }
  const Duration end = story.end != nullptr ? story.end->at : uptime;
  const Duration most = last.signal == Signal::kill ? kUnkillableAfter : grace;
  RC_ASSERT(end - last.at <= most + kMemoryPatience + looks);
}

void tells_of_its_own_victim(const Story& story) {
  if (story.end == nullptr) return;
  const Attempt& attempt = story.end->incident.attempt;
  // Of several the head may have vanished before the signal.
  const bool alone = attempt.party.kind == Kind::process;
  RC_ASSERT(attempt.victim.process_group == story.victim->facts.process_group);
  RC_ASSERT(!alone || attempt.victim.id == story.victim->facts.id);
}

void tells_of_no_recovery_without_trouble(const FakeMachine& machine) {
  Event before = Event::recovered;
  for (const Told& t : machine.told()) {
    if (t.event == Event::recovered) RC_ASSERT(before != Event::recovered);
    RC_ASSERT(t.incident.id != IncidentId{});
    before = t.event;
  }
}

RC_GTEST_PROP(Engine, KeepsItsPromisesOnAnyMachine, ()) {
  FakeMachine machine(mib(1024, 32 * 1024));
  furnish(machine);
  Config config = config::builtin();
  config.kill.grace = ms(0, 5000);  // never longer than the one of a reload; entries have shorter ones too
  const Duration longest_grace = config::builtin().kill.grace;
  Driver driver(machine, config);
  live_through(machine, driver);

  spares_who_must_live(machine);
  tells_of_no_recovery_without_trouble(machine);
  for (const Story& story : stories(machine)) {
    begins_nothing_while_no_rule_holds(story);
    ends_within_its_bounds(story, longest_grace, machine.uptime());
    tells_of_its_own_victim(story);
  }
}

}  // namespace
}  // namespace forestall::testing
