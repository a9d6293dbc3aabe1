// SPDX-License-Identifier: MIT
// Everything that can be configured, as one plain value. The built-in configuration is config/forestall.toml.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "forestall/ranking.h"
#include "forestall/rules.h"
#include "forestall/units.h"

namespace forestall {

/// [poll]: how often to look. Between the two the daemon goes by the distance to the nearest rule.
struct PollConfig {
  Duration idle_interval = std::chrono::seconds(5);         ///< 100 ms to 10 s
  Duration armed_interval = std::chrono::milliseconds(50);  ///< 10 ms to 1 s, at most idle_interval
  friend bool operator==(const PollConfig&, const PollConfig&) = default;
};

/// [victim]: who is worth killing at all, and what goes together.
struct VictimConfig {
  Kind kind = Kind::automatic;
  Size minimum = Size{Size::Kind::min, 0, {}, {Size::of(Share::percent(1)), Size::of(64 * kMiB)}};  ///< of RAM + swap
  unsigned max_processes = kMaxMembers;  ///< no more than so many at once, 1 to kMaxMembers
  bool immune_users = true;              ///< false: of a process that is not root's, oom_score_adj -1000 is read as 0
  friend bool operator==(const VictimConfig&, const VictimConfig&) = default;
};

/// [score]: the weight of each term, 0 switches it off. 100 % is the term as documented (score/terms.h).
struct ScoreConfig {
  Share memory = Share::percent(100);
  /// Twice: what has grown by more than a quarter of a large steady one's size goes before it if it is half as large.
  Share growth = Share::percent(200);
  Duration growth_window = std::chrono::seconds(10);  ///< how far back growth is looked for, at least: 1 s to 10 min
  Share adj = Share::percent(100);
  Share prefer = Share::percent(100);
  Share avoid = Share::percent(100);
  Share offender = Share::percent(100);
  Share unkept = Share::percent(100);
  Share age{};  ///< this and the rest: off
  Share cpu_time{};
  Share nice{};
  Share root{};
  friend bool operator==(const ScoreConfig&, const ScoreConfig&) = default;
};

/// [kill]: how a victim is ended.
struct KillConfig {
  Duration grace = std::chrono::seconds(5);          ///< from SIGTERM to SIGKILL, 0 to 5 min
  unsigned breaker_kills = 3;                        ///< fruitless kills in a row that open the breaker, 1 to 100
  Duration breaker_pause = std::chrono::minutes(1);  ///< how long nothing is killed then, 1 s to 1 h
  friend bool operator==(const KillConfig&, const KillConfig&) = default;
};

/// The points of an [[avoid]] or [[prefer]] entry that gives none.
inline constexpr std::int64_t kDefaultPoints = 100;

/// One entry of [[protect]], [[avoid]] or [[prefer]]. All that is given must match. Patterns are RE2, unanchored.
struct Match {
  std::optional<std::string> comm;
  std::optional<std::string> exe;
  std::optional<std::string> cmdline;
  std::optional<std::string> user;
  std::optional<std::uint32_t> uid;
  std::optional<std::string> unit;
  std::optional<std::string> slice;
  std::optional<std::string> cgroup;
  std::optional<std::string> container;
  std::optional<std::string> tty;
  std::optional<std::string> state;
  std::int64_t points = 0;        ///< ‰ of RAM + swap, 1 to 1000; of avoid and prefer only
  std::optional<Duration> grace;  ///< instead of the grace of [kill] and of the rule; of avoid and prefer only

  [[nodiscard]] bool names_place() const { return unit || slice || cgroup || container; }
  [[nodiscard]] bool names_anything() const {
    return comm || exe || cmdline || user || uid || tty || state || names_place();
  }
  friend bool operator==(const Match&, const Match&) = default;
};

struct Config {
  PollConfig poll;
  std::vector<Rule> rules;  ///< in the order of the files; disabled ones stay, so that they can be shown
  VictimConfig victim;
  ScoreConfig score;
  KillConfig kill;
  std::vector<Match> protect;
  std::vector<Match> avoid;
  std::vector<Match> prefer;
  friend bool operator==(const Config&, const Config&) = default;
};

}  // namespace forestall
