// SPDX-License-Identifier: MIT
// Workloads of many processes. SIGKILL follows the parent's death into every child (become_child), so that none is left
// over; the death of a child is for the parent alone to answer.
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "ending.h"
#include "kinds.h"
#include "memory.h"
#include "message.h"
#include "pace.h"

namespace forestall::workload {
namespace {

constexpr Millis kBeforeRespawn{100};

using Life = void (*)(const Options&);

/// False if there could be no further process; said once, as it is tried again and again.
bool start_child(const Options& options, Life life) {
  static bool told = false;
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    become_child(parent, options);
    life(options);
    stay();
  }
  if (child < 0 && !told) {
    say("cannot start a child", errno);
    told = true;
  }
  return child > 0;
}

unsigned start_children(const Options& options, Life life, unsigned wanted) {
  unsigned started = 0;
  while (started < wanted && start_child(options, life)) ++started;
  return started;
}

/// Takes leave of the children that have died, and says how many.
unsigned reap() {
  unsigned dead = 0;
  while (waitpid(-1, nullptr, WNOHANG) > 0) ++dead;
  return dead;
}

}  // namespace

void run_tree(const Options& options) {
  unsigned alive = start_children(options, run_leak, options.children);
  while (waitpid(-1, nullptr, 0) > 0) {
    if (!options.respawn) continue;
    std::this_thread::sleep_for(kBeforeRespawn);
    alive -= 1 + reap();
    alive += start_children(options, run_leak, options.children - alive);
  }
}

void run_swarm(const Options& options) {
  unsigned alive = 0;
  while (options.children == 0 || alive < options.children) {
    alive += start_children(options, run_burst, 1);
    std::this_thread::sleep_for(options.every);
    alive -= reap();
  }
  while (waitpid(-1, nullptr, 0) > 0) {
  }
}

}  // namespace forestall::workload
