// SPDX-License-Identifier: MIT
// The real ProcessTable: one pass over /proc, cheap for the many that are small, exact for the few that matter.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd_linux.h"
#include "forestall/ports.h"
#include "score/kin.h"
#include "score/match.h"
#include "score/resolver_linux.h"

namespace forestall {

class ProcfsTable final : public ProcessTable {
 public:
  /// An Error if `proc` cannot be opened. `cgroups` may be missing: then no unit is known to be whole.
  static Result<std::unique_ptr<ProcfsTable>> open(std::shared_ptr<const MatchBook> book,
                                                   const std::string& proc = "/proc",
                                                   const std::string& cgroups = "/sys/fs/cgroup");

  /// While no swap is in use, `statm` tells who is large at a quarter of the cost of `status`; what is swapped out
  /// shows only in the latter, so with swap in use everybody's is read. The rest is read of those that are large; of a
  /// small one it is remembered from when something was learnt last, unless it is new.
  Census look(const Sample& sample, Bytes at_least) override;
  Census learn(const Sample& sample, Bytes at_least) override;

  /// New entries: what was learnt by the old ones is forgotten.
  void replace(std::shared_ptr<const MatchBook> book);

  /// learn(), and waits for the answers, up to `longest`. For a command that has nothing else to do.
  Census look_thoroughly(const Sample& sample, Bytes at_least, Duration longest);

  /// False where /proc hides other users' processes (hidepid, proc(5)).
  [[nodiscard]] bool sees_everybody() const;

 private:
  struct Known {
    Kin kin;               ///< without what the entries say
    FixedString<64> comm;  ///< when it was learnt: exec changes it
    bool kernel_thread = false;
    std::optional<Instant> met;  ///< seen for the first time
    Instant read{};              ///< in full
    Standing standing;
    std::unique_ptr<Profile> profile;  ///< the same and more, of those that were large
    bool seen = false;

    /// A daemon that gives root up loses what only root's name is good for.
    [[nodiscard]] bool is_about(const ProcessFacts& facts) const { return comm == facts.comm && kin.uid == facts.uid; }
  };
  /// What is read of everybody, each time.
  struct Amount {
    Bytes memory = 0;
    Bytes swap = 0;
  };

  ProcfsTable(std::shared_ptr<const MatchBook> book, const std::string& proc, const std::string& cgroups, Fd directory);
  void find_lineage();
  Census pass(const Sample& sample, Bytes at_least, bool learning);
  void consider(std::int32_t pid, const Sample& sample, Bytes at_least, bool learning);
  [[nodiscard]] std::optional<Amount> amount_of(std::int32_t pid, const Sample& sample) const;
  [[nodiscard]] Known* known(std::int32_t pid);
  [[nodiscard]] static bool is_new(const Known& known, Instant now);
  [[nodiscard]] static bool is_old(const Known& known, Instant now);
  [[nodiscard]] bool is_still_true(Known& known) const;
  [[nodiscard]] bool read_facts(std::int32_t pid, ProcessFacts& facts);
  void add(const ProcessFacts& facts);
  void add_kin(Kin kin, const Standing& standing);
  void take_answers();
  void learn_about(const ProcessFacts& facts, const Kin& kin, Instant now, bool large);
  void learn_about_places(const Sample& sample);
  void learn_who_fills(const Sample& sample);
  void ask_unit(std::size_t number, Instant now);
  [[nodiscard]] std::optional<std::string_view> read_of_unit(std::size_t number, const char* file,
                                                             std::span<char> buffer) const;

  std::shared_ptr<const MatchBook> book_;
  std::string proc_;
  std::string cgroups_;
  Fd directory_;
  std::vector<ProcessFacts> found_;
  std::vector<Kin> kin_;
  PlaceBook places_;
  std::size_t places_learnt_ = 1;  ///< nowhere needs not to be
  Bytes shared_learnt_ = 0;        ///< Shmem of the machine when it was last asked who holds it
  std::optional<Instant> filling_learnt_;
  std::size_t seen_ = 0;
  std::vector<std::int32_t> lineage_;
  std::map<ProcessId, Known> known_;
  Resolver resolver_;
};

}  // namespace forestall
