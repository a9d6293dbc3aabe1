// SPDX-License-Identifier: MIT
#include "support/fake_machine.h"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "support/made_up_kin.h"

namespace forestall::testing {
namespace {

void run_once(std::function<void()>& hook) {
  if (hook) std::exchange(hook, nullptr)();
}

}  // namespace

FakeMachine::FakeMachine(Bytes ram) : FakeKernel(ram) {}

FakeMachine& FakeMachine::searching_takes(Duration time) {
  search_time_ = time;
  return *this;
}

void FakeMachine::prepare() {
  found_.reserve(living().size() + 16);
  kin_.reserve(living().size() + 16);
  held_.reserve(living().size() + 16);
  sent_.reserve(sent_.size() + 64);
  told_.reserve(told_.size() + 64);
}

// ---- The doors ------------------------------------------------------------------------------------------------------

Result<Sample> FakeMachine::read() {
  if (blind_) return failure(EIO, "cannot make sense of /proc/meminfo");
  return sample();
}

Census FakeMachine::census(Bytes at_least) {
  found_.clear();
  kin_.clear();
  for (const FakeProcess* p : living()) {
    const ProcessFacts seen = p->seen_at(now());
    if (p->size() >= at_least) found_.push_back(seen);
    kin_.push_back(made_up_kin(seen, lineage_, places_));
  }
  return {found_, lineage_, living().size(), kin_, places_.places()};
}

Census FakeMachine::look(const Sample& /*sample*/, Bytes at_least) {
  ++searches_;
  const Census found = census(at_least);
  advance(search_time_);
  return found;
}

Census FakeMachine::learn(const Sample& /*sample*/, Bytes at_least) {
  ++lessons_;
  for (FakeProcess* p : living()) {
    p->profile_asked = std::min(p->profile_asked, now());
    const std::uint16_t number = places_.number_of(p->facts.place);
    const std::uint16_t unit = places_.places()[number].unit;
    if (unit != 0) places_.see_shared(unit, p->filled, now());
  }
  return census(at_least);
}

Reach FakeMachine::hold(ProcessId id) {
  run_once(before_hold_);
  for (FakeProcess* p : living()) {
    if (p->facts.id != id) continue;
    if (std::ranges::find(held_, p) == held_.end()) held_.push_back(p);
    return Reach::done;
  }
  return Reach::vanished;
}

void FakeMachine::halt() {
  for (FakeProcess* p : held_) p->halted = p->alive;
}

Reach FakeMachine::send(Signal signal, FakeProcess& to) {
  if (!to.alive) return Reach::vanished;
  if (to.refuses_signals) return Reach::not_permitted;
  const bool term = signal == Signal::term;
  to.halted = false;
  if (to.is_stuck || (term && !to.obeys)) return Reach::done;
  to.exits_at = std::min(to.exits_at, now() + (term ? to.exit_time : to.death_time));
  to.exits_by = term ? End::by_sigterm : End::by_sigkill;
  return Reach::done;
}

Reach FakeMachine::send(Signal signal) {
  run_once(before_signal_);
  Reach all = Reach::vanished;
  for (FakeProcess* p : held_) {
    const Reach reach = send(signal, *p);
    sent_.push_back({uptime(), signal, p, reach, sample(), order_++});
    if (reach == Reach::done || all == Reach::vanished) all = reach;
  }
  return all;
}

Reach FakeMachine::terminate() { return send(Signal::term); }

Reach FakeMachine::kill() { return send(Signal::kill); }

bool FakeMachine::gone() { return std::ranges::none_of(held_, &FakeProcess::alive); }

void FakeMachine::release() {
  for (FakeProcess* p : held_) p->halted = false;
  held_.clear();
}

void FakeMachine::tell(Event event, const Incident& incident) {
  told_.push_back({uptime(), event, incident, order_++});
}

// ---- The record -----------------------------------------------------------------------------------------------------

std::vector<Event> FakeMachine::events() const {
  std::vector<Event> events;
  events.reserve(told_.size());
  for (const Told& t : told_) events.push_back(t.event);
  return events;
}

std::size_t FakeMachine::count(Event event) const {
  return static_cast<std::size_t>(std::ranges::count(told_, event, &Told::event));
}

const Told& FakeMachine::first(Event event) const {
  const auto found = std::ranges::find(told_, event, &Told::event);
  if (found == told_.end()) throw std::logic_error("this event was never told");
  return *found;
}

const Told& FakeMachine::last(Event event) const {
  const auto found = std::find_if(told_.rbegin(), told_.rend(), [&](const Told& t) { return t.event == event; });
  if (found == told_.rend()) throw std::logic_error("this event was never told");
  return *found;
}

std::vector<Signal> FakeMachine::signals_to(const FakeProcess& process) const {
  std::vector<Signal> signals;
  for (const Sent& s : sent_) {
    if (s.to == &process && s.reach == Reach::done) signals.push_back(s.signal);
  }
  return signals;
}

const Sent& FakeMachine::first_signal_to(const FakeProcess& process) const {
  const auto found =
      std::ranges::find_if(sent_, [&](const Sent& s) { return s.to == &process && s.reach == Reach::done; });
  if (found == sent_.end()) throw std::logic_error("no signal reached this process");
  return *found;
}

std::vector<std::string> FakeMachine::killed() const {
  std::vector<const FakeProcess*> dead;
  for (const FakeProcess& p : processes()) {
    if (!p.alive && p.end != End::by_itself) dead.push_back(&p);
  }
  std::ranges::stable_sort(dead, {}, &FakeProcess::ended);
  std::vector<std::string> names;
  names.reserve(dead.size());
  for (const FakeProcess* p : dead) names.emplace_back(p->facts.comm.view());
  return names;
}

// ---- The daemon's loop ----------------------------------------------------------------------------------------------

Driver::Driver(FakeMachine& machine, Config config, bool dry_run)
    : machine_(machine), engine_(machine.ports(), std::move(config), IncidentId{1, 2}, dry_run), due_(machine.now()) {}

void Driver::wake() {
  constexpr Duration blind_pause = std::chrono::seconds(1);
  waits_.push_back(engine_.tick().value_or(blind_pause));
  due_ = machine_.now() + waits_.back();
}

void Driver::run_for(Duration duration) {
  const Instant end = machine_.now() + duration;
  while (machine_.now() < end) {
    if (machine_.now() >= due_) wake();
    machine_.advance(std::min(due_, end) - machine_.now());
  }
}

bool Driver::run_until(Event event, Duration at_most) {
  const std::size_t before = machine_.count(event);
  const Instant end = machine_.now() + at_most;
  while (machine_.now() < end && machine_.count(event) == before) run_for(std::chrono::milliseconds(10));
  return machine_.count(event) > before;
}

}  // namespace forestall::testing
