// SPDX-License-Identifier: MIT
#include "kill/reaper_linux.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "kill/signaller_linux.h"
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

/// A cgroup in which the kernel lets nobody run, not even to die of SIGKILL: the freezer of cgroup v1, mounted for this
/// process alone, since a machine with cgroup v2 has it but does not mount it.
class Freezer {
 public:
  Freezer() {
    const bool own_mounts = ::unshare(CLONE_NEWNS) == 0;
    if (own_mounts) ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    mounted_ =
        own_mounts && ::mkdtemp(root_.data()) != nullptr && ::mount("none", root_.c_str(), "cgroup", 0, "freezer") == 0;
    path_ = root_ + "/forestall-test-" + std::to_string(::getpid());
    made_ = mounted_ && ::mkdir(path_.c_str(), 0755) == 0;
  }
  ~Freezer() {
    if (made_) {
      write("freezer.state", "THAWED");
      soon([this] { return ::rmdir(path_.c_str()) == 0; });
    }
    if (mounted_) ::umount(root_.c_str());
    ::rmdir(root_.c_str());
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

  std::string root_ = "/tmp/forestall-freezer-XXXXXX";
  std::string path_;
  bool mounted_ = false;
  bool made_ = false;
};

TEST(Reaper, GivesBackTheMemoryOfAVictimThatCannotRunToItsEnd) {
  OwnChild child(hold_memory);
  ASSERT_GE(child.memory(), kHeld);
  {
    Freezer freezer;
    if (!freezer.freeze(child.pid())) GTEST_SKIP() << "needs root, to mount the freezer of cgroup v1";
    ::kill(child.pid(), SIGKILL);
    ASSERT_GE(child.memory(), kHeld) << "it is stuck";
    Reaper reaper;
    reaper.reap(pidfd_of(child.pid()).get());
    EXPECT_TRUE(soon([&] { return child.memory() < kHeld / 16; }));
    EXPECT_TRUE(child.is_running()) << "it is still stuck, without its memory";
  }
  EXPECT_EQ(child.died_of(), SIGKILL);
}

TEST(Reaper, IsToldOfAllWhomTheSignallerKills) {
  OwnChild first(hold_memory), second(hold_memory);
  {
    Freezer freezer;
    if (!freezer.freeze(first.pid()) || !freezer.freeze(second.pid())) GTEST_SKIP() << "needs root, as above";
    PidfdSignaller signaller;
    for (const OwnChild* child : {&first, &second}) ASSERT_EQ(signaller.hold(child->id()), Reach::done);
    EXPECT_EQ(signaller.kill(), Reach::done);
    for (const OwnChild* child : {&first, &second}) {
      EXPECT_TRUE(soon([&] { return child->memory() < kHeld / 16; }));
    }
    EXPECT_FALSE(signaller.gone()) << "they are stuck";
  }
  EXPECT_EQ(first.died_of(), SIGKILL);
  EXPECT_EQ(second.died_of(), SIGKILL);
}

/// The processors that each of this process's reapers may use, by the names of its threads.
std::vector<cpu_set_t> processors_of_reapers() {
  std::vector<cpu_set_t> found;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string comm;
    std::ifstream(task.path() / "comm") >> comm;
    cpu_set_t set;
    const pid_t thread = std::stoi(task.path().filename());
    if (comm == "reaper" && ::sched_getaffinity(thread, sizeof set, &set) == 0) found.push_back(set);
  }
  return found;
}

TEST(Reaper, TheTwoNeverWaitForTheSameProcessorAndUseAll) {
  cpu_set_t all;
  ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
  if (CPU_COUNT(&all) < 2) GTEST_SKIP() << "needs two processors";
  const Reaper reaper;
  const auto sets = processors_of_reapers();
  ASSERT_EQ(sets.size(), 2U);
  cpu_set_t both;
  CPU_AND(&both, &sets[0], &sets[1]);
  EXPECT_EQ(CPU_COUNT(&both), 0);
  CPU_OR(&both, &sets[0], &sets[1]);
  EXPECT_TRUE(CPU_EQUAL(&both, &all));
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
