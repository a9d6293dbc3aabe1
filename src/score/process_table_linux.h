// SPDX-License-Identifier: MIT
// The real ProcessTable: one pass over /proc, cheap for the many that are small, exact for the few that matter.
#pragma once

#include <unistd.h>

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd_linux.h"
#include "forestall/ports.h"
#include "score/births.h"
#include "score/kin.h"
#include "score/match.h"
#include "score/process_directory_linux.h"
#include "score/resolver_linux.h"

namespace forestall {

class ProcfsTable final : public ProcessTable {
 public:
  /// An Error if `proc` cannot be opened. `cgroups` may be missing: then no unit is known to be whole. `daemon`: whose
  /// ancestors are spared with it; 0 for a command, which is ended when it is over.
  static Result<std::unique_ptr<ProcfsTable>> open(std::shared_ptr<const MatchBook> book,
                                                   const std::string& proc = "/proc",
                                                   const std::string& cgroups = "/sys/fs/cgroup",
                                                   std::int32_t daemon = ::getpid());

  /// `statm` tells who is large for less than half of what `status` costs. What is swapped out shows only in the
  /// latter, so while swap fills or empties everybody's is read. The rest is read of those that are large; of a small
  /// one it is remembered from when something was learnt last, unless it is new. A moment after that only the large and
  /// the new ones are read, if they explain what the machine holds by now.
  Census look(const Sample& sample, Bytes at_least) override;
  Census learn(const Sample& sample, Bytes at_least) override;

  /// Nobody but those in this cgroup and below it is there from now on: a path from the root of the tree.
  void confine_to(const std::string& cgroup);

  [[nodiscard]] const MatchBook& book() const { return *book_; }
  /// New entries: what was learnt by the old ones is forgotten.
  void replace(std::shared_ptr<const MatchBook> book);

  /// learn(), and waits for the answers, up to `longest`. For a command that has nothing else to do.
  Census look_thoroughly(const Sample& sample, Bytes at_least, Duration longest);

  /// Everything about one process that was there when something was learnt last, however small, kernel threads too.
  /// None if it was not, or is gone.
  std::optional<ProcessFacts> facts_of(std::int32_t pid);

  /// False where /proc hides other users' processes (hidepid, proc(5)).
  [[nodiscard]] bool sees_everybody() const;

 private:
  /// For so long after it was met, even a look in a hurry asks a small process for its parent and its process group.
  static constexpr Duration kSettledAfter = std::chrono::seconds(5);

  struct Known {
    Kin kin;                         ///< without what the entries say
    char state = '?';                ///< when it was learnt
    bool is_nobody = false;          ///< a kernel thread, or not in the cgroup that the table is confined to
    std::optional<Instant> met;      ///< seen for the first time
    Instant read{};                  ///< in full
    Instant asked{};                 ///< the resolver about it
    std::optional<Instant> awaited;  ///< since when an answer is that has not come
    Standing standing;
    std::unique_ptr<Profile> profile;  ///< the same and more, of those that were large
    bool seen = false;

    /// It goes by the same name as when it was learnt: exec changes it.
    [[nodiscard]] bool is_called(const FixedString<64>& comm) const { return kin.comm == comm.view(); }
    /// A daemon that gives root up loses what only root's name is good for.
    [[nodiscard]] bool is_about(const ProcessFacts& f) const { return is_called(f.comm) && kin.uid == f.uid; }
  };
  /// What is read of everybody, each time.
  struct Amount {
    Bytes memory = 0;
    Bytes swap = 0;
    Bytes page_tables = 0;  ///< the part of it that they are; 0 where they are not told
  };
  /// When something was learnt last, and what by.
  struct Lesson {
    Instant when;
    Bytes at_least;
    std::int64_t others;  ///< what all held that were not large
  };

  /// What the members of a unit hold, each by its own account.
  struct Account {
    Bytes memory = 0, swap = 0, largest = 0, twice = 0;
  };

