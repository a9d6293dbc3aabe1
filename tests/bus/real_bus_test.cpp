// SPDX-License-Identifier: MIT
// On a real bus under its real policy: the name, who may do what, and what becomes of us when the bus goes away.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "bus/peers_linux.h"
#include "bus/private_bus_linux.h"

namespace forestall::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kName = bus::Service::kName;
constexpr std::uint64_t kPatienceUsec = 5'000'000;
constexpr uid_t kNobody = 65534;

/// What the child of a test reports by its exit code.
enum Reached : int { answered, denied, otherwise_refused, no_bus };

class RealBus : public ::testing::Test {
 protected:
  RealBus() {
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_.address().c_str(), 1);
    sd_event_new(&event_);
    service_.emplace(event_, subject_, announcements_, [this](const std::string& why) { complaints_.push_back(why); });
  }
  ~RealBus() override {
    service_.reset();
    sd_event_unref(event_);
    ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
  }

  bool pump_until(const std::function<bool()>& condition, std::chrono::seconds bound = 10s) {
    const auto end = std::chrono::steady_clock::now() + bound;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      sd_event_run(event_, 10'000);
    }
    return true;
  }

  /// A connection of somebody else, for as long as it is wanted.
  static bus::Bus client() {
    sd_bus* b = nullptr;
    if (sd_bus_open_system(&b) < 0) return nullptr;
    return bus::Bus(b);
  }
  /// Who has the name, as the bus sees it; empty: nobody.
  static std::string owner_of(const char* name) {
    const bus::Bus b = client();
    sd_bus_message* reply = nullptr;
    const char* owner = "";
    if (b && sd_bus_call_method(b.get(), "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetNameOwner", nullptr,
                                &reply, "s", name) >= 0) {
      sd_bus_message_read(reply, "s", &owner);
    }
    const bus::Message owned(reply);
    return owner;
  }
  bool has_name(const char* name = kName) {
    return pump_until([&] { return !owner_of(name).empty(); });
  }

  /// Calls from a process of its own as `uid`, while the service answers here.
  Reached call_as(uid_t uid, const char* path, const char* interface, const char* member, const char* types = "",
                  const char* a = nullptr, const char* b = nullptr, const char* c = nullptr) {
    const pid_t child = ::fork();
    if (child == 0) {
      if (::setgid(uid) != 0 || ::setuid(uid) != 0) ::_exit(no_bus);
      sd_bus* own = nullptr;
      if (sd_bus_open_system(&own) < 0) ::_exit(no_bus);
      sd_bus_error error = SD_BUS_ERROR_NULL;
      sd_bus_message* m = nullptr;
      sd_bus_message_new_method_call(own, &m, kName, path, interface, member);
      if (types[0] == 't') sd_bus_message_append(m, "t", std::uint64_t{1'000'000});
      if (types[0] == 's' && types[2] == 'v')
        sd_bus_message_append(m, "ssv", a, b, "s", c);
      else if (types[0] == 's' && types[1] == 's')
        sd_bus_message_append(m, "ss", a, b);
      const int r = sd_bus_call(own, m, kPatienceUsec, &error, nullptr);
      ::_exit(r >= 0                                                      ? answered
              : sd_bus_error_has_name(&error, SD_BUS_ERROR_ACCESS_DENIED) ? denied
                                                                          : otherwise_refused);
    }
    int status = -1;
    EXPECT_TRUE(pump_until([&] { return ::waitpid(child, &status, WNOHANG) == child; }));
    return WIFEXITED(status) ? static_cast<Reached>(WEXITSTATUS(status)) : no_bus;
  }
  Reached method_as(uid_t uid, const char* member, const char* types = "") {
    return call_as(uid, bus::Forestall1::kPath, bus::Forestall1::kInterface, member, types);
  }

  PrivateBus bus_;
  sd_event* event_ = nullptr;
  FakeSubject subject_;
  NoSink sink_;
  bus::Announcements announcements_{sink_};
  std::vector<std::string> complaints_;
  std::optional<bus::Service> service_;
};

TEST_F(RealBus, GivesUsBothNames) {
  service_->open();
  EXPECT_TRUE(has_name());
  EXPECT_TRUE(has_name(bus::LowMemoryMonitor::kName));
  EXPECT_EQ(owner_of(kName), owner_of(bus::LowMemoryMonitor::kName));
  EXPECT_THAT(complaints_, IsEmpty());
}

TEST_F(RealBus, LetsEverybodyReadAndOnlyRootAct) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to come as somebody else";
  service_->open();
  ASSERT_TRUE(has_name());
  const char* properties = "org.freedesktop.DBus.Properties";
  const char* log_control = "/org/freedesktop/LogControl1";
  for (const uid_t uid : {uid_t{0}, kNobody}) {
    EXPECT_EQ(call_as(uid, bus::Forestall1::kPath, properties, "Get", "ss", bus::Forestall1::kInterface, "State"),
              answered);
    EXPECT_EQ(call_as(uid, bus::Forestall1::kPath, "org.freedesktop.DBus.Introspectable", "Introspect"), answered);
    EXPECT_EQ(call_as(uid, bus::Forestall1::kPath, "org.freedesktop.DBus.Peer", "Ping"), answered);
    EXPECT_EQ(call_as(uid, log_control, properties, "Get", "ss", "org.freedesktop.LogControl1", "LogLevel"), answered);
  }
  EXPECT_EQ(method_as(kNobody, "Explain"), answered);
  EXPECT_EQ(method_as(kNobody, "Reload"), denied);
  EXPECT_EQ(method_as(kNobody, "Pause", "t"), denied);
  EXPECT_EQ(method_as(kNobody, "Resume"), denied);
  EXPECT_EQ(call_as(kNobody, log_control, properties, "Set", "ssv", "org.freedesktop.LogControl1", "LogLevel", "emerg"),
            denied);
  EXPECT_EQ(subject_.reloaded, 0);
  EXPECT_EQ(subject_.level, 6);
  EXPECT_FALSE(subject_.paused_for);
  EXPECT_EQ(method_as(0, "Reload"), answered);
  EXPECT_EQ(method_as(0, "Pause", "t"), answered);
  EXPECT_EQ(method_as(0, "Resume"), answered);
  EXPECT_EQ(call_as(0, log_control, properties, "Set", "ssv", "org.freedesktop.LogControl1", "LogLevel", "debug"),
            answered);
  EXPECT_EQ(subject_.reloaded, 1);
  EXPECT_EQ(subject_.level, 7);
}

