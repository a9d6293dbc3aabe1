// SPDX-License-Identifier: MIT
// Whom, and the first signal: the hot path. Nothing below allocates, waits or writes until the signal is sent.
#include <algorithm>
#include <utility>

#include "engine/engine.h"
#include "engine/notes.h"
#include "score/nodes.h"
#include "score/parties.h"
#include "score/rank.h"

namespace forestall {
namespace {

/// Whoever could not be signalled, or survived SIGKILL, is not tried again for this long.
constexpr Duration kOutOfReachFor = std::chrono::minutes(1);
/// After a search that found nobody. Searching costs a pass over all processes; the next tick would find the same.
constexpr Duration kSearchAgainAfter = std::chrono::seconds(1);
/// A dry run tells what it would have done this often while the pressure lasts.
constexpr Duration kDryRunPause = std::chrono::seconds(10);
/// So often those who go together are looked for anew, to find whom they begot before they were halted.
constexpr int kSeizeRounds = 8;
/// How long a decision waits for the command line of somebody who was born a moment ago.
constexpr Duration kProfilePatience = std::chrono::milliseconds(250);

}  // namespace

Capacity capacity_of(const Sample& sample) { return {sample.memory.mem_total + sample.memory.swap_total}; }

Bytes minimum_of(const Config& config, const Sample& sample) {
  return config.victim.minimum.in(capacity_of(sample).ram_and_swap);
}

Duration grace_for(const ProcessFacts& victim, const Rule& rule, const Config& config) {
  return victim.profile.grace.value_or(rule.grace.value_or(config.kill.grace));
}

void Engine::decide(const Sample& sample) {
  if (holds_back(sample)) return;
  rank_now(sample);
  if (wait_for_profiles(sample)) return;
  const Incident before = incident_;
  const std::uint64_t told_before = told_;
  open_incident(sample);
  note(ranking_, incident_);
  choose(sample);
  // Of a decision about which nothing is said nobody has heard: what comes next belongs to the one before.
  if (told_ == told_before) incident_ = before;
}

/// Somebody should go, but not now.
bool Engine::holds_back(const Sample& sample) {
  return (paused_until_ && sample.time < *paused_until_) || breaker_.is_open(sample.time) ||
         (not_before_ && sample.time < *not_before_) || truce_.holds();
}

Census Engine::look(const Sample& sample) { return ports_.processes.look(sample, minimum_of(config_, sample)); }

void Engine::rank_now(const Sample& sample) {
  const Bytes minimum = minimum_of(config_, sample);
  std::array<ProcessId, std::tuple_size_v<decltype(out_of_reach_)>> passed_over{};
  std::size_t count = 0;
  for (const OutOfReach& o : out_of_reach_) {
    if (o.until > sample.time) passed_over[count++] = o.id;
  }
  const Census census = look(sample);
  const Circumstances now{capacity_of(sample),
                          sample.time,
                          growth_,
                          std::span(passed_over).first(count),
                          replacements_.parents(census, minimum, sample.time),
                          sample.suspended,
                          &offenders_,
                          short_nodes(sample)};
  rank(census, now, config_.score, minimum, ranking_);
  gather(census, now, config_.victim, config_.score, kinship_, ranking_);
}

/// Somebody new among the candidates may turn out to be protected. True while it is worth waiting to be told.
bool Engine::wait_for_profiles(const Sample& sample) {
  const bool complete =
      std::ranges::all_of(ranking_.order, [](const Candidate& c) { return c.process->profile.complete; });
  if (complete) {
    profiles_due_.reset();
    return false;
  }
  if (!profiles_due_) profiles_due_ = sample.time + kProfilePatience;
  if (sample.time >= *profiles_due_) {
    profiles_due_.reset();  // the next decision may be about somebody else
    return false;
  }
  ports_.processes.learn(sample, ranking_.minimum);
  return true;
}

void Engine::choose(const Sample& sample) {
  for (const Candidate& candidate : ranking_.order) {
    switch (try_candidate(candidate, sample)) {
      case Choice::begun: return;
      case Choice::stood_down:
        if (!std::exchange(told_stand_down_, true)) tell(Event::stood_down);
        return;
      case Choice::look_again: return;
      case Choice::nobody: break;
    }
  }
  not_before_ = sample.time + kSearchAgainAfter;
  if (!std::exchange(told_no_victim_, true)) tell(Event::no_victim);
}

Engine::Choice Engine::try_candidate(const Candidate& candidate, const Sample& sample) {
  const ProcessFacts& victim = *candidate.process;
  Attempt& attempt = incident_.attempt;
  attempt = Attempt{};
  attempt.victim = victim;
  attempt.party = candidate.party;
  attempt.score = candidate.score;
  attempt.grace = grace_for(victim, config_.rules[verdict_.rule], config_);
  attempt.promised = victim.freed_by_death();
  ports_.signaller.release();
  const bool together = attempt.party.kind != Kind::process;
  const Reach held = ports_.signaller.hold(victim.id);
  if (held == Reach::vanished && together) {
    // The others are still there, and belong together by somebody else.
    ports_.processes.learn(sample, ranking_.minimum);
    return Choice::look_again;
  }
  if (held != Reach::done) return Choice::nobody;
  Sample last = sample;
  if (!still_needed(last)) {
    ports_.signaller.release();
    return Choice::stood_down;
  }
  if (verdict_.rule != incident_.verdict.rule) state_reason(incident_);
  if (dry_run_) {
    ports_.signaller.release();
    not_before_ = last.time + kDryRunPause;
    tell(verdict_.action == Action::kill ? Event::victim_killed : Event::victim_terminated);
    return Choice::begun;
  }
  if (together) {
    seize_party(last);
    // That may have taken longer than a look, and the grace begins now.
    if (const auto now = ports_.samples.read()) last.time = now->time;
  }
  const Observation seen{last.time, verdict_.action, verdict_.headroom.left(), false};
  if (!carry_out(plan_.begin(seen, attempt.grace, attempt.promised), last.time)) {
    return together ? Choice::look_again : Choice::nobody;
  }
  offenders_.ended(program_of(victim.uid, victim.comm.view(), victim.place), last.time);
  restarts_.ended(victim.place, last.time);
  if (config_.victim.kind != Kind::process) replacements_.lost(attempt.victim.id, kinship_, last.time);
  ++victims_;
  return Choice::begun;
}

/// Gets hold of all that go with the head, and halts them: who runs may beget one more while the others are signalled.
/// The first are known to `kinship_`, which must be as new as this look; who was born since is found by looking again.
void Engine::seize_party(const Sample& sample) {
  Attempt& attempt = incident_.attempt;
  Party& party = attempt.party;
  std::size_t found = 0;
  Bytes held = 0;
  for (int round = 0; round < kSeizeRounds; ++round) {
    held = kinship_.members(party, members_);
    const std::size_t most = std::min<std::size_t>(members_.size(), config_.victim.max_processes);
    for (const ProcessId id : std::span(members_).first(most)) ports_.signaller.hold(id);
    ports_.signaller.halt();
    if (most <= found) break;
    found = most;
    kinship_.arrange(look(sample));
  }
  const bool as_decided = found == party.processes;
  if (found == 0 || as_decided) return;
  party.processes = static_cast<std::uint32_t>(found);
  if (plan_.open()) return;  // what was promised at first stays so
  attempt.promised = held;
  attempt.victim.anon = held - std::min(held, attempt.victim.swap);
}

/// The last look at memory: choosing took time, and somebody may have ended by himself.
bool Engine::still_needed(Sample& sample) {
  const auto now = ports_.samples.read();
  if (!now) return true;
  sample = *now;
  evaluate(config_.rules, memory_, sample, verdict_);
  return verdict_.action >= Action::terminate;
}

Result<std::optional<ProcessFacts>> Engine::rehearse() {
  const auto sample = ports_.samples.read();
  if (!sample) return tl::unexpected(sample.error());
  evaluate(config_.rules, memory_, *sample, verdict_);
  kinship_.arrange(look(*sample));  // everybody, as when a family is seized
  rank_now(*sample);
  open_incident(*sample);
  note(ranking_, incident_);
  for (const Candidate& candidate : ranking_.order) {
    if (ports_.signaller.hold(candidate.process->id) == Reach::done) return *candidate.process;
  }
  return std::nullopt;
}

Result<Incident> Engine::explain() {
  const auto sample = ports_.samples.read();
  if (!sample) return tl::unexpected(sample.error());
  rank_now(*sample);
  Incident now;
  now.wall = sample->wall;
  now.begun = now.now_time = sample->time;
  now.verdict = verdict_;
  now.now = verdict_.headroom;
  now.dry_run = dry_run_;
  note(ranking_, now);
  return now;
}

void Engine::put_out_of_reach(ProcessId id, Instant time) {
  const auto place = std::ranges::min_element(out_of_reach_, {}, &OutOfReach::until);
  *place = {id, time + kOutOfReachFor};
}

}  // namespace forestall