  ProcfsTable(std::shared_ptr<const MatchBook> book, const std::string& proc, const std::string& cgroups,
              std::int32_t daemon, Fd directory);
  void find_lineage();
  void pass(const Sample& sample, Bytes at_least, bool learning);
  [[nodiscard]] Census census() const;
  void consider(std::int32_t pid, const Sample& sample, Bytes at_least, bool learning);
  void read_in_full(std::int32_t pid, Bytes at_least, bool learning = false);
  [[nodiscard]] std::optional<Lesson> begin_lesson(const Sample& sample, Bytes at_least);
  void end_lesson(std::optional<Lesson> lesson);
  bool bring_up_to_date(const Sample& sample, Bytes at_least);
  bool read_large_again(Bytes at_least);
  bool read_young(const Sample& sample, Bytes at_least);
  void read_anew(std::span<const std::int32_t> pids, Bytes at_least);
  [[nodiscard]] std::optional<std::int64_t> held_by_others() const;
  [[nodiscard]] std::optional<Amount> amount_of(std::int32_t pid, const Known* remembered, const Sample& sample) const;
  [[nodiscard]] std::optional<Amount> amount_told_by(std::int32_t pid, const Known* remembered,
                                                     const Sample& sample) const;
  void notice_swap(const Sample& sample, Bytes at_least);
  [[nodiscard]] Known* known(std::int32_t pid);
  [[nodiscard]] bool is_outside(const ProcessFacts& facts) const;
  /// What the entries say of it. Whoever cannot be read counts as known in the end: no decision waits for him.
  [[nodiscard]] Standing standing_of(const Known& known) const;
  void ask_about(Known& known);
  [[nodiscard]] bool is_new(const Known& known) const;
  [[nodiscard]] bool is_due(const Known& known, Instant last) const;
  [[nodiscard]] bool is_still_true(Known& known) const;
  [[nodiscard]] bool has_changed_state(const Known& known, char state) const;
  [[nodiscard]] bool read_facts(std::int32_t pid, ProcessFacts& facts);
  void add(const ProcessFacts& facts);
  void add_kin(Kin kin, const Standing& standing);
  [[nodiscard]] Standing with_preference(Standing of_entries, std::uint16_t place) const;
  [[nodiscard]] NodeMask used_nodes(NodeMask allowed, std::uint16_t place) const;
  void add_what_the_unit_tells(ProcessFacts& facts, std::uint16_t place) const;
  bool take_answers();
  void learn_about(const ProcessFacts& facts, const Kin& kin, bool large);
  void learn_about_places(const Sample& sample, Bytes at_least);
  void learn_who_fills(const Sample& sample);
  void learn_who_holds_nodes(const Sample& sample, Bytes at_least);
  void learn_what_counts_twice(Bytes at_least);
  void ask_unit(std::size_t number, Instant now);
  [[nodiscard]] std::optional<CgroupCharge> charge_of_unit(std::size_t number) const;
  [[nodiscard]] std::optional<Bytes> swap_of_unit(std::size_t number) const;
  [[nodiscard]] std::optional<std::string_view> read_of_unit(std::size_t number, const char* file,
                                                             std::span<char> buffer) const;
  [[nodiscard]] std::string directory_of_unit(std::size_t number) const;

  std::shared_ptr<const MatchBook> book_;
  std::string cgroups_;
  bool is_confined_ = false;
  std::string confines_;  ///< without a slash at its end
  ProcessDirectory directory_;
  std::vector<ProcessFacts> found_;
  std::vector<Kin> kin_;
  PlaceBook places_;
  std::vector<Account> accounts_;  ///< of the unit that begins with this place
  std::size_t places_learnt_ = 1;  ///< nowhere needs not to be
  Bytes shared_learnt_ = 0;        ///< Shmem of the machine when it was last asked who holds it
  std::optional<Instant> filling_learnt_;
  std::optional<Instant> tidied_;
  bool renumbered_ = false;  ///< in this lesson all places have got new numbers
  std::size_t seen_ = 0;
  Instant now_{};                   ///< of the last look or lesson
  std::optional<Bytes> swap_seen_;  ///< in use on the machine when everybody's was read; none: it was empty
  bool swap_rests_ = false;         ///< since then: what is known of somebody is still so
  std::optional<Lesson> lesson_;    ///< none: everybody has to be read
  Births births_{kSettledAfter};
  std::int32_t daemon_;
  std::vector<std::int32_t> lineage_;
  std::map<ProcessId, Known> known_;
  Resolver resolver_;
};

}  // namespace forestall
