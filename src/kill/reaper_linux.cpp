// SPDX-License-Identifier: MIT
#include "kill/reaper_linux.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace forestall {
namespace {

/// Victims follow each other, but some are many processes; most of the memory of such a one is in a few of them. Each
/// is in it once for each thread.
constexpr std::size_t kInbox = 128;

#ifndef SYS_process_mrelease
constexpr long kProcessMrelease = 448;  // the same on every architecture: include/uapi/asm-generic/unistd.h
#else
constexpr long kProcessMrelease = SYS_process_mrelease;
#endif

void release_memory(int pidfd) {
  // EAGAIN: a part could not be given back just then. Everything else is final: it is gone (ESRCH), or the kernel is
  // older than 5.15 (ENOSYS), and then it frees its memory by itself.
  constexpr int tries = 20;
  for (int i = 0; i < tries; ++i) {
    if (::syscall(kProcessMrelease, pidfd, 0U) == 0 || errno != EAGAIN) return;
    ::usleep(5000);
  }
}

}  // namespace

Reaper::Reaper() {
  inbox_.reserve(kInbox);
  for (std::thread& thread : threads_) {
    thread = std::thread([this] { run(); });
    ::pthread_setname_np(thread.native_handle(), "reaper");
  }
}

Reaper::~Reaper() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Reaper::reap(int pidfd) {
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < threads_.size() && inbox_.size() < kInbox; ++i) {
      Fd own(::fcntl(pidfd, F_DUPFD_CLOEXEC, 3));
      if (own) inbox_.push_back(std::move(own));
    }
  }
  work_.notify_all();
}

void Reaper::run() {
  while (true) {
    Fd next;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return stop_ || !inbox_.empty(); });
      if (stop_) return;
      next = std::move(inbox_.front());
      inbox_.erase(inbox_.begin());
    }
    release_memory(next.get());
  }
}

}  // namespace forestall
