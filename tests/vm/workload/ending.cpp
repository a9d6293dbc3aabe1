// SPDX-License-Identifier: MIT
#include "ending.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <string_view>

#include "message.h"

namespace forestall::workload {
namespace {

// Written before the handlers that read them are installed.
const char* volatile path_to_unlink = nullptr;
const char* save_path = nullptr;
timespec save_time{};

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(signal, &action, nullptr);
}

// All handlers: async-signal-safe calls alone.

void end_by_itself(int) {
  if (path_to_unlink != nullptr) unlink(path_to_unlink);
  _exit(kEndedByItself);
}

void save_and_end(int) {
  timespec left = save_time;
  while (nanosleep(&left, &left) == -1 && errno == EINTR) {
  }
  constexpr std::string_view kSaved = "saved\n";
  const int fd = open(save_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const bool saved =
      fd >= 0 && write(fd, kSaved.data(), kSaved.size()) == static_cast<ssize_t>(kSaved.size()) && fsync(fd) == 0;
  if (saved) _exit(EXIT_SUCCESS);
  constexpr std::string_view kFailed = "workload: cannot write --save-file\n";
  [[maybe_unused]] const ssize_t told = write(STDERR_FILENO, kFailed.data(), kFailed.size());
  _exit(EXIT_FAILURE);
}

}  // namespace

void end_after(Millis time) {
  handle(SIGALRM, end_by_itself);
  itimerval timer{};
  timer.it_value.tv_sec = time.count() / 1000;
  timer.it_value.tv_usec = time.count() % 1000 * 1000;
  setitimer(ITIMER_REAL, &timer, nullptr);
}

void unlink_at_end(const char* path) { path_to_unlink = path; }

void answer_sigterm(const Options& options) {
  switch (options.on_term) {
    case OnTerm::die: handle(SIGTERM, SIG_DFL); break;
    case OnTerm::ignore: handle(SIGTERM, SIG_IGN); break;
    case OnTerm::save:
      save_path = options.save_file.c_str();
      save_time.tv_sec = options.save_time.count() / 1000;
      save_time.tv_nsec = options.save_time.count() % 1000 * 1'000'000;
      handle(SIGTERM, save_and_end);
      break;
  }
}

void become_child(pid_t parent, const Options& options) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have died before the kernel was told to watch it.
  if (getppid() != parent) _exit(kEndedByItself);
  if (options.on_term == OnTerm::save) handle(SIGTERM, SIG_DFL);
}

}  // namespace forestall::workload
