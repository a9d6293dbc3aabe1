// SPDX-License-Identifier: MIT
// What every host test has: the safety belt, a fake journal, the daemon, and a bounded wait that keeps both drained.
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/process_stat.h"
#include "host/child_linux.h"
#include "support/fake_journald_linux.h"
#include "support/notify_socket_linux.h"

namespace forestall::testing {

/// "1.5 s" is long for a machine, and no bound below is meant to be met by luck: what takes longer is broken.
inline constexpr Duration kSoon = std::chrono::seconds(5);
inline constexpr Duration kLater = std::chrono::seconds(30);

/// What the daemon calls available, on the real machine or in what a test put in its place.
Bytes mem_available();

/// Everybody in this private world, as /proc tells: the dead of whom nobody has taken notice are in state Z.
std::vector<Stat> everybody();

/// Where the limits lie, for a test that takes memory in earnest. A step is 1 GiB, less on a small machine.
struct Limits {
  Bytes available;  ///< when the test began
  Bytes step;
  Bytes terminate;  ///< one step below
  Bytes kill;       ///< two steps below

  static Limits below_what_is_free();
  /// Far below what is free: no rule may hold.
  static Limits out_of_reach();
  /// `steps` as an argument for forestall_hog.
  [[nodiscard]] std::string mib(double steps) const;
  /// A configuration with these limits on the built-in rules, whatever swap there is, and `more` behind it.
  [[nodiscard]] std::string config(const std::string& more = "[kill]\ngrace = \"2s\"\n") const;
};

/// A running forestalld, told of nothing but its configuration.
class Daemon {
 public:
  Daemon(const std::string& config, std::vector<std::string> options);

  void rewrite_config(const std::string& config);
  [[nodiscard]] Child& process() { return child_; }
  [[nodiscard]] NotifySocket& notify() { return notify_; }
  /// What it wrote to stdout and stderr.
  [[nodiscard]] std::string log() const;

 private:
  std::string directory_;
  NotifySocket notify_;
  Child child_;
};

class HostTest : public ::testing::Test {
 protected:
  void SetUp() override;
  /// A daemon that still runs is ended in order: SIGTERM, exit code 0. No hog outlives its test, nor does a child of
  /// one.
  void TearDown() override;

  /// Starts the daemon and waits until it says that it is ready. Fatal if it does not.
  void start_daemon(const std::string& config, std::vector<std::string> options = {});
  void stop_daemon();
  [[nodiscard]] Daemon& daemon() { return *daemon_; }
  [[nodiscard]] FakeJournald& journal() { return *journal_; }

  /// A hog that has touched what it starts with. Fatal if it does not come to that.
  Hog& steady(const std::string& comm, Bytes size);
  Hog& hog(const std::string& comm, const std::vector<std::string>& arguments,
           const std::string& argv0 = "forestall_hog");

  /// Looks every 2 ms until `condition` holds; false if it did not within `bound`.
  bool wait_for(Duration bound, const std::function<bool()>& condition);
  bool wait_for_event(const std::string& event, Duration bound = kLater);
  /// Takes what the daemon said, and notices who ended: the orphans of a hog as well, who are ours then (we are PID 1).
  void look();
  /// SIGKILL for all that are left of this process group, whose leader is dead, and waits until there is nobody.
  static void end_group(pid_t leader);
  /// True if `who` still runs and its loop goes round.
  bool lives(Hog& who);

  /// The first such event about `victim`; an empty record if there is none.
  [[nodiscard]] JournalRecord event_about(const std::string& event, const Hog& victim) const;
  /// Everything the journal was told since the test began, one event a line, for a failure message.
  [[nodiscard]] std::string story() const;

 private:
  std::unique_ptr<FakeJournald> journal_;
  std::unique_ptr<Daemon> daemon_;
  std::vector<std::unique_ptr<Hog>> hogs_;
};

}  // namespace forestall::testing
