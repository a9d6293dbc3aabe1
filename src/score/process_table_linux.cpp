// SPDX-License-Identifier: MIT
#include "score/process_table_linux.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "base/process_stat.h"
#include "base/read_linux.h"
#include "base/text.h"
#include "score/cgroup_place.h"
#include "score/mercy.h"
#include "score/process_files.h"
#include "score/rank.h"
#include "score/status_linux.h"

namespace forestall {
namespace {

/// Of a small process, what can change without a trace in stat is read anew this often at last, and at first.
constexpr Duration kReadAnewAfter = std::chrono::seconds(30);
constexpr Duration kReadAnewFirst = std::chrono::seconds(1);
/// For so long after it was met, even a look in a hurry asks a small process for its parent and its process group.
constexpr Duration kSettledAfter = std::chrono::seconds(5);

/// So much of the machine's memory must have become shared, or ceased to be, for it to matter whose it is.
constexpr Share kWorthAsking = Share{5'000};

/// "PID/name", made without an allocation.
std::array<char, 48> path_of(std::int32_t pid, const char* name) {
  std::array<char, 48> path;  // NOLINT: filled below
  *fmt::format_to_n(path.data(), path.size() - 1, "{}/{}", pid, name).out = '\0';
  return path;
}

/// A file of one process, below the open /proc.
template <std::size_t N>
std::optional<std::string_view> read_file(const Fd& directory, std::int32_t pid, const char* name,
                                          std::array<char, N>& buffer) {
  return read_once(directory.get(), path_of(pid, name).data(), buffer);
}

struct DirectoryEntry {  // linux_dirent64, getdents64(2)
  std::uint64_t inode;
  std::int64_t offset;
  std::uint16_t length;
  std::uint8_t type;
  char name[1];
};

/// Calls `visit` with every pid there is. Not readdir(3), which would allocate.
template <typename Visit>
void for_each_pid(const Fd& directory, Visit visit) {
  ::lseek(directory.get(), 0, SEEK_SET);
  alignas(DirectoryEntry) std::array<char, 32 * kKiB> buffer;  // NOLINT: filled by the kernel
  while (true) {
    const long filled = ::syscall(SYS_getdents64, directory.get(), buffer.data(), buffer.size());
    if (filled <= 0) return;
    for (long at = 0; at < filled;) {
      const auto* entry = reinterpret_cast<const DirectoryEntry*>(buffer.data() + at);
      at += entry->length;
      const auto pid = parse_unsigned(entry->name);
      if (pid && *pid <= INT32_MAX) visit(static_cast<std::int32_t>(*pid));
    }
  }
}

std::optional<Stat> read_stat(const Fd& directory, std::int32_t pid) {
  std::array<char, 2048> buffer;  // NOLINT
  const auto text = read_file(directory, pid, "stat", buffer);
  return text ? parse_stat(*text) : std::nullopt;
}

}  // namespace

Result<std::unique_ptr<ProcfsTable>> ProcfsTable::open(std::shared_ptr<const MatchBook> book, const std::string& proc,
                                                       const std::string& cgroups) {
  Fd directory(::open(proc.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return failure(errno, "cannot open " + proc);
  return std::unique_ptr<ProcfsTable>(new ProcfsTable(std::move(book), proc, cgroups, std::move(directory)));
}

ProcfsTable::ProcfsTable(std::shared_ptr<const MatchBook> book, const std::string& proc, const std::string& cgroups,
                         Fd directory)
    : book_(std::move(book)), proc_(proc), cgroups_(cgroups), directory_(std::move(directory)), resolver_(proc) {
  found_.reserve(kMaxRanked);
  kin_.reserve(kMaxKin);
  find_lineage();
}

void ProcfsTable::find_lineage() {
  lineage_.clear();
  std::int32_t pid = ::getpid();
  constexpr std::size_t deepest = 64;
  while (pid > 0 && lineage_.size() < deepest) {
    lineage_.push_back(pid);
    const auto stat = read_stat(directory_, pid);
    pid = stat ? stat->parent : 0;
  }
}

bool ProcfsTable::sees_everybody() const { return read_stat(directory_, 1).has_value(); }

Census ProcfsTable::look(const Sample& sample, Bytes at_least) { return pass(sample, at_least, false); }

Census ProcfsTable::pass(const Sample& sample, Bytes at_least, bool learning) {
  take_answers();
  found_.clear();
  kin_.clear();
  seen_ = 0;
  for_each_pid(directory_, [&](std::int32_t pid) { consider(pid, sample, at_least, learning); });
  return {found_, lineage_, seen_, kin_, places_.places()};
}

void ProcfsTable::consider(std::int32_t pid, const Sample& sample, Bytes at_least, bool learning) {
  ++seen_;
  const auto amount = amount_of(pid, sample);
  if (!amount) return;
  // A quarter of slack: before Linux 6.12 the counters behind statm lag on many processors, and page tables come on
  // top.
  const bool small = amount->memory < at_least - at_least / 4;
  Known* remembered = small ? known(pid) : nullptr;
  const bool doubtful = remembered != nullptr && (learning || is_new(*remembered, sample.time));
  const bool stale = remembered != nullptr && learning && is_old(*remembered, sample.time);
  if (remembered != nullptr && !stale && (!doubtful || is_still_true(*remembered))) {
    remembered->seen = true;
    if (remembered->kernel_thread) return;
    // A question may have found no room, or no answer.
    if (learning && !remembered->standing.complete) resolver_.ask({remembered->kin.id, book_});
    remembered->kin.memory = amount->memory;
    remembered->kin.swap = amount->swap;
    return add_kin(remembered->kin, remembered->standing);
  }
  ProcessFacts facts;
  facts.id.pid = pid;
  if (!read_facts(pid, facts)) return;
  const bool large = facts.freed_by_death() >= at_least;
  const Kin kin = kin_of(facts, places_.number_of(facts.place), built_in_mercy(facts, lineage_).has_value());
  if (large) add(facts);
  if (!facts.kernel_thread) add_kin(kin, facts.profile);
  if (learning) learn_about(facts, kin, sample.time, large);
}

std::optional<ProcfsTable::Amount> ProcfsTable::amount_of(std::int32_t pid, const Sample& sample) const {
  const bool swap_in_use = sample.memory.swap_free < sample.memory.swap_total;
  if (swap_in_use) {
    const auto status = read_status(directory_.get(), path_of(pid, "status").data());
    if (!status) return std::nullopt;
    return Amount{status->anon + status->swap + status->page_tables, status->swap};
  }
  std::array<char, 256> buffer;  // NOLINT
  const auto text = read_file(directory_, pid, "statm", buffer);
  const auto pages = text ? parse_anon_pages(*text) : std::nullopt;
  if (!pages) return std::nullopt;
  return Amount{*pages * sample.page_size, 0};
}

ProcfsTable::Known* ProcfsTable::known(std::int32_t pid) {
  const auto found = known_.lower_bound(ProcessId{pid, 0});
  return found != known_.end() && found->first.pid == pid ? &found->second : nullptr;
}

/// Whoever has just been born takes his place in the world: his process group, his cgroup, his program.
bool ProcfsTable::is_new(const Known& known, Instant now) { return now - *known.met < kSettledAfter; }

/// What changes without a trace in stat is read anew, the more rarely the longer a process is known.
bool ProcfsTable::is_old(const Known& known, Instant now) {
  return now - known.read >= std::clamp(known.read - *known.met, kReadAnewFirst, kReadAnewAfter);
}

/// The pid may be another process's by now, or the program another one (exec).
bool ProcfsTable::is_still_true(Known& known) const {
  const auto stat = read_stat(directory_, known.kin.id.pid);
  if (!stat || stat->start_time != known.kin.id.start_time || stat->comm != known.comm) return false;
  known.kin.parent = stat->parent;
  known.kin.process_group = stat->process_group;
  return true;
}

bool ProcfsTable::read_facts(std::int32_t pid, ProcessFacts& facts) {
  std::array<char, 8 * kKiB> buffer;  // NOLINT
  const auto stat = read_stat(directory_, pid);
  const auto status = read_status(directory_.get(), path_of(pid, "status").data());
  if (!stat || !status) return false;
  facts.id.start_time = stat->start_time;
  facts.parent = stat->parent;
  facts.process_group = stat->process_group;
  facts.kernel_thread = stat->kernel_thread;
  facts.state = stat->state;
  facts.comm = stat->comm;
  facts.uid = status->uid;
  facts.anon = status->anon;
  facts.shmem = status->shmem;
  facts.swap = status->swap;
  facts.page_tables = status->page_tables;
  const auto adj_text = read_file(directory_, pid, "oom_score_adj", buffer);
  const auto adj = adj_text ? parse_oom_score_adj(*adj_text) : std::nullopt;
  if (!adj) return false;  // it is gone: the file is there as long as the process
  facts.oom_score_adj = *adj;
  if (const auto cgroup = read_file(directory_, pid, "cgroup", buffer)) facts.place = parse_cgroup(*cgroup);

  const auto known = known_.find(facts.id);
  if (known != known_.end() && known->second.is_about(facts)) {
    facts.profile = known->second.profile ? *known->second.profile : Profile{known->second.standing, {}, {}};
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
  kin.must_live = kin.must_live || standing.is_protected;
  kin.profile_known = standing.complete;
  kin.prefer_points = static_cast<std::int32_t>(standing.prefer_points);
  kin.avoid_points = static_cast<std::int32_t>(standing.avoid_points);
  kin_.push_back(kin);
}

Census ProcfsTable::learn(const Sample& sample, Bytes at_least) {
  find_lineage();
  const bool anew = places_.crowded();
  if (anew) {
    places_.clear();
    places_learnt_ = 1;
  }
  for (auto& [id, known] : known_) {
    known.seen = false;
    if (anew) known.read = sample.time - kReadAnewAfter;  // its place has another number now
  }
  const Census census = pass(sample, at_least, true);
  std::erase_if(known_, [](const auto& entry) { return !entry.second.seen; });
  learn_about_places(sample);
  return census;
}

void ProcfsTable::learn_about(const ProcessFacts& facts, const Kin& kin, Instant now, bool large) {
  Known& known = known_[facts.id];
  const Instant met = known.met.value_or(now);
  if (!known.is_about(facts)) known = Known{};
  known.met = met;
  known.kin = kin;
  known.comm = facts.comm;
  known.kernel_thread = facts.kernel_thread;
  known.read = now;
  known.seen = true;
  const bool is_new_profile = large && !known.profile;
  if (known.standing.complete && !is_new_profile) return;
  if (!known.standing.complete) {
    // What can be told without the command line holds from now on; the rest follows when the resolver has read it.
    known.standing = book_->profile({facts.comm.view(), {}, {}, facts.uid, facts.place});
    known.standing.complete = !book_->reads_files();
  }
  if (large) known.profile = std::make_unique<Profile>(Profile{known.standing, {}, {}});
  if (large || book_->reads_files()) resolver_.ask({facts.id, book_});
}

void ProcfsTable::learn_about_places(const Sample& sample) {
  const auto places = places_.places();
  for (; places_learnt_ < places.size(); ++places_learnt_) {
    if (places[places_learnt_].unit != places_learnt_) continue;
    std::array<char, 16> buffer{};
    const auto text = read_of_unit(places_learnt_, "memory.oom.group", buffer);
    if (text && text->starts_with('1')) places_.make_whole(static_cast<std::uint16_t>(places_learnt_));
    ask_unit(places_learnt_, sample.time);  // what it holds is to be known from the beginning
  }
  learn_who_fills(sample);
}

/// Asking a cgroup has the kernel add up its counters, so it is done when there is something to find out.
void ProcfsTable::learn_who_fills(const Sample& sample) {
  const Bytes shared = sample.memory.shmem;
  const Bytes moved = std::max(shared, shared_learnt_) - std::min(shared, shared_learnt_);
  const bool is_old = !filling_learnt_ || sample.time - *filling_learnt_ >= kReadAnewAfter;
  if (!is_old && moved < kWorthAsking * sample.memory.mem_total) return;
  shared_learnt_ = shared;
  filling_learnt_ = sample.time;
  for (std::size_t i = 1; i < places_.places().size(); ++i) {
    if (places_.places()[i].unit == i) ask_unit(i, sample.time);
  }
}

void ProcfsTable::ask_unit(std::size_t number, Instant now) {
  std::array<char, 16 * kKiB> buffer;  // NOLINT: filled by the kernel
  const auto text = read_of_unit(number, "memory.stat", buffer);
  const auto held = text ? parse_shared_of_cgroup(*text) : std::nullopt;
  if (held) places_.see_shared(static_cast<std::uint16_t>(number), *held, now);
}

std::optional<std::string_view> ProcfsTable::read_of_unit(std::size_t number, const char* file,
                                                          std::span<char> buffer) const {
  const std::string_view unit = path_of_unit(places_.places()[number].cgroup);
  return read_once(AT_FDCWD, fmt::format("{}{}/{}", cgroups_, unit, file).c_str(), buffer);
}

void ProcfsTable::take_answers() {
  for (Resolver::Answer& answer : resolver_.answers()) {
    const auto known = known_.find(answer.id);
    if (answer.book != book_ || known == known_.end() || known->second.comm != answer.comm) continue;
    known->second.standing = answer.profile;
    if (known->second.profile) *known->second.profile = answer.profile;
  }
}

void ProcfsTable::replace(std::shared_ptr<const MatchBook> book) {
  book_ = std::move(book);
  known_.clear();
}

Census ProcfsTable::look_thoroughly(const Sample& sample, Bytes at_least, Duration longest) {
  constexpr Duration step = std::chrono::milliseconds(2);
  learn(sample, at_least);
  for (Duration waited{0}; waited < longest && !resolver_.idle(); waited += step) std::this_thread::sleep_for(step);
  return look(sample, at_least);
}

}  // namespace forestall
