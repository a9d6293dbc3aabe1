// SPDX-License-Identifier: MIT
// The child of a fire drill: takes memory as next_step() says, looks before each step, and gives all of it back by
// ending. Its parent's death is its own.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <memory>
#include <optional>

#include "cli/drill_plan.h"

namespace forestall::cli {

/// What the child calls itself.
inline constexpr const char* kDrillName = "forestall-drill";

/// What became of it. Times as far as they came.
struct DrillEnd {
  Halt halt = Halt::none;             ///< it stopped by itself
  std::optional<Instant> crossed;     ///< the limit
  std::optional<Instant> terminated;  ///< SIGTERM was delivered
  pid_t from = 0;                     ///< by whom; 0: from outside of this pid namespace, or not by a process
  int killed_by = 0;                  ///< the signal that it died of; 0: none
  Instant gone{};
  Bytes held = 0;  ///< at most
};

class DrillChild {
 public:
  /// Starts it with hardly any memory: oom_score_adj 1000, a session of its own. To be called while there are no
  /// threads.
  static Result<std::unique_ptr<DrillChild>> start();
  DrillChild(const DrillChild&) = delete;
  DrillChild& operator=(const DrillChild&) = delete;
  /// Ends it, if it is still there.
  ~DrillChild();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Lets it take memory until so little is available. The plan is that of the first call.
  void descend(const DrillPlan& plan, Bytes down_to);
  /// Waits until it is down there, or ended, or `longest` is over. True if it is there.
  bool is_down(Duration longest);
  /// Waits until it ended. False if it did not in time.
  bool has_ended(Duration longest);
  /// SIGKILL, and waits.
  void end();
  /// Of one that ended.
  [[nodiscard]] DrillEnd result() const;

  /// Shared by both.
  struct Page;

 private:
  DrillChild(Page* page, pid_t pid) : page_(page), pid_(pid) {}
  bool look();

  Page* page_;
  pid_t pid_;
  std::optional<int> status_;
  Instant gone_{};
};

}  // namespace forestall::cli
