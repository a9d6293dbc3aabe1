// SPDX-License-Identifier: MIT
// `forestall top` as it was built, on a terminal of its own (pty(7)): it comes, it goes, and leaves all as it was.
#include <gmock/gmock.h>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>

#include "base/fd_linux.h"

namespace forestall::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Clock = std::chrono::steady_clock;

/// Far longer than anything takes here.
constexpr auto kLater = std::chrono::seconds(30);
constexpr const char* kAlternate = "\x1b[?1049h";
constexpr const char* kBack = "\x1b[?1049l";
constexpr const char* kKeys = "q quit";

class TopOnATerminal : public ::testing::Test {
 protected:
  TopOnATerminal() {
    int master = -1;
    int slave = -1;
    winsize size{24, 80, 0, 0};
    EXPECT_EQ(::openpty(&master, &slave, nullptr, nullptr, &size), 0);
    ::fcntl(master, F_SETFD, FD_CLOEXEC);
    ::fcntl(slave, F_SETFD, FD_CLOEXEC);
    master_ = Fd(master);
    slave_ = Fd(slave);
    EXPECT_EQ(::tcgetattr(master_.get(), &modes_before_), 0);
  }
  ~TopOnATerminal() override {
    if (pid_ > 0 && !exit_code_) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }

  void start(const char* no_color = "NO_COLOR=") {
    std::array<const char*, 5> arguments{"forestall", "top", "--config", "/dev/null", nullptr};
    std::array<const char*, 3> environment{"TERM=xterm", no_color, nullptr};
    pid_ = ::fork();
    if (pid_ > 0) return;
    if (::login_tty(::dup(slave_.get())) == 0) {
      ::execve(FORESTALL_COMMAND, const_cast<char**>(arguments.data()), const_cast<char**>(environment.data()));
    }
    ::_exit(127);
  }
  void type(const std::string& keys) const {
    EXPECT_EQ(::write(master_.get(), keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  void resize(unsigned short columns, unsigned short rows) const {
    const winsize size{rows, columns, 0, 0};
    EXPECT_EQ(::ioctl(master_.get(), TIOCSWINSZ, &size), 0);
  }
  /// Reads on until `text` has come since `from`.
  bool sees(const std::string& text, std::size_t from = 0) {
    const auto deadline = Clock::now() + kLater;
    while (shown_.find(text, from) == std::string::npos) {
      if (Clock::now() > deadline) return false;
      take_output(100);
    }
    return true;
  }
  /// Its exit code, when it has ended by itself.
  std::optional<int> ends() {
    const auto deadline = Clock::now() + kLater;
    int status = 0;
    while (::waitpid(pid_, &status, WNOHANG) != pid_) {
      if (Clock::now() > deadline) return std::nullopt;
      take_output(20);
    }
    take_output(0);
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return exit_code_;
  }
  void take_output(int longest_ms) {
    pollfd file{master_.get(), POLLIN, 0};
    while (::poll(&file, 1, longest_ms) > 0) {
      std::array<char, 4096> buffer{};
      const ssize_t n = ::read(master_.get(), buffer.data(), buffer.size());
      if (n <= 0) return;
      shown_.append(buffer.data(), static_cast<std::size_t>(n));
      longest_ms = 0;
    }
  }
  [[nodiscard]] termios modes() const {
    termios modes{};
    EXPECT_EQ(::tcgetattr(master_.get(), &modes), 0);
    return modes;
  }
  [[nodiscard]] bool takes_keys_one_by_one() const { return (modes().c_lflag & (ICANON | ECHO)) == 0; }
  void expect_all_is_as_it_was() const {
    EXPECT_EQ(modes().c_lflag, modes_before_.c_lflag);
    EXPECT_EQ(modes().c_iflag, modes_before_.c_iflag);
    const std::size_t back = shown_.rfind(kBack);
    ASSERT_NE(back, std::string::npos);
    EXPECT_EQ(shown_.find(kAlternate, back), std::string::npos);
    const std::size_t cursor = shown_.rfind("\x1b[?25h");
    ASSERT_NE(cursor, std::string::npos);
    EXPECT_EQ(shown_.find("\x1b[?25l", cursor), std::string::npos) << "the cursor is hidden";
    const std::size_t wrap = shown_.rfind("\x1b[?7h");
    ASSERT_NE(wrap, std::string::npos);
    EXPECT_EQ(shown_.find("\x1b[?7l", wrap), std::string::npos) << "lines do not wrap";
  }

  Fd master_, slave_;
  termios modes_before_{};
  pid_t pid_ = -1;
  std::string shown_;
  std::optional<int> exit_code_;
};

TEST_F(TopOnATerminal, ShowsAScreenUntilQAndGivesTheTerminalBack) {
  start();
  ASSERT_TRUE(sees(kKeys)) << shown_;
  EXPECT_THAT(shown_, AllOf(HasSubstr(kAlternate), HasSubstr("low-memory"), HasSubstr("\x1b[24;1H")));
  EXPECT_TRUE(takes_keys_one_by_one());
  const std::size_t first = shown_.size();
  EXPECT_TRUE(sees(kKeys, first)) << "no second look";
  type("s");
  EXPECT_TRUE(sees("sort: memory"));
  type("q");
  EXPECT_EQ(ends(), 0);
  expect_all_is_as_it_was();
}

TEST_F(TopOnATerminal, GivesItBackWhenASignalEndsIt) {
  for (const int signal : {SIGTERM, SIGHUP, SIGINT}) {
    shown_.clear();
    start();
    ASSERT_TRUE(sees(kKeys)) << shown_;
    ::kill(pid_, signal);
    EXPECT_EQ(ends(), 0) << signal;
    expect_all_is_as_it_was();
  }
}

TEST_F(TopOnATerminal, LeavesByCtrlCAndByEscButNotByAnArrowThatComesInPieces) {
  start();
  ASSERT_TRUE(sees(kKeys)) << shown_;
  type("\x1b[A\x1b[B");
  type("s");
  EXPECT_TRUE(sees("sort: memory"));
  type("\x03");
  EXPECT_EQ(ends(), 0);
  shown_.clear();
  start();
  ASSERT_TRUE(sees(kKeys)) << shown_;
  type("\x1b");
  EXPECT_EQ(ends(), 0);
  expect_all_is_as_it_was();
}

TEST_F(TopOnATerminal, DrawsAnewInAnotherSize) {
  start();
  ASSERT_TRUE(sees(kKeys)) << shown_;
  const std::size_t before = shown_.size();
  resize(40, 12);
  EXPECT_TRUE(sees("\x1b[12;1H\x1b[K\x1b[2mq quit", before)) << shown_.substr(before);
  type("q");
  EXPECT_EQ(ends(), 0);
}

TEST_F(TopOnATerminal, WhereNobodyCouldContinueItCtrlZDoesNotStopIt) {
  start();
  ASSERT_TRUE(sees(kKeys)) << shown_;
  const std::size_t before = shown_.size();
  type("\x1a");
  EXPECT_TRUE(sees(kAlternate, before));
  EXPECT_TRUE(sees(kKeys, before));
  EXPECT_TRUE(takes_keys_one_by_one());
  type("q");
  EXPECT_EQ(ends(), 0);
  expect_all_is_as_it_was();
}

TEST_F(TopOnATerminal, HasNoColoursWhereTheyAreNotWanted) {
  start("NO_COLOR=1");
  ASSERT_TRUE(sees(kKeys)) << shown_;
  type("q");
  EXPECT_EQ(ends(), 0);
  EXPECT_THAT(shown_, Not(HasSubstr("\x1b[2m")));
}

TEST_F(TopOnATerminal, EndsWhenTheTerminalIsGone) {
  start();
  ASSERT_TRUE(sees(kKeys)) << shown_;
  slave_.close();
  const Fd gone = std::move(master_);
  const_cast<Fd&>(gone).close();
  int status = 0;
  const auto deadline = Clock::now() + kLater;
  while (::waitpid(pid_, &status, WNOHANG) != pid_ && Clock::now() < deadline) ::poll(nullptr, 0, 20);
  EXPECT_TRUE(WIFEXITED(status));
  exit_code_ = 0;
}

TEST(TopWithoutATerminal, PrintsOneScreenAsPlainText) {
  std::FILE* pipe = ::popen("TERM=xterm " FORESTALL_COMMAND " top --config /dev/null </dev/null", "r");
  ASSERT_NE(pipe, nullptr);
  std::string text;
  std::array<char, 4096> buffer{};
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), n);
  EXPECT_EQ(::pclose(pipe), 0);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 24);
  EXPECT_THAT(text, AllOf(HasSubstr("low-memory"), Not(HasSubstr("\x1b"))));
}

}  // namespace
}  // namespace forestall::testing
