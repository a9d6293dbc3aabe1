// SPDX-License-Identifier: MIT
#include "bus/private_bus_linux.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace forestall::testing {
namespace {

/// What the system bus of dbus-daemon allows and forbids where no service says otherwise (system.conf).
constexpr const char* kSystemRules = R"(<policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
  </policy>)";

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

PrivateBus::PrivateBus(const std::string& owner, std::string socket) : socket_(std::move(socket)) {
  std::string name = (std::filesystem::temp_directory_path() / "forestall-bus-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
  directory_ = name;
  if (socket_.empty()) socket_ = directory_ + "/bus";
  ::chmod(directory_.c_str(), 0755);  // another user is to come in
  std::string policy = text_of(FORESTALL_SOURCE_DIR "/config/org.forestall.Forestall1.conf");
  const std::string account = "user=\"forestall\"";
  const auto at = policy.find(account);
  if (at == std::string::npos) throw std::runtime_error("the policy does not name the account of the daemon");
  policy.replace(at, account.size(), "user=\"" + owner + "\"");
  std::ofstream(directory_ + "/policy.conf") << policy;
  std::ofstream(directory_ + "/bus.conf")
      << "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
         "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
         "<busconfig>\n  <type>system</type>\n  <auth>EXTERNAL</auth>\n  <listen>"
      << address() << "</listen>\n  " << kSystemRules << "\n  <include>policy.conf</include>\n</busconfig>\n";
  start();
}

PrivateBus::~PrivateBus() {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void PrivateBus::start() {
  std::filesystem::remove(socket_);
  std::array<int, 2> ready{};
  if (::pipe2(ready.data(), 0) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  const std::string config = "--config-file=" + directory_ + "/bus.conf";
  const std::string print = "--print-address=" + std::to_string(ready[1]);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(ready[0]);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execlp("dbus-daemon", "dbus-daemon", config.c_str(), print.c_str(), "--nofork", "--nopidfile", "--nosyslog",
             nullptr);
    ::_exit(127);
  }
  ::close(ready[1]);
  // It tells its address when it listens.
  pollfd wait{ready[0], POLLIN, 0};
  std::array<char, 256> address{};
  const bool listens = ::poll(&wait, 1, 10'000) > 0 && ::read(ready[0], address.data(), address.size()) > 0;
  ::close(ready[0]);
  if (!listens) throw std::runtime_error("no dbus-daemon that listens; is the Debian package dbus-daemon installed?");
}

void PrivateBus::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void PrivateBus::halt(bool is_halted) const { ::kill(pid_, is_halted ? SIGSTOP : SIGCONT); }

}  // namespace forestall::testing
