// SPDX-License-Identifier: MIT
// What ProcfsTable learns in peace of the places where processes live: of their units, by the files of their cgroups.
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/read_linux.h"
#include "score/nodes.h"
#include "score/oom_preference_linux.h"
#include "score/process_files.h"
#include "score/process_table_linux.h"

namespace forestall {
namespace {

/// So much of the machine's memory must have become shared, or ceased to be, for it to matter whose it is.
constexpr Share kWorthAsking = Share{5'000};
/// Units are asked this often at least when something is learnt.
constexpr Duration kAskedAnewAfter = std::chrono::seconds(30);

}  // namespace

/// What the entries say of somebody who lives there, and what his unit says.
Standing ProcfsTable::with_preference(Standing of_entries, std::uint16_t place) const {
  // Of a unit that is new somebody has yet to find out.
  of_entries.complete = of_entries.complete && places_.places()[place].unit < places_learnt_;
  heed(places_.unit_of(place).preference, of_entries);
  return of_entries;
}

/// Of those that somebody may use, those on which his unit holds something; all if that leaves none.
NodeMask ProcfsTable::used_nodes(NodeMask allowed, std::uint16_t place) const {
  const NodeMask used = allowed & places_.unit_of(place).nodes;
  return used != 0 ? used : allowed;
}

void ProcfsTable::add_what_the_unit_tells(ProcessFacts& facts, std::uint16_t place) const {
  static_cast<Standing&>(facts.profile) = with_preference(facts.profile, place);
  facts.nodes = used_nodes(facts.nodes, place);
}

void ProcfsTable::learn_about_places(const Sample& sample, Bytes at_least) {
  const auto places = places_.places();
  for (; places_learnt_ < places.size(); ++places_learnt_) {
    if (places[places_learnt_].unit != places_learnt_) continue;
    std::array<char, 16> buffer{};
    const auto text = read_of_unit(places_learnt_, "memory.oom.group", buffer);
    if (text && text->starts_with('1')) places_.make_whole(static_cast<std::uint16_t>(places_learnt_));
    // Who was not there at the last lesson held nothing then.
    if (filling_learnt_) places_.see_shared(static_cast<std::uint16_t>(places_learnt_), 0, sample.time);
    ask_unit(places_learnt_, sample.time);
  }
  learn_who_fills(sample);
  learn_who_holds_nodes(sample, at_least);
  learn_what_counts_twice(at_least);
}

/// Where somebody's memory lies is for those to read who may trace him (numa_maps in proc_pid_numa_maps(5)); where that
/// of a unit does, for all.
void ProcfsTable::learn_who_holds_nodes(const Sample& sample, Bytes at_least) {
  const bool matters = is_nearly_short(sample);
  for (std::size_t i = 1; i < places_.places().size(); ++i) {
    if (places_.places()[i].unit != i) continue;
    std::array<char, 4 * kKiB> buffer;  // NOLINT: filled by the kernel
    const auto text = matters ? read_of_unit(i, "memory.numa_stat", buffer) : std::nullopt;
    const auto nodes = text ? parse_nodes_of_cgroup(*text, at_least) : std::nullopt;
    places_.set_nodes(static_cast<std::uint16_t>(i), nodes.value_or(kAllNodes));
  }
}

/// Of those units where it could change who is chosen. A charge stays where the memory was taken (cgroup-v2, "Memory
/// Ownership"), so whoever moves makes his unit look small. But all that is counted twice cannot come to more than what
/// everybody counts beyond what the machine holds. Units of the system come first: what a user claims is taken from
/// users alone, and if they claim too much, from all of them.
void ProcfsTable::learn_what_counts_twice(Bytes at_least) {
  if (is_confined_) return;
  const auto places = places_.places();
  accounts_.assign(places.size(), Account{});
  Bytes counted = 0;
  for (const Kin& kin : kin_) {
    Account& unit = accounts_[places[kin.place].unit];
    const Bytes pages = kin.memory - kin.page_tables;  // page tables are nobody's twice
    unit.memory += pages;
    unit.swap += kin.swap;
    unit.largest = std::max(unit.largest, pages);
    counted += pages;
  }
  Bytes claimed = 0, claimed_by_system = 0;
  for (std::size_t i = 1; i < places.size(); ++i) {
    Account& unit = accounts_[i];
    const bool matters = places[i].unit == i && unit.memory - unit.largest >= at_least;
    const auto charge = matters ? charge_of_unit(i) : std::nullopt;
    const Bytes once = charge ? charge->anon + swap_of_unit(i).value_or(unit.swap) : unit.memory;
    unit.twice = unit.memory - std::min(unit.memory, once);
    claimed += unit.twice;
    if (places[i].cgroup.user_unit.empty()) claimed_by_system += unit.twice;
  }
  const auto held = claimed > 0 ? directory_.anon_of_all() : std::nullopt;
  const Bytes beyond = held ? counted - std::min(counted, *held) : 0;
  for (std::size_t i = 1; i < places.size(); ++i) {
    if (places[i].unit != i) continue;
    const Bytes twice = accounts_[i].twice;
    const Bytes by_others = (places[i].cgroup.user_unit.empty() ? claimed_by_system : claimed) - twice;
    places_.set_counted_twice(static_cast<std::uint16_t>(i), std::min(twice, beyond - std::min(beyond, by_others)));
  }
}

/// Asking a cgroup has the kernel add up its counters, so it is done when there is something to find out.
void ProcfsTable::learn_who_fills(const Sample& sample) {
  const Bytes shared = sample.memory.shmem;
  const Bytes moved = difference(shared, shared_learnt_);
  // What was filled is to be forgotten in time.
  const bool somebody_fills = std::ranges::any_of(places_.places(), [](const KnownPlace& p) { return p.filled > 0; });
  const Duration patience = somebody_fills ? PlaceBook::kFilledWithin : kAskedAnewAfter;
  const bool is_old = !filling_learnt_ || sample.time - *filling_learnt_ >= patience;
  if (!is_old && moved < kWorthAsking * sample.memory.mem_total) return;
  shared_learnt_ = shared;
  filling_learnt_ = sample.time;
  for (std::size_t i = 1; i < places_.places().size(); ++i) {
    if (places_.places()[i].unit == i) ask_unit(i, sample.time);
  }
}

void ProcfsTable::ask_unit(std::size_t number, Instant now) {
  const auto unit = static_cast<std::uint16_t>(number);
  // While it is restarted its cgroup is not there: what it is to be spared for does not change by that.
  if (const auto preference = read_oom_preference(directory_of_unit(number))) places_.set_preference(unit, *preference);
  if (const auto charge = charge_of_unit(number)) {
    places_.see_shared(unit, charge->shmem, now);
  } else {
    places_.forget_shared(unit);
  }
}

std::optional<CgroupCharge> ProcfsTable::charge_of_unit(std::size_t number) const {
  std::array<char, 8 * kKiB> buffer;  // NOLINT: filled by the kernel
  const auto text = read_of_unit(number, "memory.stat", buffer);
  return text ? parse_charge_of_cgroup(*text) : std::nullopt;
}

/// None where swap is charged to nobody.
std::optional<Bytes> ProcfsTable::swap_of_unit(std::size_t number) const {
  std::array<char, 32> buffer{};
  const auto text = read_of_unit(number, "memory.swap.current", buffer);
  return text ? parse_unsigned(trimmed(*text)) : std::nullopt;
}

std::optional<std::string_view> ProcfsTable::read_of_unit(std::size_t number, const char* file,
                                                          std::span<char> buffer) const {
  return read_once(AT_FDCWD, fmt::format("{}/{}", directory_of_unit(number), file).c_str(), buffer);
}

std::string ProcfsTable::directory_of_unit(std::size_t number) const {
  return fmt::format("{}{}", cgroups_, path_of_unit(places_.places()[number].cgroup));
}

}  // namespace forestall
