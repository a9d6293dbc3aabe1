// SPDX-License-Identifier: MIT
#include "config/keys.h"

#include <optional>
#include <type_traits>

#include "config/kinds.h"

namespace forestall::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

template <typename T>
struct Plain {
  using type = T;
};
template <typename T>
struct Plain<std::optional<T>> {
  using type = T;
};

/// The key `name` for `member` (or what is in it, if it is an optional), of this kind.
template <typename Owner, typename Member, typename Kind>
Key<Owner> key(std::string_view name, Member Owner::*member, Kind kind) {
  using T = typename Plain<Member>::type;
  const auto read = [=](const Value& value, Owner& owner) -> Result<void> {
    const auto found = kind.read(value);
    if (!found) return tl::unexpected<Error>(found.error());
    if constexpr (std::is_arithmetic_v<T>) {
      owner.*member = static_cast<T>(*found);  // the bounds of every Whole below fit its member
    } else {
      owner.*member = *found;
    }
    return {};
  };
  const auto write = [=](const Owner& owner) -> std::string {
    if constexpr (std::is_same_v<Member, T>) {
      return kind.write(owner.*member);
    } else {
      return owner.*member ? kind.write(*(owner.*member)) : std::string();
    }
  };
  return {name, read, write};
}

constexpr ShareIn kWeight{Share::percent(0), Share::percent(1000)};
constexpr ShareIn kStall{Share{1}, Share::percent(100)};
constexpr ShareIn kRefaults{Share::percent(0), Share::percent(10'000)};
constexpr DurationIn kGrace{seconds(0), minutes(5)};
constexpr Whole kUid{0, 0xFFFF'FFFE};  // (uid_t)-1 stands for "no user" in the kernel

template <typename Owner>
std::vector<std::string_view> names_of(const Keys<Owner>& keys) {
  std::vector<std::string_view> names;
  for (const auto& key : keys) names.push_back(key.name);
  return names;
}

}  // namespace

const Keys<PollConfig>& poll_keys() {
  static const Keys<PollConfig> keys = {
      key("idle_interval", &PollConfig::idle_interval, DurationIn{milliseconds(100), seconds(10)}),
      key("armed_interval", &PollConfig::armed_interval, DurationIn{milliseconds(10), seconds(1)}),
  };
  return keys;
}

const Keys<VictimConfig>& victim_keys() {
  static const Keys<VictimConfig> keys = {
      key("kind", &VictimConfig::kind, KindName{}),
      key("minimum", &VictimConfig::minimum, AnySize{}),
      key("max_processes", &VictimConfig::max_processes, Whole{1, kMaxMembers}),
      key("immune_users", &VictimConfig::immune_users, Flag{}),
  };
  return keys;
}

const Keys<ScoreConfig>& score_keys() {
  static const Keys<ScoreConfig> keys = {
      key("memory", &ScoreConfig::memory, kWeight),
      key("growth", &ScoreConfig::growth, kWeight),
      key("growth_window", &ScoreConfig::growth_window, DurationIn{seconds(1), minutes(10)}),
      key("adj", &ScoreConfig::adj, kWeight),
      key("prefer", &ScoreConfig::prefer, kWeight),
      key("avoid", &ScoreConfig::avoid, kWeight),
      key("offender", &ScoreConfig::offender, kWeight),
      key("unkept", &ScoreConfig::unkept, kWeight),
      key("age", &ScoreConfig::age, kWeight),
      key("cpu_time", &ScoreConfig::cpu_time, kWeight),
      key("nice", &ScoreConfig::nice, kWeight),
      key("root", &ScoreConfig::root, kWeight),
  };
  return keys;
}

const Keys<KillConfig>& kill_keys() {
  static const Keys<KillConfig> keys = {
      key("grace", &KillConfig::grace, kGrace),
      key("breaker_kills", &KillConfig::breaker_kills, Whole{1, 100}),
      key("breaker_pause", &KillConfig::breaker_pause, DurationIn{seconds(1), hours(1)}),
  };
  return keys;
}

const Keys<Rule>& rule_keys() {
  static const Keys<Rule> keys = {
      key("name", &Rule::name, RuleName{}),
      key("enabled", &Rule::enabled, Flag{}),
      key("action", &Rule::action, ActionName{}),
      key("mem_available_below", &Rule::mem_available_below, AnySize{}),
      key("swap_free_below", &Rule::swap_free_below, AnySize{}),
      key("psi_some_above", &Rule::psi_some_above, kStall),
      key("psi_full_above", &Rule::psi_full_above, kStall),
      key("psi_window", &Rule::psi_window, DurationIn{kShortestWindow, kLongestWindow}),
      key("refaults_above", &Rule::refaults_above, kRefaults),
      key("exhausted_within", &Rule::exhausted_within, DurationIn{milliseconds(100), hours(1)}),
      key("commit_free_below", &Rule::commit_free_below, AnySize{}),
      key("for", &Rule::hold, DurationIn{seconds(0), hours(1)}),
      key("grace", &Rule::grace, kGrace),
  };
  return keys;
}

const Keys<Match>& protect_keys() {
  static const Keys<Match> keys = {
      key("comm", &Match::comm, Pattern{}),
      key("exe", &Match::exe, Pattern{}),
      key("cmdline", &Match::cmdline, Pattern{}),
      key("user", &Match::user, UserName{}),
      key("uid", &Match::uid, kUid),
      key("unit", &Match::unit, Pattern{}),
      key("slice", &Match::slice, Pattern{}),
      key("cgroup", &Match::cgroup, Pattern{}),
      key("container", &Match::container, Pattern{}),
      key("tty", &Match::tty, Pattern{}),
      key("state", &Match::state, Pattern{}),
  };
  return keys;
}

const Keys<Match>& weighed_keys() {
  static const Keys<Match> keys = [] {
    Keys<Match> all = protect_keys();
    all.push_back(key("points", &Match::points, Whole{1, 1000}));
    all.push_back(key("grace", &Match::grace, kGrace));
    return all;
  }();
  return keys;
}

std::string Section::header() const { return (repeated ? "[[" : "[") + std::string(name) + (repeated ? "]]" : "]"); }

const std::vector<Section>& sections() {
  static const std::vector<Section> all = {
      {"poll", false, names_of(poll_keys())},    {"victim", false, names_of(victim_keys())},
      {"score", false, names_of(score_keys())},  {"kill", false, names_of(kill_keys())},
      {"rule", true, names_of(rule_keys())},     {"protect", true, names_of(protect_keys())},
      {"avoid", true, names_of(weighed_keys())}, {"prefer", true, names_of(weighed_keys())},
  };
  return all;
}

}  // namespace forestall::config
