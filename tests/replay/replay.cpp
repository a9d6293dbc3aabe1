// SPDX-License-Identifier: MIT
#include "replay/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "engine/engine.h"
#include "report/telling.h"
#include "report/words.h"
#include "score/match.h"
#include "support/made_up_kin.h"

namespace forestall::testing {
namespace {

std::string in_seconds(Duration d) { return fmt::format("{:.3f} s", std::chrono::duration<double>(d).count()); }

/// The machine of the trace at one moment after the other, behind the four doors. Signals are noted and reach nobody.
class RecordedMachine final : private SampleSource, private ProcessTable, private Signaller, private IncidentSink {
 public:
  RecordedMachine(const Trace& trace, const MatchBook& book)
      : trace_(trace), book_(book), now_(trace.samples.front().time) {}

  Ports ports() { return {*this, *this, *this, *this}; }
  [[nodiscard]] Duration since_start() const { return now_ - Instant{}; }
  [[nodiscard]] bool over() const { return now_ >= trace_.samples.back().time || result_.acted; }
  void advance(Duration wait) { now_ = std::min(now_ + wait, trace_.samples.back().time); }
  Replayed& result() { return result_; }

 private:
  Result<Sample> read() override {
    while (sample_ + 1 < trace_.samples.size() && trace_.samples[sample_ + 1].time <= now_) ++sample_;
    return trace_.samples[sample_];
  }

  void catch_up() {
    for (; change_ < trace_.changes.size() && trace_.changes[change_].time <= now_; ++change_) {
      const ProcessChange& change = trace_.changes[change_];
      if (change.gone) {
        living_.erase(change.facts.id);
      } else {
        living_.insert_or_assign(change.facts.id, with_profile(change.facts));
      }
    }
  }

  /// What the entries of the configuration say of it, as if it had been learnt in time.
  [[nodiscard]] ProcessFacts with_profile(ProcessFacts facts) const {
    facts.profile = book_.profile(
        {facts.comm.view(), facts.profile.exe.view(), facts.profile.cmdline.view(), facts.uid, facts.place});
    facts.profile.complete = true;
    return facts;
  }

  Census look(const Sample& /*sample*/, Bytes at_least) override { return census(at_least); }
  Census learn(const Sample& /*sample*/, Bytes at_least) override { return census(at_least); }

  Census census(Bytes at_least) {
    catch_up();
    found_.clear();
    kin_.clear();
    for (const auto& [id, facts] : living_) {
      if (facts.freed_by_death() >= at_least) found_.push_back(facts);
      kin_.push_back(made_up_kin(facts, trace_.lineage, places_));
    }
    return {found_, trace_.lineage, living_.size(), kin_, places_.places()};
  }

  Reach hold(ProcessId id) override {
    const auto found = living_.find(id);
    if (found == living_.end()) return Reach::vanished;
    if (held_.empty()) held_ = found->second.comm.view();
    return Reach::done;
  }
  Reach act(Action action) {
    result_.acted = Replayed::Acted{since_start(), action, held_};
    return Reach::done;
  }
  Reach terminate() override { return act(Action::terminate); }
  Reach kill() override { return act(Action::kill); }
  bool gone() override { return false; }
  void release() override { held_.clear(); }
  void halt() override {}

  void tell(Event event, const Incident& incident) override {
    result_.told.push_back(in_seconds(since_start()) + ": " + sentence(event, incident));
    if (event == Event::no_victim) result_.in_vain = result_.told.back();
  }

  const Trace& trace_;
  const MatchBook& book_;
  Instant now_;
  std::size_t sample_ = 0;
  std::size_t change_ = 0;
  std::map<ProcessId, ProcessFacts> living_;
  std::vector<ProcessFacts> found_;
  std::vector<Kin> kin_;
  PlaceBook places_;
  std::string held_;
  Replayed result_;
};

std::string what_happened(const Replayed& r) {
  if (!r.acted) return fmt::format("no signal until the trace ended after {}", in_seconds(r.ended));
  return fmt::format("{} to {} after {}", r.acted->action == Action::kill ? "SIGKILL" : "SIGTERM",
                     escaped(r.acted->comm), in_seconds(r.acted->at));
}

bool is_met(const Expectation& e, const Replayed& r) {
  using What = Expectation::What;
  if (e.what == What::quiet) return !r.acted && !r.in_vain;
  if (!r.acted) return false;
  const bool action = e.what == What::act || (e.what == What::kill) == (r.acted->action == Action::kill);
  const bool in_time =
      r.acted->at >= e.after.value_or(Duration(0)) && r.acted->at <= e.before.value_or(Duration::max());
  return action && in_time && std::ranges::find(e.comms, r.acted->comm) != e.comms.end();
}

}  // namespace

Result<Replayed> replay(const Trace& trace, const Config& config) {
  if (trace.samples.empty()) return failure(0, "the trace has no sample");
  // There are no users in a trace: an entry that names one matches nobody.
  const auto book = MatchBook::compile(config, [](const std::string&) { return std::nullopt; });
  if (!book) return tl::unexpected(book.error());
  RecordedMachine machine(trace, *book);
  Engine engine(machine.ports(), config, IncidentId{1, 2}, false);
  Bytes least = UINT64_MAX;
  while (true) {
    const auto next = engine.tick();
    if (!next) return tl::unexpected(next.error());
    const Headroom& headroom = engine.verdict().headroom;
    if (headroom.left() < least) {
      least = headroom.left();
      machine.result().worst = fmt::format("{} after {}", in_words(headroom), in_seconds(machine.since_start()));
    }
    machine.result().ended = machine.since_start();
    if (machine.over()) return std::move(machine.result());
    machine.advance(*next);
  }
}

std::optional<std::string> complaint(const Trace& trace, const Replayed& r) {
  if (!trace.expectation) {
    return "the trace expects nothing, so it proves nothing; add a line \"expect quiet\" or \"expect act NAME before "
           "TIME\"";
  }
  if (is_met(*trace.expectation, r)) return std::nullopt;
  std::string text;
  for (const std::string& comment : trace.comments) text += fmt::format("why:      {}\n", escaped(comment, 1000));
  text += fmt::format("expected: {}\n", format(*trace.expectation));
  text += fmt::format("happened: {}\n", what_happened(r));
  text += fmt::format("worst:    {}\n", r.worst);
  for (const std::string& told : r.told) text += fmt::format("told:     {}\n", told);
  return text;
}

}  // namespace forestall::testing
