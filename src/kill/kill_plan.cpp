// SPDX-License-Identifier: MIT
#include "kill/kill_plan.h"

#include <algorithm>

namespace forestall {

KillPlan::Order KillPlan::begin(const Observation& seen, Duration grace, Bytes promised) {
  *this = KillPlan{};
  grace_ = grace;
  promised_ = promised;
  lowest_ = seen.left;
  stage_ = seen.verdict == Action::kill ? Stage::killing : Stage::terminating;
  return stage_ == Stage::killing ? Order::kill : Order::terminate;
}

KillPlan::Order KillPlan::signalled(Instant time, Reach reach) {
  if (reach == Reach::not_permitted) return close(Outcome::not_permitted);
  if (reach == Reach::vanished && deadline_ == Instant{}) return close(Outcome::vanished);
  // A victim that vanished after an earlier signal died of it: advance() will be told that it is gone.
  deadline_ = time + (stage_ == Stage::killing ? kUnkillableAfter : grace_);
  return Order::wait;
}

KillPlan::Order KillPlan::advance(const Observation& seen) {
  if (seen.gone && (stage_ == Stage::terminating || stage_ == Stage::killing)) {
    stage_ = Stage::gone;
    gone_at_ = seen.time;
    deadline_ = seen.time + kMemoryPatience;
  }
  watch_memory(seen);
  switch (stage_) {
    case Stage::terminating: return advance_terminating(seen);
    case Stage::killing: return advance_killing(seen);
    case Stage::gone: return advance_gone(seen);
    case Stage::idle:
    case Stage::closed: break;
  }
  return Order::closed;
}

KillPlan::Order KillPlan::advance_terminating(const Observation& seen) {
  const bool over = seen.time >= deadline_;
  if (!over && seen.verdict != Action::kill) return Order::wait;
  grace_over_ = over;
  stage_ = Stage::killing;
  return Order::kill;
}

KillPlan::Order KillPlan::advance_killing(const Observation& seen) {
  // Reaping gives the memory back before the process is gone. If somebody else must go too, that is enough; otherwise
  // there is time to see this one end.
  if (promise_kept() && seen.verdict >= Action::terminate) return close(Outcome::memory_back);
  if (seen.time < deadline_) return Order::wait;
  return close(memory_back_at_ ? Outcome::memory_back : Outcome::unkillable);
}

KillPlan::Order KillPlan::advance_gone(const Observation& seen) {
  const bool settled = seen.time - *gone_at_ >= kSettling;
  if (promise_kept() || (settled && memory_back_at_)) return close(Outcome::memory_back);
  const bool overdue = seen.time >= deadline_ || (settled && seen.verdict == Action::kill);
  return overdue ? close(Outcome::fruitless) : Order::wait;
}

void KillPlan::watch_memory(const Observation& seen) {
  lowest_ = std::min(lowest_, seen.left);
  freed_ = std::max(freed_, seen.left - lowest_);
  const bool ending = stage_ == Stage::killing || stage_ == Stage::gone;
  const bool back = seen.verdict < Action::terminate || promise_kept();
  if (ending && back && !memory_back_at_) memory_back_at_ = seen.time;
}

bool KillPlan::promise_kept() const { return promised_ > 0 && freed_ >= promised_ - promised_ / 10; }

KillPlan::Order KillPlan::close(Outcome outcome) {
  outcome_ = outcome;
  stage_ = Stage::closed;
  return Order::closed;
}

}  // namespace forestall