TEST_F(RealBus, IsTakenUpAgainWhenItComesBack) {
  service_->open();
  ASSERT_TRUE(has_name());
  for (int i = 0; i < 2; ++i) {
    bus_.kill();
    EXPECT_TRUE(pump_until([&] { return !service_->is_open(); }));
    // The daemon goes on meanwhile.
    announcements_.tell(Event::victim_terminated, incident());
    service_->after_look();
    EXPECT_EQ(sink_.told, i + 1);
    bus_.start();
    EXPECT_TRUE(has_name());
  }
  EXPECT_THAT(complaints_, IsEmpty());
}

TEST_F(RealBus, IsFoundIfItComesLater) {
  bus_.kill();
  service_->open();
  EXPECT_FALSE(service_->is_open());
  service_->after_look();
  bus_.start();
  EXPECT_TRUE(has_name());
}

/// A bus that accepts everything and answers nothing: the worst that it can do.
TEST_F(RealBus, MayBeStuckAndKeepsNobodyWaiting) {
  const auto begun = std::chrono::steady_clock::now();
  bus_.halt();
  service_->open();
  for (int i = 0; i < 100; ++i) {
    announcements_.tell(Event::victim_terminated, incident());
    service_->after_look();
    sd_event_run(event_, 0);
  }
  service_->open();  // and again, with one in the making
  service_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 1s);
}

TEST_F(RealBus, MayStopInTheMiddleAndKeepsNobodyWaiting) {
  service_->open();
  ASSERT_TRUE(has_name());
  ASSERT_TRUE(pump_until([&] { return service_->is_open(); }));
  bus_.halt();
  const auto begun = std::chrono::steady_clock::now();
  std::uint64_t queued = 0;
  const auto tell = [&] {
    announcements_.tell(Event::victim_terminated, incident());
    service_->after_look();
    sd_bus_get_n_queued_write(service_->bus(), &queued);
  };
  for (int i = 0; i < 50'000 && queued <= 8; ++i) tell();  // until its socket takes no more
  for (int i = 0; i < 200; ++i) tell();
  EXPECT_GT(queued, 8U) << "the socket took them all: the test proves nothing";
  EXPECT_LE(queued, 66U);
  sd_event_exit(event_, 0);  // as at SIGTERM
  sd_event_loop(event_);
  service_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
}

TEST_F(RealBus, IsToldOnceWhyTheNameIsNotOurs) {
  const bus::Bus other = client();
  ASSERT_GE(sd_bus_request_name(other.get(), kName, 0), 0);
  service_->open();
  ASSERT_TRUE(pump_until([&] { return !complaints_.empty(); }));
  EXPECT_THAT(complaints_, ElementsAre(HasSubstr("another process has it")));
  // And it is tried again, each time in vain.
  pump_until([] { return false; }, 2s);
  ASSERT_GE(sd_bus_release_name(other.get(), kName), 0);
  EXPECT_TRUE(has_name());
  EXPECT_EQ(complaints_.size(), 1U);
}

TEST_F(RealBus, KeepsLowMemoryMonitorForTheDaemonOfThatName) {
  const bus::Bus other = client();
  ASSERT_GE(sd_bus_request_name(other.get(), bus::LowMemoryMonitor::kName, 0), 0);
  const std::string owner = owner_of(bus::LowMemoryMonitor::kName);
  service_->open();
  ASSERT_TRUE(has_name());
  EXPECT_EQ(owner_of(bus::LowMemoryMonitor::kName), owner);
  // Nor is its signal sent by us.
  ASSERT_TRUE(pump_until([&] { return service_->is_open(); }));
  const std::string ours = "sender='" + std::string(kName) + "'";
  ASSERT_GE(sd_bus_add_match(other.get(), nullptr, ours.c_str(), nullptr, nullptr), 0);
  announcements_.tell(Event::pressure_warning, incident());
  service_->after_look();
  std::vector<std::string> heard;
  EXPECT_TRUE(pump_until([&] {
    sd_bus_message* m = nullptr;
    while (sd_bus_process(other.get(), &m) > 0) {
      const bus::Message owned(m);
      if (m != nullptr) heard.emplace_back(sd_bus_message_get_member(m));
    }
    return !heard.empty() && heard.back() == "PropertiesChanged";
  }));
  EXPECT_THAT(heard, Contains("Warning"));
  EXPECT_THAT(heard, Not(Contains("LowMemoryWarning")));
  EXPECT_THAT(complaints_, IsEmpty());
}

TEST(RealBusPolicy, GivesTheNameToNobodyElse) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to come as somebody else";
  const PrivateBus bus("nobody");
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address().c_str(), 1);
    constexpr uid_t daemon = 1;
    if (::setuid(daemon) != 0) ::_exit(2);
    sd_bus* own = nullptr;
    if (sd_bus_open_system(&own) < 0) ::_exit(3);
    ::_exit(sd_bus_request_name(own, kName, 0) == -EACCES ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace forestall::testing
