// SPDX-License-Identifier: MIT
#include "replay/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/quantity.h"
#include "base/text.h"
#include "engine/engine.h"
#include "evaluate/headroom.h"
#include "replay/trace.h"
#include "report/telling.h"
#include "report/words.h"
#include "score/cgroup_place.h"
#include "score/kin.h"
#include "score/match.h"
#include "score/mercy.h"

namespace forestall {
namespace {

/// From the look at which a rule is found to hold to the one at which it is made sure of: choosing among 10,000
/// processes, on a machine that crawls.
constexpr Duration kOneDecision = std::chrono::milliseconds(500);

/// The machine of the trace at one moment after the other, behind the four doors. Signals are noted and reach nobody.
class RecordedMachine final : private SampleSource, private ProcessTable, private Signaller, private IncidentSink {
 public:
  RecordedMachine(const Trace& trace, const MatchBook& book, Looks looks)
      : trace_(trace), book_(book), looks_(looks), now_(trace.samples.front().time) {}

  Ports ports() { return {*this, *this, *this, *this}; }
  [[nodiscard]] Duration since_start() const { return now_ - Instant{}; }
  [[nodiscard]] bool over() const { return now_ >= trace_.samples.back().time || result_.acted; }
  void advance(Duration wait) {
    has_looked_ = false;
    if (looks_ == Looks::as_recorded) return go_to_next_sample();
    now_ = std::min(now_ + wait, trace_.samples.back().time);
    while (!is_last_sample() && trace_.samples[sample_ + 1].time <= now_) ++sample_;
  }
  Replayed& result() { return result_; }

 private:
  /// A second time while it decides: to that look the next sample belongs, if it followed at once.
  Result<Sample> read() override {
    const bool again = std::exchange(has_looked_, true) && looks_ == Looks::as_recorded && !is_last_sample();
    if (again && trace_.samples[sample_ + 1].time - now_ < kOneDecision) go_to_next_sample();
    return trace_.samples[sample_];
  }

  [[nodiscard]] bool is_last_sample() const { return sample_ + 1 == trace_.samples.size(); }
  void go_to_next_sample() { now_ = trace_.samples[++sample_].time; }

  void catch_up() {
    for (; change_ < trace_.changes.size() && trace_.changes[change_].time <= now_; ++change_) {
      const ProcessChange& change = trace_.changes[change_];
      if (change.gone) {
        living_.erase(change.facts.id);
      } else {
        // Whoever had this number before is gone, though that may have been noticed later.
        std::erase_if(living_, [&](const auto& other) {
          return other.first.pid == change.facts.id.pid && other.first != change.facts.id;
        });
        living_.insert_or_assign(change.facts.id, with_profile(change.facts));
      }
    }
    for (; unit_ < trace_.units.size() && trace_.units[unit_].time <= now_; ++unit_) {
      const UnitChange& change = trace_.units[unit_];
      const CgroupPlace place = parse_cgroup(fmt::format("0::{}\n", change.cgroup.view()));
      places_.recall(places_.number_of(place), change.facts);
    }
  }

  /// What the entries of the configuration say of it, as if it had been learnt in time.
  [[nodiscard]] ProcessFacts with_profile(ProcessFacts facts) const {
    facts.profile = book_.profile({facts.comm.view(), facts.profile.exe.view(), facts.profile.cmdline.view(), facts.uid,
                                   facts.place, facts.terminal, facts.state});
    facts.profile.complete = true;
    facts.oom_score_adj = book_.heeded_adj(facts.oom_score_adj, facts.uid);
    return facts;
  }

  Census look(const Sample& /*sample*/, Bytes at_least) override { return census(at_least); }
  Census learn(const Sample& /*sample*/, Bytes at_least) override { return census(at_least); }

  Census census(Bytes at_least) {
    catch_up();
    found_.clear();
    kin_.clear();
    for (const auto& [id, facts] : living_) {
      ProcessFacts seen = facts;
      const std::uint16_t place = places_.number_of(facts.place);
      heed(places_.unit_of(place).preference, seen.profile);
      const bool must_live = built_in_mercy(seen, trace_.lineage) || seen.profile.must_live();
      kin_.push_back(kin_of(seen, place, must_live));
      if (seen.freed_by_death() >= at_least) found_.push_back(seen);
    }
    return {found_, trace_.lineage, living_.size(), kin_, places_.places()};
  }

  Reach hold(ProcessId id) override {
    catch_up();
    const auto found = living_.find(id);
    if (found == living_.end()) return Reach::vanished;
    if (held_.empty()) first_ = found->second.comm.view();
    if (std::ranges::find(held_, id) == held_.end()) held_.push_back(id);
    return Reach::done;
  }
  Reach act(Action action) {
    if (!result_.acted) result_.acted = Replayed::Acted{since_start(), action, {}, first_, held_, {}};
    return Reach::done;
  }
  Reach terminate() override { return act(Action::terminate); }
  Reach kill() override { return act(Action::kill); }
  bool gone() override { return false; }
  void release() override { held_.clear(); }
  void halt() override {}

