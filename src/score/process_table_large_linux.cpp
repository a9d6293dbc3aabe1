// SPDX-License-Identifier: MIT
// What ProcfsTable reads when it has just learnt who is there: those that are large, those that were born since, and
// whether that explains what the machine holds by now. If it does not, somebody small has grown, and all are read.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <span>

#include "score/process_table_linux.h"

namespace forestall {
namespace {

/// For so long the small ones are taken to be who and where they were. While a rule is near they are looked at once a
/// second.
constexpr Duration kTrustedFor = std::chrono::milliseconds(1200);
/// Each newborn is read in full, at four times the price of a look at somebody known: after more births than this, or
/// than one for sixteen processes, everybody may as well be read.
constexpr std::size_t kMostBirths = 64;
constexpr std::size_t kProcessesForABirth = 16;
/// Where less than this matters, something always moves.
constexpr Bytes kLeastThatMatters = 4 * kMiB;

}  // namespace

/// Anonymous memory, swapped out or not, of all but those in `found_`. None if that cannot be told.
std::optional<std::int64_t> ProcfsTable::held_by_others() const {
  const auto all = directory_.anon_of_all();
  if (!all) return std::nullopt;
  auto others = static_cast<std::int64_t>(*all);
  for (const ProcessFacts& facts : found_) others -= static_cast<std::int64_t>(facts.anon + facts.swap);
  return others;
}

std::optional<ProcfsTable::Lesson> ProcfsTable::begin_lesson(const Sample& sample, Bytes at_least) {
  const auto newest = directory_.newest_pid();
  // What a cgroup holds does not explain what the machine does.
  if (!newest || is_confined_ || at_least < kLeastThatMatters) return std::nullopt;
  births_.see(sample.time, *newest);
  return Lesson{sample.time, at_least, 0};
}

/// Between what the large ones hold and what the machine does, no more time must pass now than when they are compared.
void ProcfsTable::end_lesson(std::optional<Lesson> lesson) {
  if (!lesson || !read_large_again(lesson->at_least)) return;
  const auto others = held_by_others();
  if (!others) return;
  lesson->others = *others;
  lesson_ = lesson;
}

/// False if everybody has to be read: then what is here is half done.
bool ProcfsTable::bring_up_to_date(const Sample& sample, Bytes at_least) {
  if (!lesson_ || lesson_->at_least != at_least || sample.time - lesson_->when > kTrustedFor) return false;
  if (!read_large_again(at_least) || !read_young(sample, at_least)) return false;
  const auto others = held_by_others();
  // If they hold less, somebody may have grown all the same: what is shared after a fork counts for both, and for the
  // machine once.
  return others && std::abs(*others - lesson_->others) < static_cast<std::int64_t>(at_least / 4);
}

/// Those that matter, and those that soon could: who has less can come to matter only by more than a quarter. False if
/// there are too many.
bool ProcfsTable::read_large_again(Bytes at_least) {
  std::array<std::int32_t, 2 * kMaxRanked> room;  // NOLINT: filled below; most are there twice
  std::size_t count = 0;
  const auto take = [&](std::int32_t pid) {
    if (count < room.size()) room[count] = pid;
    ++count;
  };
  for (const Kin& kin : kin_) {
    if (kin.memory >= at_least / 2) take(kin.id.pid);
  }
  for (const ProcessFacts& facts : found_) take(facts.id.pid);
  if (count > room.size()) return false;
  const std::span pids(room.data(), count);
  std::ranges::sort(pids);
  const auto end = std::unique(pids.begin(), pids.end());
  read_anew({pids.begin(), end}, at_least);
  return true;
}

/// Who was born in the last seconds has yet to find his place: his process group, his cgroup, his program. False if
/// there are too many, or nobody knows who they are.
bool ProcfsTable::read_young(const Sample& sample, Bytes at_least) {
  const auto settled = births_.newest_settled(sample.time);
  const auto newest = directory_.newest_pid();
  // Lower: they have come round, and begin anew with whatever is free.
  if (!settled || !newest || *newest < *settled) return false;
  const auto births = static_cast<std::size_t>(*newest - *settled);
  std::array<std::int32_t, kMaxRanked> room;  // NOLINT: filled below
  if (births > std::min(room.size(), std::max(kMostBirths, seen_ / kProcessesForABirth))) return false;
  const std::span pids(room.data(), births);
  std::iota(pids.begin(), pids.end(), *settled + 1);
  read_anew(pids, at_least);
  return true;
}

/// `pids` in their order. Some may not exist, or be threads.
void ProcfsTable::read_anew(std::span<const std::int32_t> pids, Bytes at_least) {
  const auto is_one = [&](ProcessId id) { return std::ranges::binary_search(pids, id.pid); };
  const std::size_t before = kin_.size();
  std::erase_if(kin_, [&](const Kin& kin) { return is_one(kin.id); });
  std::erase_if(found_, [&](const ProcessFacts& facts) { return is_one(facts.id); });
  const std::size_t without = kin_.size();
  for (const std::int32_t pid : pids) read_in_full(pid, at_least);
  seen_ += kin_.size() - without;
  seen_ -= std::min(seen_, before - without);
}

}  // namespace forestall
