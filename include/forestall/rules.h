// SPDX-License-Identifier: MIT
// When to act: rules as an administrator writes them, still independent of any machine.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forestall/units.h"

namespace forestall {

/// An amount that may depend on the machine: `10%`, `512MiB`, `min(10%, 1.5GiB)`, `max(a, b)`, nested at will.
struct Size {
  enum class Kind : std::uint8_t { bytes, share, min, max };

  Kind kind = Kind::bytes;
  Bytes bytes = 0;         ///< of Kind::bytes
  Share share;             ///< of Kind::share, 0 % to 100 %
  std::vector<Size> args;  ///< of min and max, at least one

  static Size of(Bytes n) { return {Kind::bytes, n, {}, {}}; }
  static Size of(Share s) { return {Kind::share, 0, s, {}}; }

  /// The amount on a machine where the whole is `whole`. Allocates nothing.
  [[nodiscard]] Bytes in(Bytes whole) const;
  friend bool operator==(const Size&, const Size&) = default;
};

/// What a rule asks for, weakest first.
enum class Action : std::uint8_t { none, notify, terminate, kill };

/// The conditions a rule can have. Each appears at most once in a rule.
enum class Condition : std::uint8_t {
  mem_available_below,  ///< bytes, against Headroom::available
  swap_free_below,      ///< bytes, against Headroom::swap_left; holds where there is no swap
  psi_some_above,       ///< share of the window in which some task stood still
  psi_full_above,       ///< share of the window in which every task stood still
  refaults_above,       ///< pages read back per second soon after they were evicted, as a share of the file LRU
  exhausted_within,     ///< duration: memory and swap reach zero within it, at the present rate
  commit_free_below,    ///< bytes, against Headroom::commit_left; never holds without strict commit accounting
};
inline constexpr std::size_t kConditions = 7;

constexpr std::size_t index(Condition c) { return static_cast<std::size_t>(c); }
inline constexpr std::array<Condition, kConditions> kAllConditions = {
    Condition::mem_available_below, Condition::swap_free_below,  Condition::psi_some_above,   Condition::psi_full_above,
    Condition::refaults_above,      Condition::exhausted_within, Condition::commit_free_below};

/// As written in the configuration file: "mem_available_below".
std::string_view name_of(Condition c);
std::string_view name_of(Action a);

/// Bounds of psi_window. Above 10 s a stall would be over or the machine lost (the kernel's own triggers end
/// there too, kernel/sched/psi.c WINDOW_MAX_US); below 200 ms one scheduling hiccup is the whole window.
inline constexpr Duration kShortestWindow = std::chrono::milliseconds(200);
inline constexpr Duration kLongestWindow = std::chrono::seconds(10);

/// More rules than this in one configuration are refused: a verdict has a fixed size.
inline constexpr std::size_t kMaxRules = 16;

/// All conditions given must hold, for as long as `hold`, then `action` is taken.
struct Rule {
  std::string name;
  bool enabled = true;
  Action action = Action::terminate;

  std::optional<Size> mem_available_below;
  std::optional<Size> swap_free_below;
  std::optional<Share> psi_some_above;
  std::optional<Share> psi_full_above;
  std::optional<Share> refaults_above;
  std::optional<Duration> exhausted_within;
  std::optional<Size> commit_free_below;

  Duration psi_window = std::chrono::seconds(2);  ///< for PSI and refaults
  Duration hold{0};                               ///< `for` in the file
  std::optional<Duration> grace;                  ///< instead of [kill] grace

  [[nodiscard]] bool has_condition() const;
  friend bool operator==(const Rule&, const Rule&) = default;
};

}  // namespace forestall