  void tell(Event event, const Incident& incident) override {
    Incident imagined = incident;
    imagined.dry_run = true;
    // Getting hold of many takes a while: a daemon tells of what it saw before that.
    const Duration at = looks_ == Looks::as_recorded ? incident.now_time - Instant{} : since_start();
    result_.told.push_back(
        {at, event, sentence(event, imagined), sentence(event, incident), incident.begun - Instant{}});
    if (!result_.acted || !result_.acted->rule.empty()) return;
    result_.acted->at = at;
    result_.acted->rule = incident.rule_name.view();
    result_.acted->left = incident.now;
  }

  const Trace& trace_;
  const MatchBook& book_;
  Looks looks_;
  Instant now_;
  bool has_looked_ = false;  ///< in this tick
  std::size_t sample_ = 0;
  std::size_t change_ = 0;
  std::size_t unit_ = 0;
  std::map<ProcessId, ProcessFacts> living_;
  std::vector<ProcessFacts> found_;
  std::vector<Kin> kin_;
  PlaceBook places_;
  std::vector<ProcessId> held_;
  std::string first_;
  Replayed result_;
};

std::string what_happened(const Replayed& r) {
  if (!r.acted) return fmt::format("no signal until the trace ended after {}", in_seconds(r.ended));
  return fmt::format("{} to {} after {}", r.acted->action == Action::kill ? "SIGKILL" : "SIGTERM",
                     escaped(r.acted->comm), in_seconds(r.acted->at));
}

bool is_met(const Expectation& e, const Replayed& r) {
  using What = Expectation::What;
  const bool in_vain = std::ranges::find(r.told, Event::no_victim, &Replayed::Told::event) != r.told.end();
  if (e.what == What::quiet) return !r.acted && !in_vain;
  if (!r.acted) return false;
  const bool action = e.what == What::act || (e.what == What::kill) == (r.acted->action == Action::kill);
  const bool in_time =
      r.acted->at >= e.after.value_or(Duration(0)) && r.acted->at <= e.before.value_or(Duration::max());
  return action && in_time && std::ranges::find(e.comms, r.acted->comm) != e.comms.end();
}

}  // namespace

Result<Replayed> replay(const Trace& trace, const Config& config, Looks looks) {
  return replay(trace, config, looks, [](const std::string&) { return std::nullopt; });
}

Result<Replayed> replay(const Trace& trace, const Config& config, Looks looks, const UidOf& uid_of) {
  if (trace.samples.empty()) return failure(0, "the trace has no sample");
  const auto book = MatchBook::compile(config, uid_of);
  if (!book) return tl::unexpected(book.error());
  RecordedMachine machine(trace, *book, looks);
  Engine engine(machine.ports(), config, IncidentId{1, 2}, false);
  Bytes least = UINT64_MAX;
  while (true) {
    const auto next = engine.tick();
    if (!next) return tl::unexpected(next.error());
    const Headroom& headroom = engine.verdict().headroom;
    if (headroom.left() < least) {
      least = headroom.left();
      machine.result().worst = {machine.since_start(), headroom};
    }
    machine.result().ended = machine.since_start();
    if (machine.over()) return std::move(machine.result());
    machine.advance(*next);
  }
}

Replayed::Worst worst_of(const Trace& trace) {
  Replayed::Worst worst;
  const auto left = [](const Sample& s) { return headroom(s).left(); };
  const auto least = std::ranges::min_element(trace.samples, {}, left);
  if (least != trace.samples.end()) worst = {least->time - Instant{}, headroom(*least)};
  return worst;
}

std::optional<bool> meets(const Trace& trace, const Replayed& r) {
  if (!trace.expectation) return std::nullopt;
  return is_met(*trace.expectation, r);
}

std::optional<std::string> complaint(const Trace& trace, const Replayed& r) {
  if (!trace.expectation) {
    return "the trace expects nothing, so it proves nothing; add a line \"expect quiet\" or \"expect act NAME before "
           "TIME\"";
  }
  if (*meets(trace, r)) return std::nullopt;
  std::string text;
  for (const std::string& comment : trace.comments) text += fmt::format("why:      {}\n", escaped(comment, 1000));
  text += fmt::format("expected: {}\n", format(*trace.expectation));
  text += fmt::format("happened: {}\n", what_happened(r));
  text += fmt::format("worst:    {} after {}\n", in_words(r.worst.left), in_seconds(r.worst.at));
  for (const Replayed::Told& t : r.told) text += fmt::format("told:     {}: {}\n", in_seconds(t.at), t.sentence);
  return text;
}

}  // namespace forestall
