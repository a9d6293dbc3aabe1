// SPDX-License-Identifier: MIT
#include "score/process_table_linux.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "score/cgroup_place.h"
#include "score/mercy.h"
#include "score/rank.h"

namespace forestall {

Result<std::unique_ptr<ProcfsTable>> ProcfsTable::open(std::shared_ptr<const MatchBook> book, const std::string& proc,
                                                       const std::string& cgroups, std::int32_t daemon) {
  Fd directory(::open(proc.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return failure(errno, "cannot open " + proc);
  return std::unique_ptr<ProcfsTable>(new ProcfsTable(std::move(book), proc, cgroups, daemon, std::move(directory)));
}

ProcfsTable::ProcfsTable(std::shared_ptr<const MatchBook> book, const std::string& proc, const std::string& cgroups,
                         std::int32_t daemon, Fd directory)
    : book_(std::move(book)), cgroups_(cgroups), directory_(std::move(directory)), daemon_(daemon), resolver_(proc) {
  found_.reserve(kMaxRanked);
  kin_.reserve(kMaxKin);
  accounts_.reserve(PlaceBook::kRoom);
  find_lineage();
}

void ProcfsTable::find_lineage() {
  lineage_.clear();
  std::int32_t pid = daemon_;
  constexpr std::size_t deepest = 64;
  while (pid > 0 && lineage_.size() < deepest) {
    lineage_.push_back(pid);
    const auto stat = directory_.stat(pid);
    pid = stat ? stat->parent : 0;
  }
}

bool ProcfsTable::sees_everybody() const { return directory_.stat(1).has_value(); }

Census ProcfsTable::look(const Sample& sample, Bytes at_least) {
  now_ = sample.time;
  const bool has_news = take_answers();
  if (!has_news && bring_up_to_date(sample, at_least)) return census();
  // Whoever looks again in the same decision finds those that are large and young, as after a lesson.
  const auto lesson = begin_lesson(sample, at_least);
  pass(sample, at_least, false);
  end_lesson(lesson);
  return census();
}

Census ProcfsTable::census() const { return {found_, lineage_, seen_, kin_, places_.places()}; }

void ProcfsTable::pass(const Sample& sample, Bytes at_least, bool learning) {
  notice_swap(sample, at_least);
  lesson_.reset();
  found_.clear();
  kin_.clear();
  seen_ = 0;
  directory_.for_each_pid([&](std::int32_t pid) { consider(pid, sample, at_least, learning); });
}

void ProcfsTable::consider(std::int32_t pid, const Sample& sample, Bytes at_least, bool learning) {
  ++seen_;
  Known* remembered = known(pid);
  const auto amount = amount_of(pid, remembered, sample);
  if (!amount) return;
  // A quarter of slack: before Linux 6.12 the counters behind statm lag on many processors, and page tables come on
  // top.
  if (amount->memory >= at_least - at_least / 4) {
    if (remembered != nullptr) remembered->kin.swap = amount->swap;
    remembered = nullptr;
  }
  const bool doubtful = remembered != nullptr && (learning || is_new(*remembered));
  const bool stale = remembered != nullptr && learning && is_due(*remembered, remembered->read);
  if (remembered != nullptr && !stale && (!doubtful || is_still_true(*remembered))) {
    remembered->seen = true;
    if (remembered->is_nobody) return;
    // A question may have found no room, or no answer.
    if (learning && !remembered->standing.complete) ask_about(*remembered);
    remembered->kin.memory = amount->memory;
    remembered->kin.swap = amount->swap;
    remembered->kin.page_tables = amount->page_tables;
    return add_kin(remembered->kin, with_preference(standing_of(*remembered), remembered->kin.place));
  }
  read_in_full(pid, at_least, learning);
}

/// Without `learning` nothing is kept of it.
void ProcfsTable::read_in_full(std::int32_t pid, Bytes at_least, bool learning) {
  ProcessFacts facts;
  facts.id.pid = pid;
  if (!read_facts(pid, facts)) return;
  const bool large = facts.freed_by_death() >= at_least;
  const Kin kin = kin_of(facts, places_.number_of(facts.place), built_in_mercy(facts, lineage_).has_value());
  add_what_the_unit_tells(facts, kin.place);
  const bool outside = is_outside(facts);
  if (large && !outside) add(facts);
  if (!outside && !facts.kernel_thread) add_kin(kin, facts.profile);
  if (learning) learn_about(facts, kin, large);
}

/// As in decision 15: while as much is swapped out as a moment ago, nobody's share of it is taken to have changed.
void ProcfsTable::notice_swap(const Sample& sample, Bytes at_least) {
  const Bytes total = sample.memory.swap_total;
  const Bytes used = total - std::min(total, sample.memory.swap_free);
  swap_rests_ = swap_seen_ && difference(used, *swap_seen_) < at_least / 4;
  if (used == 0) {
    swap_seen_.reset();
  } else if (!swap_rests_) {
    swap_seen_ = used;
  }
}

std::optional<ProcfsTable::Amount> ProcfsTable::amount_of(std::int32_t pid, const Known* remembered,
                                                          const Sample& sample) const {
  const auto amount = amount_told_by(pid, remembered, sample);
  const bool is_told = !amount || amount->memory > amount->swap || (remembered != nullptr && remembered->is_nobody);
  if (is_told) return amount;
  // Next to nobody: kernel threads that are new, zombies, and what hides behind a first thread that has exited.
  const auto stat = directory_.stat(pid);
  const std::int32_t teller = stat ? directory_.teller(pid, *stat) : pid;
  return teller == pid ? amount : amount_told_by(teller, remembered, sample);
}

std::optional<ProcfsTable::Amount> ProcfsTable::amount_told_by(std::int32_t pid, const Known* remembered,
                                                               const Sample& sample) const {
  const bool swap_is_known = !swap_seen_ || (swap_rests_ && remembered != nullptr);
  if (!swap_is_known) {
    const auto status = directory_.status(pid);
    if (!status) return std::nullopt;
    return Amount{status->anon + status->swap + status->page_tables, status->swap, status->page_tables};
  }
  std::array<char, 256> buffer;  // NOLINT
  const auto text = directory_.read(pid, "statm", buffer);
  const auto pages = text ? parse_anon_pages(*text) : std::nullopt;
  if (!pages) return std::nullopt;
  const Bytes swap = swap_seen_ ? remembered->kin.swap : 0;
  return Amount{*pages * sample.page_size + swap, swap, 0};
}

ProcfsTable::Known* ProcfsTable::known(std::int32_t pid) {
  const auto found = known_.lower_bound(ProcessId{pid, 0});
  return found != known_.end() && found->first.pid == pid ? &found->second : nullptr;
}

bool ProcfsTable::is_outside(const ProcessFacts& facts) const {
  const std::string_view path = facts.place.path.view();
  if (!is_confined_) return false;
  if (path.starts_with("/..")) return true;  // outside of our cgroup namespace (cgroup_namespaces(7))
  return !path.starts_with(confines_) || (path.size() > confines_.size() && path[confines_.size()] != '/');
}

/// Whoever has just been born takes his place in the world: his process group, his cgroup, his program.
bool ProcfsTable::is_new(const Known& known) const { return now_ - *known.met < kSettledAfter; }

/// Where an entry asks for it.
bool ProcfsTable::has_changed_state(const Known& known, char state) const {
  return known.state != state && book_->reads_state();
}

/// The pid may be another process's by now, or the program another one (exec).
bool ProcfsTable::is_still_true(Known& known) const {
  const auto stat = directory_.stat(known.kin.id.pid);
  if (!stat || stat->start_time != known.kin.id.start_time || !known.is_called(stat->comm)) return false;
  if (has_changed_state(known, stat->state)) return false;
  known.kin.parent = stat->parent;
  known.kin.process_group = stat->process_group;
  known.kin.nice = stat->nice;
  known.kin.cpu_time = stat->cpu_time;
  return true;
}

bool ProcfsTable::read_facts(std::int32_t pid, ProcessFacts& facts) {
  std::array<char, 8 * kKiB> buffer;  // NOLINT
  const auto stat = directory_.stat(pid);
  if (!stat) return false;
  const std::int32_t teller = directory_.teller(pid, *stat);
  const auto status = directory_.status(teller);
  if (!status) return false;
  if (status->process != 0 && status->process != pid) return false;  // a thread
  facts.id.start_time = stat->start_time;
  facts.parent = stat->parent;
  facts.process_group = stat->process_group;
  facts.kernel_thread = stat->kernel_thread;
  facts.state = stat->state;
  facts.terminal = stat->terminal;
  facts.nice = stat->nice;
  facts.cpu_time = stat->cpu_time;
  facts.comm = stat->comm;
  facts.uid = status->uid;
  facts.anon = status->anon;
  facts.shmem = status->shmem;
  facts.swap = status->swap;
  facts.page_tables = status->page_tables;
  facts.nodes = status->nodes;
  const auto adj_text = directory_.read(pid, "oom_score_adj", buffer);
  const auto adj = adj_text ? parse_oom_score_adj(*adj_text) : std::nullopt;
  if (!adj) return false;  // it is gone: the file is there as long as the process
  facts.oom_score_adj = book_->heeded_adj(*adj, facts.uid);
  if (const auto cgroup = directory_.read(teller, "cgroup", buffer)) facts.place = parse_cgroup(*cgroup);

  const auto known = known_.find(facts.id);
  if (known != known_.end() && known->second.is_about(facts)) {
    facts.profile = known->second.profile ? *known->second.profile : Profile{known->second.standing, {}, {}};
    facts.profile.complete = standing_of(known->second).complete;
  }
  facts.profile.complete = facts.profile.complete || book_->empty();
  return true;
}

void ProcfsTable::add(const ProcessFacts& facts) {
  if (found_.size() < kMaxRanked) {
    found_.push_back(facts);
    return;
  }
  const auto smallest = std::ranges::min_element(found_, {}, &ProcessFacts::freed_by_death);
  if (smallest->freed_by_death() < facts.freed_by_death()) *smallest = facts;
}

void ProcfsTable::add_kin(Kin kin, const Standing& standing) {
  if (kin_.size() == kMaxKin) return;
  kin.must_live = kin.must_live || standing.must_live();
  kin.nodes = used_nodes(kin.nodes, kin.place);
  kin.profile_known = standing.complete;
  kin.prefer_points = static_cast<std::int32_t>(standing.prefer_points);
  kin.avoid_points = static_cast<std::int32_t>(standing.avoid_points);
  kin_.push_back(kin);
}

void ProcfsTable::confine_to(const std::string& cgroup) {
  is_confined_ = true;
  confines_ = cgroup;
  while (confines_.ends_with('/')) confines_.pop_back();
  known_.clear();
  lesson_.reset();
}

void ProcfsTable::replace(std::shared_ptr<const MatchBook> book) {
  book_ = std::move(book);
  known_.clear();
  lesson_.reset();
}

Census ProcfsTable::look_thoroughly(const Sample& sample, Bytes at_least, Duration longest) {
  constexpr Duration step = std::chrono::milliseconds(2);
  learn(sample, at_least);
  for (Duration waited{0}; waited < longest && !resolver_.idle(); waited += step) std::this_thread::sleep_for(step);
  return look(sample, at_least);
}

std::optional<ProcessFacts> ProcfsTable::facts_of(std::int32_t pid) {
  const Known* remembered = known(pid);
  ProcessFacts facts;
  facts.id.pid = pid;
  if (remembered == nullptr || !read_facts(pid, facts)) return std::nullopt;
  add_what_the_unit_tells(facts, remembered->kin.place);
  return facts;
}

}  // namespace forestall
