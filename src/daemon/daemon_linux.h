// SPDX-License-Identifier: MIT
// The daemon: puts the real adapters into the engine, and speaks for it to systemd and the administrator.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bus/service_sdbus.h"
#include "daemon/loop_linux.h"
#include "daemon/voice_linux.h"
#include "engine/engine.h"
#include "kill/signaller_linux.h"
#include "poll/psi_trigger_linux.h"
#include "poll/view_linux.h"
#include "report/archive_linux.h"
#include "report/flight_recorder.h"
#include "report/recorded_ports.h"
#include "report/scribe_linux.h"
#include "report/story_time.h"
#include "score/process_table_linux.h"

namespace forestall {

struct Options {
  std::optional<std::string> config;  ///< instead of /etc/forestall
  std::optional<std::string> cgroup;  ///< watch over this one instead of the machine
  bool dry_run = false;
  bool verbose = false;
};

class Daemon final : private bus::Subject, private IncidentSink {
 public:
  /// Everything that can fail at the start: the files of /proc, the event loop, a pattern. `config` is valid.
  static Result<std::unique_ptr<Daemon>> create(Options options, Config config);

  /// Watches until it is told to stop.
  Result<void> run();

 private:
  Daemon(Options options, std::unique_ptr<Loop> loop, View view, std::unique_ptr<ProcfsTable> table, Config config);

  void tell(Event event, const Incident& incident) override;
  Duration look();
  Result<void> reload() override;
  void rehearse();
  void introduce();
  /// In words, what the entries in force cannot do.
  [[nodiscard]] std::vector<std::string> gaps_in_entries() const;
  void degraded(const std::string& what);
  /// From the loop, which must not wait for a journal that is stuck: the scribe says it.
  void say_later(int priority, const char* event, std::string_view message_id, const std::string& text);
  void degraded_later(const std::string& what);
  void watch_victim();
  void feed_watchdog(Instant now);
  void update_status(Instant now);
  void write_story();
  void notice_pause();
  void murmur_state(Instant now, Duration next);
  [[nodiscard]] std::string status() const;

  // What the bus asks: daemon_on_bus_linux.cpp.
  [[nodiscard]] bus::Snapshot snapshot() const override;
  [[nodiscard]] std::vector<bus::RuleLine> rules() const override;
  Result<std::string> explain() override;
  [[nodiscard]] std::string dump() const override;
  void pause(Duration duration) override;
  [[nodiscard]] int log_level() const override { return voice_.level(); }
  void set_log_level(int level) override { voice_.set_level(level); }
  [[nodiscard]] const char* log_target() const override { return voice_.target(); }

  Options options_;
  std::unique_ptr<Loop> loop_;
  Voice voice_;
  Archive archive_;  ///< belongs to the scribe
  Scribe scribe_;
  bus::Announcements announcements_;
  View view_;
  std::unique_ptr<ProcfsTable> table_;
  FlightRecorder recorder_;
  RecordedSource recorded_source_;
  RecordedTable recorded_table_;
  StoryTime story_time_;
  PidfdSignaller signaller_;
  Engine engine_;
  std::optional<PsiTrigger> trigger_;

  unsigned configurations_ = 1;          ///< taken over since the start
  std::optional<std::string> rejected_;  ///< why the configuration last offered is not in force
  unsigned watched_victims_ = 0;
  Duration watchdog_interval_{0};  ///< zero: nobody waits for us
  Instant fed_{};
  Instant status_due_{};
  Instant murmur_due_{};
  bool blind_ = false;  ///< the last look failed
  bool was_paused_ = false;

  bus::Service bus_;
};

}  // namespace forestall
