// SPDX-License-Identifier: MIT
// A terminal that is taken over for a while, and given back as it was however that ends: at its own end, by a signal,
// or while it is stopped by Ctrl-Z.
#pragma once

#include <signal.h>
#include <termios.h>

#include <memory>
#include <string>

#include "base/fd_linux.h"
#include "cli/top.h"
#include "forestall/result.h"

namespace forestall::cli {

/// stdin and stdout are a terminal that can be drawn on.
bool is_at_terminal();

class Terminal {
 public:
  /// Takes the terminal over: the alternate screen, without cursor and line wrap, keys one by one and without echo
  /// (termios(3); the private modes 1049, 25 and 7 of xterm). From here on signals that would end or stop the process
  /// are heard in wait() alone: call this before threads are started, which would get them.
  static Result<std::unique_ptr<Terminal>> take_over();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  [[nodiscard]] static ScreenSize size();
  /// False if it cannot be written to any more.
  [[nodiscard]] bool show(const std::string& frame) const;

  struct Heard {
    std::string keys;
    bool over = false;  ///< a signal asks to end, or the terminal is gone
  };
  /// Until there is something to be done, a new size() among it, `longest` at the most.
  Heard wait(Duration longest);

 private:
  Terminal() = default;
  void enter() const;
  void leave() const;
  void stop() const;
  void hear_signal(Heard& heard) const;
  static void hear_keys(Heard& heard);

  Fd signals_;
  sigset_t mask_before_{};
  termios modes_before_{};
};

}  // namespace forestall::cli
