// SPDX-License-Identifier: MIT
// The daemon on a bus: what it says there of a real kill, and that it needs none.
#include <csignal>
#include <filesystem>

#include "bus/handles_sdbus.h"
#include "bus/private_bus_linux.h"
#include "host/host_test.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kName = "org.forestall.Forestall1";
constexpr const char* kPath = "/org/forestall/Forestall1";

class OnTheBus : public HostTest {
 protected:
  void SetUp() override {
    HostTest::SetUp();
    if (HasFatalFailure() || IsSkipped()) return;
    std::filesystem::create_directories("/run/dbus");
    bus_.emplace("root", "/run/dbus/system_bus_socket");
  }
  void TearDown() override {
    client_.reset();
    HostTest::TearDown();
  }

  bool connect() {
    sd_bus* b = nullptr;
    if (sd_bus_open_system(&b) < 0) return false;
    client_.reset(b);
    return true;
  }
  /// The name has an owner that answers.
  bool is_there() { return (client_ != nullptr || connect()) && !property("State").empty(); }
  std::string property(const char* name) {
    sd_bus_error error = SD_BUS_ERROR_NULL;
    char* text = nullptr;
    const int r = sd_bus_get_property_string(client_.get(), kName, kPath, kName, name, &error, &text);
    sd_bus_error_free(&error);
    if (r == -ENOTCONN || r == -ECONNRESET) client_.reset();
    const std::string value = text == nullptr ? "" : text;
    ::free(text);
    return value;
  }
  int call(const char* member, std::optional<std::uint64_t> argument = {}) {
    return argument ? sd_bus_call_method(client_.get(), kName, kPath, kName, member, nullptr, nullptr, "t", *argument)
                    : sd_bus_call_method(client_.get(), kName, kPath, kName, member, nullptr, nullptr, "");
  }
  /// The first signal of ours of this name, from when listen() was called.
  bool hears(const char* member, std::uint32_t& pid) {
    return wait_for(kLater, [&] {
      sd_bus_message* m = nullptr;
      while (sd_bus_process(client_.get(), &m) > 0) {
        const bus::Message owned(m);
        if (m != nullptr && sd_bus_message_is_signal(m, kName, member) > 0)
          return sd_bus_message_read(m, "u", &pid) > 0;
      }
      return false;
    });
  }

  std::optional<PrivateBus> bus_;
  bus::Bus client_;
};

TEST_F(OnTheBus, AKillIsSaid) {
  const Limits limits = Limits::below_what_is_free();
  start_daemon(limits.config());
  ASSERT_TRUE(wait_for(kLater, [&] { return is_there(); }));
  EXPECT_EQ(property("State"), "watching");
  ASSERT_GE(sd_bus_match_signal(client_.get(), nullptr, kName, kPath, kName, nullptr, nullptr, nullptr), 0);
  Hog& leak = hog("leak", {"leak", "--rate", "400", "--start", "200", "--limit", limits.mib(3.2)});
  std::uint32_t selected = 0;
  std::uint32_t killed = 0;
  EXPECT_TRUE(hears("VictimSelected", selected));
  EXPECT_TRUE(hears("Killed", killed));
  EXPECT_EQ(selected, static_cast<std::uint32_t>(leak.pid()));
  EXPECT_EQ(killed, selected);
}

TEST_F(OnTheBus, RootMayPauseAndReload) {
  start_daemon(Limits::out_of_reach().config());
  ASSERT_TRUE(wait_for(kLater, [&] { return is_there(); }));
  EXPECT_GE(call("Reload"), 0);
  EXPECT_TRUE(wait_for_event("config_reloaded"));
  EXPECT_GE(call("Explain"), 0);
  EXPECT_GE(call("Pause", 60'000'000), 0);
  EXPECT_TRUE(wait_for_event("paused"));
  EXPECT_EQ(property("State"), "paused");
  EXPECT_TRUE(
      wait_for(kSoon, [&] { return daemon().notify().latest("STATUS").find("paused for") != std::string::npos; }));
  EXPECT_GE(call("Resume"), 0);
  EXPECT_TRUE(wait_for_event("resumed"));
  EXPECT_EQ(property("State"), "watching");
}

TEST_F(OnTheBus, APauseEndsByItself) {
  start_daemon(Limits::out_of_reach().config());
  ASSERT_TRUE(wait_for(kLater, [&] { return is_there(); }));
  EXPECT_GE(call("Pause", 100'000), 0);
  EXPECT_TRUE(wait_for_event("paused"));
  EXPECT_TRUE(wait_for_event("resumed"));
}

TEST_F(OnTheBus, AMistakeInTheConfigurationIsToldToWhoReloads) {
  start_daemon(Limits::out_of_reach().config());
  ASSERT_TRUE(wait_for(kLater, [&] { return is_there(); }));
  daemon().rewrite_config("[poll]\nno_such_key = 1\n");
  EXPECT_LT(call("Reload"), 0);
  EXPECT_THAT(property("ConfigurationError"), AllOf(HasSubstr("forestall.toml:2"), HasSubstr("no_such_key")));
}

TEST_F(OnTheBus, ItsLossIsNoReasonToStopWatching) {
  const Limits limits = Limits::below_what_is_free();
  start_daemon(limits.config());
  ASSERT_TRUE(wait_for(kLater, [&] { return is_there(); }));
  bus_->kill();
  client_.reset();
  Hog& leak = hog("leak", {"leak", "--rate", "400", "--start", "200", "--limit", limits.mib(3.2)});
  ASSERT_TRUE(wait_for(kLater, [&] { return leak.ended(); }));
  EXPECT_EQ(leak.child().killed_by(), SIGTERM);
  bus_->start();
  EXPECT_TRUE(wait_for(kLater, [&] { return is_there(); })) << "the name did not come back";
  const int fed = daemon().notify().count("WATCHDOG=1");
  EXPECT_TRUE(wait_for(kSoon, [&] { return daemon().notify().count("WATCHDOG=1") > fed; }));
}

/// It accepts whatever comes and reads nothing of it.
TEST_F(OnTheBus, ABusThatIsStuckKeepsNobodyFromBeingEnded) {
  const Limits limits = Limits::below_what_is_free();
  start_daemon(limits.config());
  ASSERT_TRUE(wait_for(kLater, [&] { return is_there(); }));
  bus_->halt();
  Hog& leak = hog("leak", {"leak", "--rate", "400", "--start", "200", "--limit", limits.mib(3.2)});
  EXPECT_TRUE(wait_for(kLater, [&] { return leak.ended(); }));
  EXPECT_EQ(leak.child().killed_by(), SIGTERM);
  EXPECT_TRUE(wait_for_event("victim_gone"));
  stop_daemon();  // it waits for the bus not even then
  start_daemon(limits.config());
}

}  // namespace
}  // namespace forestall::testing
