// SPDX-License-Identifier: MIT
// Programs that a host test starts, and what became of them. Whoever is still there at the end is ended.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/fd_linux.h"
#include "forestall/units.h"
#include "host/hog_note.h"

namespace forestall::testing {

class Child {
 public:
  struct Start {
    std::string program;
    std::vector<std::string> arguments;    ///< the first is argv[0]
    std::vector<std::string> environment;  ///< "NAME=value"; nothing else is passed on
    std::string output;                    ///< a file that takes stdout and stderr; empty: the test's own
  };

  /// Throws std::system_error where the program cannot be started, and where this is no private world: a daemon that
  /// kills must not run anywhere else, and a hog has no business there either.
  explicit Child(const Start& start);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  /// Sends SIGKILL to what still runs and waits for it.
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Looks whether it has ended, without waiting.
  bool ended();
  /// When its end was noticed; as exact as ended() is called often.
  [[nodiscard]] Instant ended_at() const { return ended_at_; }
  /// The signal that ended it; 0 if it runs, or left of its own accord.
  [[nodiscard]] int killed_by() const;
  /// Its exit code; none if it runs, or was killed.
  [[nodiscard]] std::optional<int> exit_code() const;
  void send(int signal) const;

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
  Instant ended_at_{};
};

/// forestall_hog, and its note.
class Hog {
 public:
  /// `comm` is what it calls itself. `arguments` as in its usage text, from the kind on.
  Hog(const std::string& comm, const std::vector<std::string>& arguments, const std::string& argv0 = "forestall_hog");
  Hog(Hog&& other) noexcept;
  Hog& operator=(Hog&&) = delete;
  ~Hog();

  [[nodiscard]] const HogNote& note() const { return *note_; }
  [[nodiscard]] pid_t pid() const { return child_.pid(); }
  bool ended() { return child_.ended(); }
  [[nodiscard]] const Child& child() const { return child_; }
  [[nodiscard]] Bytes held() const { return note_->held; }
  [[nodiscard]] bool was_asked_to_end() const { return note_->terms > 0; }
  /// When SIGTERM was delivered; meaningful if it was.
  [[nodiscard]] Instant term_at() const { return Instant(Duration(note_->term_at)); }

 private:
  Fd shared_;
  HogNote* note_;
  Child child_;
};

}  // namespace forestall::testing
