// SPDX-License-Identifier: MIT
#include "host/child_linux.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <new>
#include <system_error>
#include <utility>

#include "support/clock_linux.h"
#include "support/private_world_linux.h"

namespace forestall::testing {
namespace {

std::system_error system_error(int code, const std::string& what) {
  return std::system_error(code, std::generic_category(), what);
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
  list.push_back(nullptr);
  return list;
}

pid_t spawn(const Child::Start& start) {
  if (!is_private_world()) throw system_error(EPERM, "not in a private world: " + start.program + " is not started");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (!start.output.empty()) {
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, start.output.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0644);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  }
  pid_t pid = -1;
  const std::vector<char*> arguments = pointers(start.arguments);
  const std::vector<char*> environment = pointers(start.environment);
  const int error = posix_spawn(&pid, start.program.c_str(), &actions, nullptr, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw system_error(error, start.program);
  return pid;
}

Fd shared_page() {
  Fd page(memfd_create("hog-note", 0));  // not close-on-exec: the hog inherits it
  if (!page || ftruncate(page.get(), sizeof(HogNote)) != 0) throw system_error(errno, "memfd_create");
  return page;
}

HogNote* map(const Fd& page) {
  void* at = mmap(nullptr, sizeof(HogNote), PROT_READ | PROT_WRITE, MAP_SHARED, page.get(), 0);
  if (at == MAP_FAILED) throw system_error(errno, "mmap");
  return new (at) HogNote;
}

Child::Start start_of(const std::string& comm, const std::vector<std::string>& arguments, const std::string& argv0,
                      const Fd& page) {
  std::vector<std::string> all{argv0};
  all.insert(all.end(), arguments.begin(), arguments.end());
  all.insert(all.end(), {"--comm", comm, "--note-fd", fmt::format("{}", page.get())});
  return {FORESTALL_HOG, std::move(all), {}, {}};
}

}  // namespace

Child::Child(const Start& start) : pid_(spawn(start)) {}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(other.status_), ended_at_(other.ended_at_) {}

Child::~Child() {
  if (pid_ <= 0 || ended()) return;
  kill(pid_, SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

bool Child::ended() {
  int status = 0;
  if (!status_ && waitpid(pid_, &status, WNOHANG) == pid_) {
    status_ = status;
    ended_at_ = now();
  }
  return status_.has_value();
}

int Child::killed_by() const { return status_ && WIFSIGNALED(*status_) ? WTERMSIG(*status_) : 0; }

std::optional<int> Child::exit_code() const {
  if (!status_ || !WIFEXITED(*status_)) return std::nullopt;
  return WEXITSTATUS(*status_);
}

void Child::send(int signal) const {
  if (pid_ > 0 && !status_) kill(pid_, signal);
}

Hog::Hog(const std::string& comm, const std::vector<std::string>& arguments, const std::string& argv0)
    : shared_(shared_page()), note_(map(shared_)), child_(start_of(comm, arguments, argv0, shared_)) {}

Hog::Hog(Hog&& other) noexcept
    : shared_(std::move(other.shared_)), note_(std::exchange(other.note_, nullptr)), child_(std::move(other.child_)) {}

Hog::~Hog() {
  if (note_ != nullptr) munmap(note_, sizeof(HogNote));
}

}  // namespace forestall::testing
