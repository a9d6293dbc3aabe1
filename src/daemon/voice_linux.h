// SPDX-License-Identifier: MIT
// The daemon's mouth: everything it says goes to the journal as fields, and to stderr in words where that does not end
// in the journal anyway. Every other part of the program is silent.
#pragma once

#include <spdlog/logger.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "forestall/incident.h"

namespace forestall {

class Voice {
 public:
  explicit Voice(bool verbose);

  /// What the daemon says of itself. `event` and `message_id` are for the journal, `priority` is syslog(3)'s.
  void say(int priority, std::string_view event, std::string_view message_id, const std::string& text);
  /// Only on a terminal, only with --verbose or at the level of debugging.
  void murmur(const std::string& text);
  /// An event of an incident.
  void tell(Event event, const Incident& incident);

  /// Only what is at most so unimportant is said: a level of syslog(3). At kDebug, murmur() is heard.
  [[nodiscard]] int level() const { return level_; }
  void set_level(int level) { level_ = level; }
  /// Where all goes: "journal", or "console" as well.
  [[nodiscard]] const char* target() const { return stderr_ ? "console" : "journal"; }

 private:
  void print(int priority, const std::string& text);

  std::atomic<int> level_;
  bool colours_;
  std::shared_ptr<spdlog::logger> stderr_;  ///< none where stderr is the journal
};

}  // namespace forestall
