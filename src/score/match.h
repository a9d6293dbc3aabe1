// SPDX-License-Identifier: MIT
// [[protect]], [[avoid]] and [[prefer]] applied to one process. Patterns run here, never on the hot path.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/pattern.h"
#include "forestall/config.h"
#include "forestall/process.h"
#include "forestall/result.h"

namespace forestall {

/// What an entry is held against. `exe` and `cmdline` may be unreadable: then they match nothing.
struct Traits {
  std::string_view comm;
  std::string_view exe;
  std::string_view cmdline;
  std::uint32_t uid = 0;
  CgroupPlace place;
  std::int32_t terminal = 0;  ///< ProcessFacts::terminal
  char state = '?';           ///< ProcessFacts::state
};

/// What systemd was told of the unit stands beside what the entries say: `avoid` as an entry of [[avoid]] would.
void heed(OomPreference preference, Standing& standing);

/// The uid of a user name; none if there is no such user.
using UidOf = std::function<std::optional<std::uint32_t>(const std::string& user)>;

/// One entry, its patterns compiled.
class Matcher {
 public:
  /// An Error if a pattern is none (base/pattern.h).
  static Result<Matcher> compile(const Match& entry, const UidOf& uid_of);

  [[nodiscard]] bool matches(const Traits& traits) const;

  /// As `matches`, for [[protect]]. Anybody can take a name, and path names can be arranged in a namespace of one's
  /// own; so an entry that names neither a user nor a place in the cgroup tree covers only root's processes, and a
  /// place counts only outside user@UID.service, where the user may build any tree.
  [[nodiscard]] bool protects(const Traits& traits) const;

  [[nodiscard]] const Match& entry() const { return entry_; }
  /// It names a user that there was not when it was compiled: it matches nothing.
  [[nodiscard]] bool names_unknown_user() const { return unknown_user_; }

 private:
  struct OnText {
    std::string_view Traits::*text = nullptr;
    Pattern pattern;
  };
  [[nodiscard]] bool matches_place(const CgroupPlace& place) const;

  Match entry_;
  std::optional<std::uint32_t> uid_;
  bool nobody_ = false;  ///< no process can match
  bool unknown_user_ = false;
  std::vector<OnText> on_text_;
  std::optional<Pattern> unit_, slice_, cgroup_, container_, tty_, state_;
};

/// All that a configuration says of single processes.
class MatchBook {
 public:
  MatchBook() = default;
  static Result<MatchBook> compile(const Config& config, const UidOf& uid_of);

  /// What the entries say of a process; exe and command line are kept for the record.
  [[nodiscard]] Profile profile(const Traits& traits) const;

  /// The oom_score_adj that a process is taken to have: see VictimConfig::immune_users.
  [[nodiscard]] std::int32_t heeded_adj(std::int32_t oom_score_adj, std::uint32_t uid) const;

  [[nodiscard]] const std::vector<Matcher>& protect() const { return protect_; }
  [[nodiscard]] const std::vector<Matcher>& avoid() const { return avoid_; }
  [[nodiscard]] const std::vector<Matcher>& prefer() const { return prefer_; }

  /// Users named in entries that there were not when these were compiled, each once.
  [[nodiscard]] std::vector<std::string> unknown_users() const;

  /// No entry at all: every profile is empty, and there is nothing to wait for.
  [[nodiscard]] bool empty() const { return protect_.empty() && avoid_.empty() && prefer_.empty(); }
  /// Some entry wants exe or cmdline: a profile without them is not complete.
  [[nodiscard]] bool reads_files() const;
  /// Some entry wants the state: what it says of a process holds until that changes.
  [[nodiscard]] bool reads_state() const;

 private:
  [[nodiscard]] bool any_entry(bool (*is_so)(const Match&)) const;

  std::vector<Matcher> protect_, avoid_, prefer_;
  bool immune_users_ = true;
};

}  // namespace forestall
