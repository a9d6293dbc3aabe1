// SPDX-License-Identifier: MIT
// The stages in their order: look, judge, choose, end, tell. The only place that knows two of them. It waits for
// nobody: each tick does what can be done now and says when to come again.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "evaluate/evaluate.h"
#include "forestall/config.h"
#include "forestall/incident.h"
#include "forestall/ports.h"
#include "kill/breaker.h"
#include "kill/kill_plan.h"
#include "kill/truce.h"
#include "score/kinship.h"
#include "score/offenders.h"
#include "score/rank.h"
#include "score/replacements.h"
#include "score/restarts.h"

namespace forestall {

/// What a score is a part of: RAM and swap together, as for the kernel's own (mm/oom_kill.c, constrained_alloc).
Capacity capacity_of(const Sample& sample);

/// [victim] minimum on this machine.
Bytes minimum_of(const Config& config, const Sample& sample);

/// From SIGTERM to SIGKILL for a victim of this rule: by the entry that it matches, else the rule, else [kill].
Duration grace_for(const ProcessFacts& victim, const Rule& rule, const Config& config);

struct Ports {
  SampleSource& samples;
  ProcessTable& processes;
  Signaller& signaller;
  IncidentSink& sink;
};

class Engine {
 public:
  /// `seed` makes incident ids that no other run has. With `dry_run` everything is decided and told, nothing signalled.
  Engine(Ports ports, Config config, IncidentId seed, bool dry_run);

  /// One look at the machine and all that follows from it. The time until the next one is due, or an Error if the
  /// machine could not be looked at: then nothing was done.
  Result<Duration> tick();

  /// From the next tick on. A victim that is being ended stays one; its deadlines stay as they are.
  void reconfigure(Config config);

  /// Everything of a decision but the signal, on whoever would be first: for the self-test, so that its first use
  /// finds stack and tables ready. The process, if there is one, is held until the next decision.
  Result<std::optional<ProcessFacts>> rehearse();

  /// Who would go now and who would be spared, with the verdict of the last tick; changes nothing. A pass over all
  /// processes: not while somebody is being ended.
  Result<Incident> explain();

  /// No decision before `until`, whatever holds; none: from now on again. Who was signalled already is seen through to
  /// his end.
  void pause(std::optional<Instant> until) { paused_until_ = until; }

  [[nodiscard]] const Verdict& verdict() const { return verdict_; }
  /// No decision before that.
  [[nodiscard]] std::optional<Instant> paused_until() const {
    return paused_until_ && *paused_until_ > verdict_.time ? paused_until_ : std::nullopt;
  }
  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] bool killing() const { return plan_.open(); }
  /// Victims that got a signal since the start.
  [[nodiscard]] unsigned victims() const { return victims_; }
  /// Of those, how many turned out not to have been needed: see Attempt::was_needless.
  [[nodiscard]] unsigned needless() const { return needless_; }

 private:
  /// Processes that could not be killed lately are passed over for a while.
  struct OutOfReach {
    ProcessId id;
    Instant until{};
  };
  enum class Choice : std::uint8_t {
    begun,
    stood_down,
    nobody,     ///< this one cannot be had: the next
    look_again  ///< nor this one, and the ranking is spent
  };

  void tell(Event event) { tell(event, incident_); }
  void tell(Event event, Incident& incident);
  void tell_aside(Event event, Incident aside);
  void notice_kernel_kills(const Sample& sample);
  void notice_rule_changes(const Sample& sample);
  void notice_restarts(const Sample& sample, const Census& census);
  void continue_plan(const Sample& sample);
  void notice_relief(const Sample& sample);
  void close_plan(const Sample& sample);
  void decide(const Sample& sample);
  bool wait_for_profiles(const Sample& sample);
  [[nodiscard]] Incident new_incident(const Sample& sample);
  void state_reason(Incident& incident) const;
  void open_incident(const Sample& sample);
  void choose(const Sample& sample);
  Choice try_candidate(const Candidate& candidate, const Sample& sample);
  void seize_party(const Sample& sample);
  bool still_needed(Sample& sample);
  /// Sends what the plan ordered. False if that ended the plan: the victim cannot be had.
  bool carry_out(KillPlan::Order order, Instant time);
  Census look(const Sample& sample);
  void rank_now(const Sample& sample);
  void put_out_of_reach(ProcessId id, Instant time);
  void learn_in_peace(const Sample& sample, Duration next);
  bool holds_back(const Sample& sample);
  [[nodiscard]] Observation observe(const Sample& sample);
  [[nodiscard]] Duration next_look() const;
  IncidentId next_id();

  Ports ports_;
  Config config_;
  bool dry_run_;
  IncidentId seed_;
  std::uint64_t incidents_ = 0;

  Memory memory_;
  Verdict verdict_;
  Growth growth_;
  Ranking ranking_;
  Kinship kinship_;
  Replacements replacements_;
  Offenders offenders_;
  Restarts restarts_;
  std::vector<ProcessId> members_;  ///< of the party that is being seized
  KillPlan plan_;
  Breaker breaker_;
  Truce truce_;
  Incident incident_;
  std::array<OutOfReach, kMaxRanked> out_of_reach_{};  ///< room for all there can be: one too few is tried in turns
  unsigned victims_ = 0;
  unsigned needless_ = 0;

  bool in_episode_ = false;
  bool spoken_ = false;     ///< something was told in this episode: only then its end is worth a word
  std::uint64_t told_ = 0;  ///< so many events
  std::array<bool, kMaxRules> warned_{};
  bool told_no_victim_ = false;
  bool told_stand_down_ = false;
  std::optional<std::uint64_t> kernel_kills_;
  std::optional<Instant> not_before_;    ///< no decision sooner: nobody was found, or a dry run has just told one
  std::optional<Instant> paused_until_;  ///< somebody asked for that
  std::optional<Instant> profiles_due_;  ///< a decision waits for profiles no longer than this
  std::optional<Instant> learnt_;
  Bytes left_learnt_ = 0;
};

}  // namespace forestall
