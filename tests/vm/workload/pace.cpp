// SPDX-License-Identifier: MIT
#include "pace.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

namespace forestall::workload {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr std::chrono::milliseconds kBetweenSteps{10};
constexpr Seconds kMostInAStep{0.020};
constexpr Seconds kMostMadeUpFor{0.200};

}  // namespace

Pace::Pace(Bytes rate, Bytes unit)
    : units_per_second_(static_cast<double>(rate) / static_cast<double>(unit)),
      counted_until_(std::chrono::steady_clock::now()) {}

std::uint64_t Pace::next() {
  do {
    std::this_thread::sleep_for(kBetweenSteps);
    const auto now = std::chrono::steady_clock::now();
    due_ += units_per_second_ * Seconds(now - counted_until_).count();
    due_ = std::min(due_, std::max(1.0, units_per_second_ * kMostMadeUpFor.count()));
    counted_until_ = now;
  } while (due_ < 1);
  const auto units =
      static_cast<std::uint64_t>(std::min(due_, std::max(1.0, units_per_second_ * kMostInAStep.count())));
  due_ -= static_cast<double>(units);
  return units;
}

void stay() {
  for (;;) pause();
}

}  // namespace forestall::workload
