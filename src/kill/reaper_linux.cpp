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

/// Of the processors that are to be had now, every so manieth: the `share`th of `shares`. Where there is none, the
/// kernel refuses to give the thread no processor at all, and it keeps what it had.
void keep_to_share(pthread_t thread, std::size_t share, std::size_t shares) {
  cpu_set_t all;
  if (::pthread_getaffinity_np(thread, sizeof all, &all) != 0) return;
  cpu_set_t own;
  CPU_ZERO(&own);
  std::size_t seen = 0;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &all) && seen++ % shares == share) CPU_SET(cpu, &own);
  }
  ::pthread_setaffinity_np(thread, sizeof own, &own);
}

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
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    std::thread& thread = threads_[i];
    thread = std::thread([this] { run(); });
    ::pthread_setname_np(thread.native_handle(), "reaper");
    keep_to_share(thread.native_handle(), i, threads_.size());
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
