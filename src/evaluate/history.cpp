// SPDX-License-Identifier: MIT
#include "evaluate/history.h"

#include <algorithm>

namespace forestall {

void History::add(const Mark& mark) {
  // The newest mark moves along until it is kFinest away from the one before it, and only then stays.
  const bool crowded = count_ >= 2 && newest().time - back(1).time < kFinest;
  if (crowded) {
    marks_[(next_ + kSize - 1) % kSize] = mark;
    return;
  }
  marks_[next_] = mark;
  next_ = (next_ + 1) % kSize;
  count_ = std::min(count_ + 1, kSize);
}

void History::restart() { count_ = std::min<std::size_t>(count_, 1); }

const Mark& History::before(Duration age) const {
  // Times never decrease, so this is a binary search: at 10 s of history a scan would read 16 KiB on every look.
  std::size_t near = 0;
  std::size_t far = count_ - 1;
  while (near < far) {
    const std::size_t middle = near + (far - near) / 2;
    if (newest().time - back(middle).time >= age) {
      far = middle;
    } else {
      near = middle + 1;
    }
  }
  return back(near);
}

}  // namespace forestall
