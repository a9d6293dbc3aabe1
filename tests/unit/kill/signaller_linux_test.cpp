// SPDX-License-Identifier: MIT
#include "kill/signaller_linux.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include "unit/file_tree_linux.h"
#include "unit/kill/own_child_linux.h"

namespace forestall {
namespace {

using testing::comes_to;
using testing::OwnChild;
using testing::soon;

TEST(Signaller, EndsItsVictimBySigterm) {
  OwnChild child;
  PidfdSignaller signaller;
  ASSERT_EQ(signaller.hold(child.id()), Reach::done);
  EXPECT_FALSE(signaller.gone());
  EXPECT_EQ(signaller.terminate(), Reach::done);
  EXPECT_TRUE(soon([&] { return signaller.gone(); }));
  EXPECT_EQ(child.died_of(), SIGTERM);
}

TEST(Signaller, EndsBySigkillWhoeverIgnoresSigterm) {
  OwnChild child([] { ::signal(SIGTERM, SIG_IGN); });
  PidfdSignaller signaller;
  ASSERT_EQ(signaller.hold(child.id()), Reach::done);
  EXPECT_EQ(signaller.terminate(), Reach::done);
  EXPECT_FALSE(signaller.gone());
  EXPECT_EQ(signaller.kill(), Reach::done);
  EXPECT_TRUE(soon([&] { return signaller.gone(); }));
  EXPECT_EQ(child.died_of(), SIGKILL);
}

TEST(Signaller, DoesNotTouchAnotherProcessWithTheSameNumber) {
  OwnChild child;
  ProcessId other = child.id();
  --other.start_time;
  PidfdSignaller signaller;
  EXPECT_EQ(signaller.hold(other), Reach::vanished);
  EXPECT_EQ(signaller.pidfd(), -1);
  EXPECT_EQ(signaller.kill(), Reach::vanished);
  EXPECT_EQ(signaller.terminate(), Reach::vanished);
  EXPECT_TRUE(child.is_running());
}

TEST(Signaller, WhoseStartCannotBeReadIsNotHeld) {
  OwnChild child;
  const testing::FileTree empty;
  PidfdSignaller signaller(empty.path());
  EXPECT_EQ(signaller.hold(child.id()), Reach::vanished);
  EXPECT_EQ(signaller.kill(), Reach::vanished);
  EXPECT_TRUE(child.is_running());
}

TEST(Signaller, AZombieIsGone) {
  OwnChild child;
  PidfdSignaller signaller;
  ASSERT_EQ(signaller.hold(child.id()), Reach::done);
  ::kill(child.pid(), SIGKILL);
  EXPECT_TRUE(soon([&] { return signaller.gone(); }));
  EXPECT_EQ(signaller.terminate(), Reach::done) << "nobody has waited for it yet: it is still there to be signalled";
  child.died_of();
  EXPECT_TRUE(signaller.gone());
  EXPECT_EQ(signaller.terminate(), Reach::vanished);
}

TEST(Signaller, AProcessWhoseOtherThreadsRunIsNotGone) {
  OwnChild child([] {
    std::thread([] {
      while (true) ::pause();
    }).detach();
    const auto main_thread_ends = [](int) { ::syscall(SYS_exit, 0); };
    ::signal(SIGUSR1, main_thread_ends);
  });
  PidfdSignaller signaller;
  ASSERT_EQ(signaller.hold(child.id()), Reach::done);
  ASSERT_EQ(::syscall(SYS_tgkill, child.pid(), child.pid(), SIGUSR1), 0);
  ASSERT_TRUE(comes_to(child, 'Z'));
  EXPECT_FALSE(signaller.gone());
  EXPECT_EQ(signaller.kill(), Reach::done);
  EXPECT_TRUE(soon([&] { return signaller.gone(); }));
}

TEST(Signaller, WhoeverIsGoneVanished) {
  PidfdSignaller signaller;
  ProcessId id;
  {
    const OwnChild child;
    id = child.id();
  }
  EXPECT_EQ(signaller.hold(id), Reach::vanished);
  EXPECT_EQ(signaller.hold({-1, 0}), Reach::vanished);
  EXPECT_EQ(signaller.hold({0, 0}), Reach::vanished);
}

TEST(Signaller, WithoutAVictimNothingIsDone) {
  PidfdSignaller signaller;
  EXPECT_TRUE(signaller.gone());
  EXPECT_EQ(signaller.terminate(), Reach::vanished);
  EXPECT_EQ(signaller.kill(), Reach::vanished);
  EXPECT_EQ(signaller.probe(), Reach::vanished);
}

TEST(Signaller, ReleasedVictimsAreLeftAlone) {
  OwnChild child;
  PidfdSignaller signaller;
  ASSERT_EQ(signaller.hold(child.id()), Reach::done);
  signaller.release();
  EXPECT_EQ(signaller.kill(), Reach::vanished);
  EXPECT_TRUE(child.is_running());
}

TEST(Signaller, ProbingHarmsNobody) {
  OwnChild child;
  PidfdSignaller signaller;
  ASSERT_EQ(signaller.hold(child.id()), Reach::done);
  EXPECT_EQ(signaller.probe(), Reach::done);
  EXPECT_TRUE(child.is_running());
}

/// Runs `story` as a user who may signal none of root's processes; what it returns, or false if it could not be told.
bool as_nobody(const std::function<bool()>& story) {
  const pid_t nobody = ::fork();
  if (nobody == 0) ::_exit(::setresuid(65534, 65534, 65534) == 0 && story() ? 0 : 1);
  int status = 0;
  return ::waitpid(nobody, &status, 0) == nobody && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(Signaller, WithoutPermissionItSaysSo) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  const OwnChild of_root;
  const ProcessId victim = of_root.id();
  EXPECT_TRUE(as_nobody([&] {
    PidfdSignaller signaller;
    const bool held = signaller.hold(victim) == Reach::done;
    signaller.halt();
    return held && signaller.probe() == Reach::not_permitted && signaller.terminate() == Reach::not_permitted &&
           signaller.kill() == Reach::not_permitted;
  }));
  EXPECT_TRUE(of_root.is_running());
  EXPECT_TRUE(comes_to(of_root, 'S'));
}

TEST(Signaller, OneThatRefusesDoesNotKeepTheOthersFromBeingReached) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  OwnChild of_root, of_nobody([] {
    EXPECT_EQ(::setresuid(65534, 65534, 65534), 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a change of user undoes it
  });
  const std::array victims = {of_root.id(), of_nobody.id()};
  EXPECT_TRUE(as_nobody([&] {
    PidfdSignaller signaller;
    for (const ProcessId id : victims) {
      if (signaller.hold(id) != Reach::done) return false;
    }
    return signaller.terminate() == Reach::done;
  }));
  EXPECT_EQ(of_nobody.died_of(), SIGTERM);
  EXPECT_TRUE(of_root.is_running());
}

}  // namespace
}  // namespace forestall
