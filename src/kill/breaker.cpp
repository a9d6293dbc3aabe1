// SPDX-License-Identifier: MIT
#include "kill/breaker.h"

namespace forestall {

bool Breaker::ended(Instant time, Bytes promised, Bytes freed) {
  if (freed >= kHelped * promised && freed > 0) {
    in_row_ = 0;
    return false;
  }
  if (++in_row_ < kills_) return false;
  open_until_ = time + pause_;
  in_row_ = kills_ - 1;  // after the pause, one more that does not help is enough
  return true;
}

}  // namespace forestall
