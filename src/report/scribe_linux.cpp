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

void Scribe::then(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  work_.notify_one();
}

void Scribe::run() {
  Entry entry;
  std::vector<std::function<void()>> tasks;
  while (true) {
    bool told = false;
    unsigned lost = 0;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return stop_ || count_ > 0 || !tasks_.empty(); });
      if (count_ == 0 && tasks_.empty()) return;
      told = count_ > 0;
      if (told) {
        entry = queue_[first_];
        first_ = (first_ + 1) % kQueue;
        --count_;
        lost = std::exchange(lost_, 0);
      } else {
        tasks.swap(tasks_);
      }
    }
    if (lost > 0) gap_(lost);
    if (told) outlet_(entry.event, entry.incident);
    for (const auto& task : tasks) task();
    tasks.clear();
  }
}

}  // namespace forestall
