// SPDX-License-Identifier: MIT
// The real Signaller: one process, held by its pidfd, so that nobody else can be hit in its place.
#pragma once

#include <string>

#include "base/fd_linux.h"
#include "forestall/ports.h"
#include "kill/reaper_linux.h"

namespace forestall {

class PidfdSignaller final : public Signaller {
 public:
  explicit PidfdSignaller(std::string proc = "/proc") : proc_(std::move(proc)) {}

  Reach hold(ProcessId id) override;
  Reach terminate() override;
  Reach kill() override;
  bool gone() override;
  void release() override { pidfd_.close(); }

  /// Whether the process held could be signalled at all, without doing it (signal 0).
  [[nodiscard]] Reach probe() const;

  /// Readable when the process held is dead; -1 while none is held.
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }

 private:
  std::string proc_;
  Fd pidfd_;
  Reaper reaper_;
};

}  // namespace forestall
