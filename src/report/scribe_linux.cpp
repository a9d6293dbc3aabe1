// SPDX-License-Identifier: MIT
#include "report/scribe_linux.h"

#include <pthread.h>

#include <utility>

namespace forestall {

Scribe::Scribe(Outlet outlet, Gap gap) : outlet_(std::move(outlet)), gap_(std::move(gap)), thread_([this] { run(); }) {
  ::pthread_setname_np(thread_.native_handle(), "scribe");
}

Scribe::~Scribe() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void Scribe::tell(Event event, const Incident& incident) {
  {
    const std::lock_guard lock(mutex_);
    if (count_ == kQueue) {
      ++lost_;
      return;
    }
    Entry& free = queue_[(first_ + count_) % kQueue];
    free.event = event;
    free.incident = incident;
    ++count_;
  }
  work_.notify_one();
}

void Scribe::run() {
  Entry entry;
  while (true) {
    unsigned lost = 0;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return stop_ || count_ > 0; });
      if (count_ == 0) return;
      entry = queue_[first_];
      first_ = (first_ + 1) % kQueue;
      --count_;
      lost = std::exchange(lost_, 0);
    }
    if (lost > 0) gap_(lost);
    outlet_(entry.event, entry.incident);
  }
}

}  // namespace forestall
