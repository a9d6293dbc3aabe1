// SPDX-License-Identifier: MIT
// How far a fire drill goes: down to the limit of one rule, and never where it could hurt. Pure.
#pragma once

#include "forestall/config.h"
#include "forestall/result.h"
#include "forestall/verdict.h"

namespace forestall::cli {

/// Less than this must never be available while a drill lasts. Below it the kernel itself begins to struggle on
/// machines of any size (its own reserves, mm/page_alloc.c min_free_kbytes, end at 256 MiB).
inline constexpr Bytes kDrillFloor = 256 * kMiB;
/// So far it stays above a limit at which more would happen than what is drilled, and goes below the one it is for.
inline constexpr Bytes kDrillMargin = 64 * kMiB;
/// So far before the limit it waits until it is known once more whom the daemon would choose.
inline constexpr Bytes kDrillPause = 128 * kMiB;
/// So much more than planned it may take when others give memory back meanwhile.
inline constexpr Bytes kDrillSlack = 512 * kMiB;
/// Less swap than before: others are being swapped out for the drill's sake.
inline constexpr Bytes kDrillSwap = 64 * kMiB;
/// For so much of the time, counted over a second at least, everybody may stand still for want of memory.
inline constexpr Share kDrillStall = Share::percent(5);
/// The daemon is waited for so long, and for what the rule has as `for`, which may be kDrillHold.
inline constexpr Duration kDrillPatience = std::chrono::seconds(5);
inline constexpr Duration kDrillHold = std::chrono::seconds(10);

/// All of it is memory available.
struct DrillPlan {
  std::size_t rule = 0;  ///< in Config::rules
  Bytes available = 0;   ///< now
  Bytes limit = 0;       ///< of the rule
  Bytes pause = 0;       ///< where it waits to be let on
  Bytes stop = 0;        ///< where it stays, a little below the limit
  Bytes floor = 0;       ///< where it gives up
  Duration patience{0};

  [[nodiscard]] Bytes take() const { return available - stop; }
  [[nodiscard]] Bytes most() const { return take() + kDrillSlack; }
};

/// What it takes to make this rule hold by memory alone. The Error says in one sentence why that is not to be had.
Result<DrillPlan> plan_for(const Config& config, std::size_t rule, const Verdict& verdict);

/// For the rule that memory reaches first on its way down. The Error says what keeps that one, or each, from it.
Result<DrillPlan> plan_drill(const Config& config, const Verdict& verdict);

/// How a child of the drill stopped by itself.
enum class Halt : std::uint8_t {
  none,
  floor,     ///< too little is available
  swap,      ///< the machine began to swap
  stall,     ///< everybody stood still for too long
  too_much,  ///< it holds all it may, and the limit is not reached
  blind,     ///< memory could not be read, or not be had
};

/// "less than 664 MiB was available".
std::string in_words(Halt halt, const DrillPlan& plan);

struct DrillStep {
  Halt halt = Halt::none;
  Bytes take = 0;           ///< now
  Duration pause_after{0};  ///< before the next look
  bool operator==(const DrillStep&) const = default;
};

/// What a child that holds `held` does next on its way down to `down_to`: at most 4 GiB/s while it is far from the
/// limit, 1 GiB/s near it, in ever smaller steps. `first` was read when it began.
DrillStep next_step(const DrillPlan& plan, const Sample& first, const Sample& now, Bytes held, Bytes down_to);

}  // namespace forestall::cli
