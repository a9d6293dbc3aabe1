// SPDX-License-Identifier: MIT
// What ProcfsTable learns in peace of single processes, and what it has the resolver find out.
#include <algorithm>
#include <memory>

#include "score/process_table_linux.h"

namespace forestall {
namespace {

/// Of a small process, what can change without a trace in stat is read anew this often at last, and at first.
constexpr Duration kReadAnewAfter = std::chrono::minutes(2);
constexpr Duration kReadAnewFirst = std::chrono::seconds(1);
/// Who has not been read by then has locked his memory map, or memory is too short for it.
constexpr Duration kUnreadable = std::chrono::seconds(1);
/// Places where nobody lives any more are forgotten this often at most.
constexpr Duration kTidiedAgainAfter = std::chrono::minutes(10);

}  // namespace

Census ProcfsTable::learn(const Sample& sample, Bytes at_least) {
  now_ = sample.time;
  find_lineage();
  // Where so many cgroups live, this makes room only for a while: not at every lesson, or nothing would be known.
  const bool anew = places_.crowded() && (!tidied_ || now_ - *tidied_ >= kTidiedAgainAfter);
  renumbered_ = anew;
  if (anew) {
    tidied_ = now_;
    places_.clear();
    places_learnt_ = 1;
    filling_learnt_.reset();
  }
  for (auto& [id, known] : known_) {
    known.seen = false;
    if (anew) known.read = now_ - kReadAnewAfter;  // its place has another number now
  }
  take_answers();
  const auto lesson = begin_lesson(sample, at_least);
  pass(sample, at_least, true);
  std::erase_if(known_, [](const auto& entry) { return !entry.second.seen; });
  learn_about_places(sample, at_least);
  end_lesson(lesson);
  return census();
}

void ProcfsTable::learn_about(const ProcessFacts& facts, const Kin& kin, bool large) {
  Known& known = known_[facts.id];
  const Instant met = known.met.value_or(now_);
  const bool has_moved = !renumbered_ && known.kin.place != kin.place;
  if (has_moved || !known.is_about(facts) || has_changed_state(known, facts.state)) known = Known{};
  known.met = met;
  known.kin = kin;
  known.state = facts.state;
  known.is_nobody = facts.kernel_thread || is_outside(facts);
  known.read = now_;
  known.seen = true;
  const bool needs_files = large || book_->reads_files();
  // It may run another program by now that goes by the same name.
  const bool is_doubtful = needs_files && is_due(known, known.asked);
  const bool is_new_profile = large && !known.profile;
  if (known.standing.complete && !is_new_profile && !is_doubtful) return;
  if (!known.standing.complete) {
    // What can be told without the command line holds from now on; the rest follows when the resolver has read it.
    known.standing = book_->profile({facts.comm.view(), {}, {}, facts.uid, facts.place, facts.terminal, facts.state});
    known.standing.complete = !book_->reads_files();
  }
  if (is_new_profile) known.profile = std::make_unique<Profile>(Profile{known.standing, {}, {}});
  if (!needs_files) return;
  ask_about(known);
}

void ProcfsTable::ask_about(Known& known) {
  const Resolver::Reception reception = resolver_.ask({known.kin.id, known.kin.uid, book_});
  if (reception == Resolver::Reception::taken) known.asked = now_;
  if (reception != Resolver::Reception::no_room && !known.awaited) known.awaited = now_;
}

Standing ProcfsTable::standing_of(const Known& known) const {
  Standing standing = known.standing;
  standing.complete = standing.complete || (known.awaited && now_ - *known.awaited >= kUnreadable);
  return standing;
}

/// True if something new was found out.
bool ProcfsTable::take_answers() {
  bool any = false;
  for (Resolver::Answer& answer : resolver_.answers()) {
    const auto known = known_.find(answer.id);
    if (answer.book != book_ || known == known_.end() || !known->second.is_called(answer.comm)) continue;
    known->second.awaited.reset();
    any = any || known->second.standing != answer.profile;
    known->second.standing = answer.profile;
    if (known->second.profile) *known->second.profile = answer.profile;
  }
  return any;
}

/// What changes without a trace in stat is read anew, the more rarely the longer a process is known.
bool ProcfsTable::is_due(const Known& known, Instant last) const {
  return now_ - last >= std::clamp(last - *known.met, kReadAnewFirst, kReadAnewAfter);
}

}  // namespace forestall
