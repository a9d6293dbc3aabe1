// SPDX-License-Identifier: MIT
#include "kill/reaper_linux.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cstring>
#include <fstream>
#include <string>

#include "unit/kill/own_child_linux.h"

namespace forestall {
namespace {

using testing::OwnChild;
using testing::soon;

constexpr Bytes kHeld = 64 * kMiB;

void hold_memory() {
  void* memory = ::mmap(nullptr, kHeld, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  std::memset(memory, 1, kHeld);
}

Fd pidfd_of(pid_t pid) { return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U))); }

/// A cgroup in which the kernel lets nobody run, not even to die of SIGKILL: the freezer of cgroup v1.
class Freezer {
 public:
  Freezer() { made_ = ::mkdir(path_.c_str(), 0755) == 0; }
  ~Freezer() {
    if (!made_) return;
    write("freezer.state", "THAWED");
    soon([this] { return ::rmdir(path_.c_str()) == 0; });
  }
  Freezer(const Freezer&) = delete;
  Freezer& operator=(const Freezer&) = delete;

  bool freeze(pid_t pid) {
    if (!made_ || !write("cgroup.procs", std::to_string(pid)) || !write("freezer.state", "FROZEN")) return false;
    return soon([this] {
      std::string state;
      std::ifstream(path_ + "/freezer.state") >> state;
      return state == "FROZEN";
    });
  }

 private:
  bool write(const char* file, const std::string& text) const {
    return (std::ofstream(path_ + '/' + file) << text).flush().good();
  }

  std::string path_ = "/sys/fs/cgroup/freezer/forestall-test-" + std::to_string(::getpid());
  bool made_ = false;
};

TEST(Reaper, GivesBackTheMemoryOfAVictimThatCannotRunToItsEnd) {
  OwnChild child(hold_memory);
  ASSERT_GE(child.memory(), kHeld);
  {
    Freezer freezer;
    if (!freezer.freeze(child.pid())) GTEST_SKIP() << "needs root and the freezer of cgroup v1";
    ::kill(child.pid(), SIGKILL);
    ASSERT_GE(child.memory(), kHeld) << "it is stuck";
    Reaper reaper;
    reaper.reap(pidfd_of(child.pid()).get());
    EXPECT_TRUE(soon([&] { return child.memory() < kHeld / 16; }));
    EXPECT_TRUE(child.is_running()) << "it is still stuck, without its memory";
  }
  EXPECT_EQ(child.died_of(), SIGKILL);
}

TEST(Reaper, DoesNotHarmAProcessThatIsNotBeingKilled) {
  OwnChild child(hold_memory);
  {
    Reaper reaper;
    reaper.reap(pidfd_of(child.pid()).get());
  }
  EXPECT_GE(child.memory(), kHeld);
  EXPECT_TRUE(child.is_running());
}

TEST(Reaper, TakesWhateverIsNoProcess) {
  Reaper reaper;
  reaper.reap(-1);
  reaper.reap(STDIN_FILENO);
}

TEST(Reaper, ManyAtOnceDoNotKeepTheCallerWaiting) {
  OwnChild child;
  const Fd pidfd = pidfd_of(child.pid());
  Reaper reaper;
  for (int i = 0; i < 1000; ++i) reaper.reap(pidfd.get());
  EXPECT_TRUE(child.is_running());
}

}  // namespace
}  // namespace forestall
