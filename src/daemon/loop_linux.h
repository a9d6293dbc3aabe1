// SPDX-License-Identifier: MIT
// sd-event as this daemon needs it: one timer that is always set, and things that cut the wait short. Knows nothing of
// memory. Every callback is a noexcept trampoline to one of the handlers.
#pragma once

#include <systemd/sd-event.h>

#include <functional>
#include <memory>

#include "forestall/result.h"
#include "forestall/units.h"

namespace forestall {

class Loop {
 public:
  struct Handlers {
    /// The timer ran out, or something woke the loop: how long until the next time. It is at least as long as this took
    /// of the processor, so that no more than half of one is ever taken by the clock.
    std::function<Duration()> look;
    std::function<void()> reload;  ///< SIGHUP
  };

  /// Blocks SIGHUP, SIGTERM and SIGINT in the calling thread: create it before any other thread.
  static Result<std::unique_ptr<Loop>> create();

  /// Looks at once when `fd` has one of `events` (epoll_ctl(2)). A descriptor that reports an error is let go.
  void wake_on(int fd, std::uint32_t events);
  /// Looks at once when `fd` becomes readable, and then no more. One descriptor at a time: the one before is forgotten;
  /// -1 forgets it. The caller may close its own whenever it likes.
  void wake_once(int fd);

  /// For those who bring sources of their own; theirs come after the looks if their priority is lower.
  [[nodiscard]] sd_event* event() const { return event_.get(); }

  /// Until SIGTERM or SIGINT. The first look is at once.
  Result<void> run(Handlers handlers);

 private:
  struct Unref {
    void operator()(sd_event* e) const { sd_event_unref(e); }
    void operator()(sd_event_source* s) const { sd_event_source_disable_unref(s); }
  };
  using Source = std::unique_ptr<sd_event_source, Unref>;

  Loop() = default;
  void look() noexcept;
  static int on_time(sd_event_source* source, std::uint64_t usec, void* self) noexcept;
  static int on_io(sd_event_source* source, int fd, std::uint32_t events, void* self) noexcept;
  static int on_hangup(sd_event_source* source, const struct signalfd_siginfo* info, void* self) noexcept;

  std::unique_ptr<sd_event, Unref> event_;
  Source timer_;
  Source once_;
  Handlers handlers_;
};

}  // namespace forestall
