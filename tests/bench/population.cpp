// SPDX-License-Identifier: MIT
#include "bench/population.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>

namespace forestall::bench {
namespace {

constexpr std::size_t kGroup = 16;

[[noreturn]] void sleep_for_ever() {
  while (true) ::pause();
}

}  // namespace

std::size_t most_processes() {
  constexpr std::size_t for_others = 8192;
  std::size_t pids = 32768;
  std::ifstream("/proc/sys/kernel/pid_max") >> pids;
  return pids - std::min(pids, for_others);
}

std::size_t populate(std::size_t count) {
  pid_t leader = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % kGroup == 0) leader = 0;
    const pid_t child = ::fork();
    if (child < 0) return i;
    if (child == 0) sleep_for_ever();
    ::setpgid(child, leader);
    if (leader == 0) leader = child;
  }
  return count;
}

int spawn_holding(Bytes memory) {
  std::array<int, 2> ready{};
  if (::pipe(ready.data()) != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) {
    ::setpgid(0, 0);
    void* held = ::mmap(nullptr, memory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (held == MAP_FAILED || ::write(ready[1], "", 1) != 1) ::_exit(EXIT_FAILURE);
    sleep_for_ever();
  }
  ::close(ready[1]);
  char byte = 0;
  const bool holds = child > 0 && ::read(ready[0], &byte, 1) == 1;
  ::close(ready[0]);
  return holds ? child : -1;
}

int run(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execvp(arguments.front(), arguments.data());
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace forestall::bench
