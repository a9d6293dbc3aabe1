// SPDX-License-Identifier: MIT
// The daemon: puts the real adapters into the engine, and speaks for it to systemd and the administrator.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/loop_linux.h"
#include "daemon/voice_linux.h"
#include "engine/engine.h"
#include "kill/signaller_linux.h"
#include "poll/procfs_source_linux.h"
#include "poll/psi_trigger_linux.h"
#include "report/scribe_linux.h"
#include "score/process_table_linux.h"

namespace forestall {

struct Options {
  std::optional<std::string> config;  ///< instead of /etc/forestall
  bool dry_run = false;
  bool verbose = false;
};

class Daemon {
 public:
  /// Everything that can fail at the start: the files of /proc, the event loop, a pattern. `config` is valid.
  static Result<std::unique_ptr<Daemon>> create(Options options, Config config);

  /// Watches until it is told to stop.
  Result<void> run();

 private:
  Daemon(Options options, std::unique_ptr<Loop> loop, ProcfsSource source, std::unique_ptr<ProcfsTable> table,
         Config config);

  Duration look();
  void reload();
  void rehearse();
  void introduce();
  void degraded(const std::string& what);
  void watch_victim();
  void feed_watchdog(Instant now);
  void update_status(Instant now);
  void murmur_state(Instant now, Duration next);
  [[nodiscard]] std::string status() const;

  Options options_;
  std::unique_ptr<Loop> loop_;
  Voice voice_;
  Scribe scribe_;
  ProcfsSource source_;
  std::unique_ptr<ProcfsTable> table_;
  PidfdSignaller signaller_;
  Engine engine_;
  std::optional<PsiTrigger> trigger_;

  std::optional<std::string> rejected_;  ///< why the configuration last offered is not in force
  unsigned watched_victims_ = 0;
  Duration watchdog_interval_{0};  ///< zero: nobody waits for us
  Instant fed_{};
  Instant status_due_{};
  Instant murmur_due_{};
  bool blind_ = false;  ///< the last look failed
};

}  // namespace forestall
