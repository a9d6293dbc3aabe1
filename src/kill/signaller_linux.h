// SPDX-License-Identifier: MIT
// The real Signaller: each process held by a pidfd of its own, so that nobody else can be hit in its place. Allocates
// nothing after its construction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/fd_linux.h"
#include "forestall/ports.h"
#include "kill/reaper_linux.h"

namespace forestall {

class PidfdSignaller final : public Signaller {
 public:
  /// So many file descriptors are left to the rest of the program, which must still open files to see what becomes of
  /// those held: with fewer, hold() has no room for one more. It always has for the first.
  static constexpr std::size_t kSpareDescriptors = 32;

  explicit PidfdSignaller(std::string proc = "/proc");
  ~PidfdSignaller() override { PidfdSignaller::release(); }
  PidfdSignaller(const PidfdSignaller&) = delete;
  PidfdSignaller& operator=(const PidfdSignaller&) = delete;

  Reach hold(ProcessId id) override;
  void halt() override;
  Reach terminate() override;
  Reach kill() override;
  bool gone() override;
  void release() override;

  /// Whether those held could be signalled at all, without doing it (signal 0).
  [[nodiscard]] Reach probe() const;

  /// Readable when the first one held is dead; -1 while none is held.
  [[nodiscard]] int pidfd() const { return members_.empty() ? -1 : members_.front().pidfd.get(); }

 private:
  enum class State : std::uint8_t {
    running,
    stopped,  ///< by somebody else, before it was held: that one lets it run on, not we
    halted,
    killed,
  };
  struct Member {
    ProcessId id;
    Fd pidfd;
    State state = State::running;
  };

  [[nodiscard]] bool holds(ProcessId id) const;
  void resume_halted();

  std::string proc_;
  std::vector<Member> members_;  ///< in the order in which they were held
  std::size_t first_alive_ = 0;  ///< those before it in `members_` were seen dead
  Reaper reaper_;
};

}  // namespace forestall
