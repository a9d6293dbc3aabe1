// SPDX-License-Identifier: MIT
#include "cli/terminal_linux.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "base/write_linux.h"

namespace forestall::cli {
namespace {

/// How long the rest of what one key sends may be under way.
constexpr int kRestOfKeyMs = 50;

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
constexpr std::string_view kLeave = "\x1b[?7h\x1b[?25h\x1b[?1049l";

sigset_t heard_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH}) ::sigaddset(&set, signal);
  return set;
}

bool can_be_read(int fd, int longest_ms) {
  pollfd file{fd, POLLIN, 0};
  return ::poll(&file, 1, longest_ms) > 0;
}

}  // namespace

bool is_at_terminal() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0 && kind != nullptr &&
         std::string_view(kind) != "dumb";
}

Result<std::unique_ptr<Terminal>> Terminal::take_over() {
  termios modes{};
  if (::tcgetattr(STDIN_FILENO, &modes) != 0) return failure(errno, "cannot ask the terminal for its modes");
  const sigset_t heard = heard_signals();
  Fd signals(::signalfd(-1, &heard, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!signals) return failure(errno, "cannot wait for signals");
  std::unique_ptr<Terminal> terminal(new Terminal);
  terminal->signals_ = std::move(signals);
  terminal->modes_before_ = modes;
  ::pthread_sigmask(SIG_BLOCK, &heard, &terminal->mask_before_);
  terminal->enter();
  return terminal;
}

Terminal::~Terminal() {
  leave();
  ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

void Terminal::enter() const {
  termios modes = modes_before_;
  modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  modes.c_cc[VMIN] = 1;
  modes.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
  write_all(STDOUT_FILENO, kEnter);
}

void Terminal::leave() const {
  write_all(STDOUT_FILENO, kLeave);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &modes_before_);
}

ScreenSize Terminal::size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

bool Terminal::show(const std::string& frame) const { return write_all(STDOUT_FILENO, frame); }

/// By the signal itself and not by SIGSTOP: where no shell could ever continue us, the kernel drops it.
void Terminal::stop() const {
  leave();
  sigset_t stop;
  ::sigemptyset(&stop);
  ::sigaddset(&stop, SIGTSTP);
  ::raise(SIGTSTP);
  ::pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
  ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  enter();
}

void Terminal::hear_signal(Heard& heard) const {
  signalfd_siginfo signal{};
  if (::read(signals_.get(), &signal, sizeof signal) != sizeof signal) return;
  switch (signal.ssi_signo) {
    case SIGTSTP: stop(); return;
    case SIGCONT: enter(); return;  // a shell may have changed the modes meanwhile
    case SIGWINCH: return;          // the next frame covers all of the screen
    default: heard.over = true;
  }
}

/// A lone Esc may be the beginning of what an arrow sends.
void Terminal::hear_keys(Heard& heard) {
  std::array<char, 256> keys{};
  do {
    const ssize_t n = ::read(STDIN_FILENO, keys.data(), keys.size());
    if (n < 0 && errno == EINTR) return;
    if (n <= 0) {
      heard.over = true;
      return;
    }
    heard.keys.append(keys.data(), static_cast<std::size_t>(n));
  } while (heard.keys == "\x1b" && can_be_read(STDIN_FILENO, kRestOfKeyMs));
}

Terminal::Heard Terminal::wait(Duration longest) {
  Heard heard;
  std::array<pollfd, 2> files{{{signals_.get(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(std::max(longest, Duration(0)));
  if (::poll(files.data(), files.size(), static_cast<int>(ms.count())) <= 0) return heard;
  if (files[0].revents != 0) hear_signal(heard);
  if (files[1].revents != 0) hear_keys(heard);
  return heard;
}

}  // namespace forestall::cli
