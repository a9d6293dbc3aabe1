// SPDX-License-Identifier: MIT
#include "daemon/loop_linux.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>

#include "base/clock_linux.h"

namespace forestall {
namespace {

/// Timers may be late by this much so that the kernel can join wake-ups: nothing against the shortest interval.
constexpr std::uint64_t kAccuracyUsec = 1000;

/// Of this thread: it does not count what others use meanwhile, while this one waits for its turn.
Duration cpu_time() { return clock_now(CLOCK_THREAD_CPUTIME_ID); }

tl::unexpected<Error> event_failure(int result, const char* what) { return failure(-result, what); }

}  // namespace

Result<std::unique_ptr<Loop>> Loop::create() {
  sigset_t mask;
  ::sigemptyset(&mask);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT}) ::sigaddset(&mask, signal);
  ::pthread_sigmask(SIG_BLOCK, &mask, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  std::unique_ptr<Loop> loop(new Loop);
  sd_event* event = nullptr;
  if (const int r = ::sd_event_new(&event); r < 0) return event_failure(r, "cannot create the event loop");
  loop->event_.reset(event);
  sd_event_source* timer = nullptr;
  int r = ::sd_event_add_time(event, &timer, CLOCK_MONOTONIC, 0, kAccuracyUsec, &Loop::on_time, loop.get());
  if (r < 0) return event_failure(r, "cannot set a timer");
  loop->timer_.reset(timer);
  // Without a handler these two end the loop (sd_event_add_signal(3)).
  r = ::sd_event_add_signal(event, nullptr, SIGTERM, nullptr, nullptr);
  if (r >= 0) r = ::sd_event_add_signal(event, nullptr, SIGINT, nullptr, nullptr);
  if (r >= 0) r = ::sd_event_add_signal(event, nullptr, SIGHUP, &Loop::on_hangup, loop.get());
  if (r < 0) return event_failure(r, "cannot listen for signals");
  return loop;
}

void Loop::wake_on(int fd, std::uint32_t events) {
  ::sd_event_add_io(event_.get(), nullptr, fd, events, &Loop::on_io, this);
}

void Loop::wake_once(int fd) {
  once_.reset();
  const int own = fd < 0 ? -1 : ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (own < 0) return;
  sd_event_source* source = nullptr;
  if (::sd_event_add_io(event_.get(), &source, own, EPOLLIN, &Loop::on_io, this) < 0) {
    ::close(own);
    return;
  }
  ::sd_event_source_set_io_fd_own(source, 1);
  once_.reset(source);
}

Result<void> Loop::run(Handlers handlers) {
  handlers_ = std::move(handlers);
  const int r = ::sd_event_loop(event_.get());
  if (r < 0) return event_failure(r, "the event loop failed");
  return {};
}

void Loop::look() noexcept {
  // Both waits begin where this look did, as sd_event_source_set_time_relative(3) has it.
  const Instant begun = monotonic_now();
  const Duration before = cpu_time();
  const Duration wanted = handlers_.look();
  const Duration used = cpu_time() - before;
  const Duration wait = std::max(wanted, (monotonic_now() - begun) + used);
  const auto usec = std::chrono::duration_cast<std::chrono::microseconds>(wait).count();
  ::sd_event_source_set_time_relative(timer_.get(), static_cast<std::uint64_t>(usec));
  ::sd_event_source_set_enabled(timer_.get(), SD_EVENT_ONESHOT);
}

int Loop::on_time(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) noexcept {
  static_cast<Loop*>(self)->look();
  return 0;
}

int Loop::on_io(sd_event_source* source, int /*fd*/, std::uint32_t events, void* self) noexcept {
  auto* loop = static_cast<Loop*>(self);
  // Level-triggered: what has been seen once must not spin. A pidfd stays readable, a dead trigger keeps its error.
  const bool over = source == loop->once_.get() || (events & (EPOLLERR | EPOLLHUP)) != 0;
  if (over) ::sd_event_source_set_enabled(source, SD_EVENT_OFF);
  loop->look();
  return 0;
}

int Loop::on_hangup(sd_event_source* /*source*/, const struct signalfd_siginfo* /*info*/, void* self) noexcept {
  auto* loop = static_cast<Loop*>(self);
  loop->handlers_.reload();
  loop->look();
  return 0;
}

}  // namespace forestall
