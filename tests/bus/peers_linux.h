// SPDX-License-Identifier: MIT
// The service at one end of a socket and a client at the other, both in this thread and on one event loop. The client
// also plays the bus and polkit, when the service asks them about somebody.
#pragma once

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bus/service_sdbus.h"
#include "unit/report/incidents.h"

namespace forestall::testing {

using namespace std::chrono_literals;

/// A daemon that has nothing to do but answer.
struct FakeSubject final : bus::Subject {
  [[nodiscard]] bus::Snapshot snapshot() const override { return now; }
  [[nodiscard]] std::vector<bus::RuleLine> rules() const override {
    return {{"low-memory", true, "terminate", "less than 1 GiB available: SIGTERM"},
            {"stall", false, "kill", "all tasks stalled: SIGKILL"}};
  }
  Result<std::string> explain() override {
    ++explained;
    return busy ? Result<std::string>(failure(EBUSY, "somebody is being ended")) : R"({"candidates":[]})";
  }
  [[nodiscard]] std::string dump() const override { return "all is well\n"; }
  Result<void> reload() override {
    ++reloaded;
    if (!now.rejected.empty()) return failure(0, std::string(now.rejected));
    ++now.configurations;
    return {};
  }
  void pause(Duration duration) override {
    paused_for = duration;
    now.paused_until = duration > 0s ? std::optional(now.time + duration) : std::nullopt;
  }
  [[nodiscard]] int log_level() const override { return level; }
  void set_log_level(int to) override { level = to; }
  [[nodiscard]] const char* log_target() const override { return "journal"; }

  bus::Snapshot now;
  bool busy = false;
  int explained = 0;
  int reloaded = 0;
  std::optional<Duration> paused_for;
  int level = 6;
};

/// Where the events go that nobody looks at here.
struct NoSink final : IncidentSink {
  void tell(Event /*event*/, const Incident& /*incident*/) override { ++told; }
  int told = 0;
};

struct Call {
  std::string path = bus::Forestall1::kPath;
  std::string interface = bus::Forestall1::kInterface;
  std::string member;
  std::string sender;  ///< who asks, as a bus would have it
};

/// An answer, or the error that came instead; neither if nothing came in time.
struct Answer {
  bus::Message message;
  std::string error;  ///< its name
  std::string text;   ///< what the error says
  [[nodiscard]] bool ok() const { return message && error.empty(); }
};

/// Everything in a message from where it stands to its end, in a form that tests can compare and people can read.
std::string contents(sd_bus_message* message);

class PeersTest : public ::testing::Test {
 protected:
  PeersTest();
  ~PeersTest() override;

  /// Runs the loop until `condition` holds; false if it did not within 5 s.
  bool pump_until(const std::function<bool()>& condition);
  /// `append` adds the arguments.
  Answer call(const Call& call, const std::function<void(sd_bus_message*)>& append = {});
  Answer method(const std::string& member, const std::function<void(sd_bus_message*)>& append = {});
  /// The value as contents() shows it.
  std::string property(const std::string& name);
  Answer set_log_control(const std::string& name, const std::string& value);

  /// Tells it as the engine does, and what follows when the look is over.
  void happen(Event event, const Incident& incident);
  /// The signals that have come so far: "MEMBER CONTENTS"; waits until there are `count`.
  std::vector<std::string> signals(std::size_t count);

  sd_event* event_ = nullptr;
  FakeSubject subject_;
  NoSink sink_;
  bus::Announcements announcements_{sink_};
  std::vector<std::string> complaints_;
  std::optional<bus::Service> service_;
  bus::Bus client_;
  std::vector<std::string> signals_;

  // What the client answers as the bus and as polkit. No entry: nobody of that name; not set: no polkit.
  std::map<std::string, std::uint32_t> uids_;
  std::optional<bool> polkit_;
  std::vector<std::string> polkit_asked_;  ///< "SENDER ACTION FLAGS"
  bool polkit_waits_ = false;

 private:
  static int on_signal(sd_bus_message* message, void* self, sd_bus_error* error);
  static int on_bus(sd_bus_message* message, void* self, sd_bus_error* error);
};

}  // namespace forestall::testing
