// SPDX-License-Identifier: MIT
#include "engine/engine.h"

#include <algorithm>
#include <utility>

#include "score/rank.h"

namespace forestall {
namespace {

/// Learning is a pass over all processes. Who is there is learnt this often while a rule may fire within kSoon; while
/// calm; and while as much is left as the last time, give or take what is worth a kill. Within kSoon the fastest
/// program takes 1.6 GiB: many machines never have much more than that to spare.
constexpr Duration kLearnArmed = std::chrono::seconds(1);
constexpr Duration kLearnCalm = std::chrono::seconds(30);
constexpr Duration kLearnStill = std::chrono::minutes(5);
constexpr Duration kSoon = std::chrono::milliseconds(100);
/// A forecast crossing is met on time, but not more often than this.
constexpr Duration kSoonestLook = std::chrono::milliseconds(5);

}  // namespace

Engine::Engine(Ports ports, Config config, IncidentId seed, bool dry_run)
    : ports_(ports),
      config_(std::move(config)),
      dry_run_(dry_run),
      seed_(seed),
      growth_(config_.score.growth_window),
      breaker_(config_.kill.breaker_kills, config_.kill.breaker_pause) {
  reserve(ranking_);
  members_.reserve(kMaxMembers);
}

void Engine::reconfigure(Config config) {
  config_ = std::move(config);
  breaker_ = Breaker(config_.kill.breaker_kills, config_.kill.breaker_pause);
  for (Memory::OfRule& rule : memory_.rules) rule = {};
  verdict_.count = 0;  // what was judged was judged by other rules
  truce_ = {};
  warned_.fill(false);
  if (growth_.window() != config_.score.growth_window) growth_ = Growth(config_.score.growth_window);
  learnt_.reset();
}

Result<Duration> Engine::tick() {
  const auto sample = ports_.samples.read();
  if (!sample) return tl::unexpected(sample.error());
  evaluate(config_.rules, memory_, *sample, verdict_);
  const bool asks = verdict_.action >= Action::terminate;
  truce_.see(sample->time, verdict_.headroom.left(), asks ? std::optional(verdict_.rule) : std::nullopt);
  notice_kernel_kills(*sample);
  notice_rule_changes(*sample);
  if (plan_.open()) continue_plan(*sample);
  if (verdict_.action < Action::terminate) profiles_due_.reset();
  if (!plan_.open() && verdict_.action >= Action::terminate) decide(*sample);
  const Duration next = next_look();
  learn_in_peace(*sample, next);
  return next;
}

Duration Engine::next_look() const {
  const PollConfig& poll = config_.poll;
  Duration next = std::clamp(verdict_.next_look, poll.armed_interval, poll.idle_interval);
  if (verdict_.episode) next = poll.armed_interval;
  if (plan_.open()) next = std::min(poll.armed_interval, plan_.deadline() - verdict_.time);
  // A stronger rule may be next, whatever is going on already.
  if (verdict_.crossing) next = std::min(next, *verdict_.crossing);
  return std::max(next, kSoonestLook);
}

void Engine::learn_in_peace(const Sample& sample, Duration next) {
  if (plan_.open() || (verdict_.action >= Action::terminate && !holds_back(sample))) return;
  const Bytes minimum = minimum_of(config_, sample);
  const Bytes left = verdict_.headroom.left();
  const bool still = difference(left, left_learnt_) < minimum;
  const Duration every = next < kSoon ? kLearnArmed : still ? kLearnStill : kLearnCalm;
  if (learnt_ && sample.time - *learnt_ < every) return;
  learnt_ = sample.time;
  left_learnt_ = left;
  const Census census = ports_.processes.learn(sample, minimum);
  growth_.see(sample.time, census);
  notice_restarts(sample, census);
}

// ---- What is told without a victim ----------------------------------------------------------------------------------

void Engine::notice_kernel_kills(const Sample& sample) {
  if (!sample.vmstat) return;
  const std::uint64_t now = sample.vmstat->oom_kill;
  const std::uint64_t before = std::exchange(kernel_kills_, now).value_or(now);
  if (now <= before) return;
  Incident aside = new_incident(sample);
  aside.kernel_kills = now - before;
  tell_aside(Event::kernel_killed, aside);
}

void Engine::notice_restarts(const Sample& sample, const Census& census) {
  const auto restart = restarts_.see(census, sample.time, sample.suspended);
  if (!restart) return;
  Incident aside = new_incident(sample);
  aside.restart = *restart;
  tell_aside(Event::restart_loop, aside);
}

void Engine::notice_rule_changes(const Sample& sample) {
  for (std::size_t i = 0; i < verdict_.count; ++i) {
    const Phase phase = verdict_.rules[i].phase;
    const bool notifies = config_.rules[i].action == Action::notify;
    if (phase == Phase::calm) warned_[i] = false;
    // The record of a victim that is being ended must stay: the warning waits.
    const bool due = notifies && phase == Phase::firing && !plan_.open();
    if (!due || std::exchange(warned_[i], true)) continue;
    Incident aside = new_incident(sample);
    aside.verdict.action = Action::notify;  // the record is about this rule, whatever else holds
    aside.verdict.rule = i;
    aside.rule_name.assign(config_.rules[i].name);
    tell_aside(Event::pressure_warning, aside);
  }
  if (in_episode_ && !verdict_.episode && !plan_.open()) {
    if (spoken_) tell(Event::recovered);
    breaker_.reset();
    told_no_victim_ = false;
    told_stand_down_ = false;
    not_before_.reset();
  }
  in_episode_ = verdict_.episode || plan_.open();
  spoken_ = spoken_ && in_episode_;
}

void Engine::tell(Event event, Incident& incident) {
  incident.now = verdict_.headroom;
  incident.now_time = verdict_.time;
  spoken_ = true;
  ++told_;
  ports_.sink.tell(event, incident);
}

/// What nobody was chosen for. After somebody was, in this episode, it is a part of his story, whose end is to come.
void Engine::tell_aside(Event event, Incident aside) {
  const bool somebody_was = spoken_ && incident_.attempt.victim.id.pid != 0;
  if (!somebody_was) {
    incident_ = aside;
    return tell(event);
  }
  aside.id = incident_.id;
  aside.begun = incident_.begun;
  aside.wall = incident_.wall;
  tell(event, aside);
}

Incident Engine::new_incident(const Sample& sample) {
  Incident incident;
  incident.id = next_id();
  incident.wall = sample.wall;
  incident.begun = sample.time;
  incident.dry_run = dry_run_;
  state_reason(incident);
  return incident;
}

/// A function of its own, so that the deepest of a decision's calls do not lie below a second incident on the stack.
void Engine::open_incident(const Sample& sample) { incident_ = new_incident(sample); }

/// What was judged last is why.
void Engine::state_reason(Incident& incident) const {
  incident.verdict = verdict_;
  if (verdict_.action != Action::none) incident.rule_name.assign(config_.rules[verdict_.rule].name);
}

IncidentId Engine::next_id() {
  // splitmix64 (Steele, Lea, Flood 2014) over the seed: distinct for every incident, from its first digits on, and
  // needs no source of chance here.
  const auto mixed = [step = ++incidents_ * 0x9E3779B97F4A7C15ULL](std::uint64_t seed) {
    std::uint64_t z = seed + step;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  };
  return {mixed(seed_.high), mixed(seed_.low)};
}

// ---- While a victim is being ended ----------------------------------------------------------------------------------

Observation Engine::observe(const Sample& sample) {
  return {sample.time, verdict_.action, verdict_.headroom.left(), ports_.signaller.gone()};
}

/// All have reached their recovery mark, and it is not gone yet: whose doing was that? That no rule asks for it at this
/// moment says little: what wavers about a limit does so while everybody waits.
void Engine::notice_relief(const Sample& sample) {
  Attempt& attempt = incident_.attempt;
  if (verdict_.episode) return attempt.held_at_relief.reset();
  if (attempt.held_at_relief || attempt.killed || plan_.gone_at()) return;
  kinship_.arrange(look(sample));
  attempt.held_at_relief = kinship_.members(attempt.party, members_);
}

void Engine::continue_plan(const Sample& sample) {
  const KillPlan::Order order = plan_.advance(observe(sample));
  if (order == KillPlan::Order::kill) {
    if (incident_.attempt.party.kind != Kind::process) {
      kinship_.arrange(look(sample));
      seize_party(sample);
    }
    // He was signalled for another reason, if it is not the end of his grace.
    if (!plan_.grace_over()) state_reason(incident_);
    if (!carry_out(order, sample.time)) return;
  }
  notice_relief(sample);
  if (!plan_.open()) close_plan(sample);
}

bool Engine::carry_out(KillPlan::Order order, Instant time) {
  const bool term = order == KillPlan::Order::terminate;
  const Reach reach = term ? ports_.signaller.terminate() : ports_.signaller.kill();
  plan_.signalled(time, reach);
  Attempt& attempt = incident_.attempt;
  attempt.outcome = plan_.outcome();
  if (reach == Reach::done) {
    (term ? attempt.terminated : attempt.killed) = time;
    attempt.grace_over = plan_.grace_over();
    tell(term ? Event::victim_terminated : Event::victim_killed);
  }
  if (reach == Reach::not_permitted) {
    put_out_of_reach(attempt.victim.id, time);
    tell(Event::victim_survived);
  }
  return plan_.open();
}

void Engine::close_plan(const Sample& sample) {
  Attempt& attempt = incident_.attempt;
  attempt.outcome = plan_.outcome();
  attempt.gone = plan_.gone_at();
  attempt.memory_back = plan_.memory_back_at();
  attempt.freed = plan_.freed();
  if (attempt.was_needless()) ++needless_;
  if (attempt.freed < Breaker::kHelped * attempt.promised) offenders_.last_was_in_vain();
  ports_.signaller.release();
  const bool survived = attempt.outcome == Outcome::unkillable;
  if (survived) put_out_of_reach(attempt.victim.id, sample.time);
  tell(survived ? Event::victim_survived : Event::victim_gone);
  if (attempt.gives_nothing_back() && !survived) {
    truce_.begin(sample.time, incident_.verdict.rule, verdict_.headroom.left());
  }
  if (breaker_.ended(sample.time, attempt.promised, attempt.freed)) {
    incident_.fruitless_kills = config_.kill.breaker_kills;
    incident_.pause = config_.kill.breaker_pause;
    tell(Event::breaker_opened);
  }
  // What was counted while the victim still held its memory must not cost a second one.
  forget_past(memory_);
  evaluate(config_.rules, memory_, sample, verdict_);
}

}  // namespace forestall
