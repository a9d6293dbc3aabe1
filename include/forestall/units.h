// SPDX-License-Identifier: MIT
// The units everything is measured in. All of them are integers: a limit that is written to a file
// and read back is the same limit, and two machines agree on a decision to the last digit.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace forestall {

using Bytes = std::uint64_t;
inline constexpr Bytes kKiB = 1024;
inline constexpr Bytes kMiB = 1024 * kKiB;
inline constexpr Bytes kGiB = 1024 * kMiB;

/// How far two amounts are apart, whichever is larger.
constexpr Bytes difference(Bytes a, Bytes b) { return a > b ? a - b : b - a; }

using Duration = std::chrono::nanoseconds;

/// CLOCK_MONOTONIC (clock_gettime(2)): never set, never jumps, stands still while the machine is suspended.
/// The core never asks it; a time arrives inside a Sample.
struct MonotonicClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicClock>;
  static constexpr bool is_steady = true;
};
using Instant = MonotonicClock::time_point;

/// The unit of times in /proc/PID/stat: USER_HZ, 100 a second on every architecture that Debian is built for
/// (include/uapi/asm-generic/param.h). Never more than a Duration can hold.
constexpr Duration of_ticks(std::uint64_t ticks) {
  constexpr Duration tick = std::chrono::milliseconds(10);
  constexpr auto most = static_cast<std::uint64_t>(Duration::max() / tick);
  return tick * static_cast<Duration::rep>(ticks < most ? ticks : most);
}

/// NUMA nodes, a bit for each; those from 64 on are not told apart.
using NodeMask = std::uint64_t;
inline constexpr NodeMask kAllNodes = ~NodeMask{0};

/// CLOCK_REALTIME, for people to read. No decision depends on it: it can be set.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

/// A share in millionths of a whole: 10 % is 100'000. May exceed the whole where that has a meaning (refaults).
struct Share {
  std::int64_t ppm = 0;

  static constexpr Share percent(std::int64_t n) { return Share{n * 10'000}; }
  friend constexpr auto operator<=>(Share, Share) = default;
};

/// `share` of `whole`, rounded down. Exact for every `whole` below 2^63, without overflow.
constexpr Bytes operator*(Share share, Bytes whole) {
  constexpr std::uint64_t million = 1'000'000;
  const auto ppm = static_cast<std::uint64_t>(share.ppm < 0 ? 0 : share.ppm);
  return whole / million * ppm + whole % million * ppm / million;
}

/// What share `part` is of `whole`; 0 where there is no whole.
constexpr Share share_of(Bytes part, Bytes whole) {
  if (whole == 0) return Share{0};
  return Share{static_cast<std::int64_t>(static_cast<double>(part) * 1e6 / static_cast<double>(whole))};
}

}  // namespace forestall
