// SPDX-License-Identifier: MIT
// What the daemon takes of the memory that it guards, and that it has all it needs before it needs it.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "bus/handles_sdbus.h"
#include "bus/private_bus_linux.h"
#include "host/host_test.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;

/// RssAnon and its like (proc_pid_status(5)).
Bytes of_status(pid_t pid, std::string_view key) {
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) return std::stoull(line.substr(key.size() + 1)) * kKiB;
  }
  return 0;
}

std::uint64_t number_after(const std::string& text, const std::string& key) {
  const auto at = text.find(key);
  return at == std::string::npos ? 0 : std::stoull(text.substr(at + key.size()));
}

/// The part of smaps (proc_pid_smaps(5)) that is about the code of the executable.
std::string code_in_smaps(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/smaps", pid));
  std::string part;
  bool is_code = false;
  for (std::string line; std::getline(file, line);) {
    const bool begins_another = line.find('-') < line.find(' ') && line.find('-') < line.find(':');
    if (begins_another) is_code = line.find(" r-xp ") != std::string::npos && line.ends_with(FORESTALL_DAEMON);
    if (is_code) part += line + '\n';
  }
  return part;
}

bool answers_on_the_bus() {
  constexpr const char* name = "org.forestall.Forestall1";
  sd_bus* opened = nullptr;
  if (sd_bus_open_system(&opened) < 0) return false;
  const bus::Bus client(opened);
  const int r =
      sd_bus_call_method(client.get(), name, "/org/forestall/Forestall1", name, "Explain", nullptr, nullptr, "");
  return r >= 0;
}

/// In a world of a few processes. Each costs some 1 KiB more.
constexpr Bytes kMost = 1536 * kKiB;

class OwnMemory : public HostTest {};

TEST_F(OwnMemory, IsLittleWithAllFeaturesOn) {
  std::filesystem::create_directories("/run/dbus");
  const PrivateBus bus("root", "/run/dbus/system_bus_socket");
  start_daemon(Limits::out_of_reach().config(), {"--dry-run"});
  ASSERT_TRUE(wait_for(kLater, answers_on_the_bus));
  const pid_t pid = daemon().process().pid();
  EXPECT_LE(of_status(pid, "RssAnon"), kMost);
  EXPECT_GT(of_status(pid, "RssAnon"), 256 * kKiB) << "nothing was measured";
}

TEST_F(OwnMemory, LocksNoLargeStacks) {
  start_daemon(Limits::out_of_reach().config(), {"--dry-run"});
  if (daemon().log().find("memory is not locked") != std::string::npos) GTEST_SKIP() << "not permitted to lock memory";
  const pid_t pid = daemon().process().pid();
  EXPECT_GE(of_status(pid, "Threads") / kKiB, 5U);
  EXPECT_LE(of_status(pid, "VmLck"), 48 * kMiB);
}

TEST_F(OwnMemory, HasAllCodeThatDecidesBeforeADecision) {
  start_daemon(Limits::out_of_reach().config(), {"--dry-run"});
  if (daemon().log().find("memory is not locked") != std::string::npos) GTEST_SKIP() << "not permitted to lock memory";
  const std::string code = code_in_smaps(daemon().process().pid());
  const std::uint64_t size = number_after(code, "\nSize:");
  EXPECT_GT(size, 0U);
  EXPECT_EQ(number_after(code, "\nRss:"), size);
  EXPECT_THAT(code, ::testing::ContainsRegex("VmFlags:.* lo")) << "not locked";
}

}  // namespace
}  // namespace forestall::testing
