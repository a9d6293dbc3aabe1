// SPDX-License-Identifier: MIT
// The signaller with several at once: who is held, halted, ended and let go.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <deque>
#include <filesystem>
#include <initializer_list>
#include <iterator>
#include <string>

#include "forestall/ranking.h"
#include "kill/signaller_linux.h"
#include "unit/file_tree_linux.h"
#include "unit/kill/own_child_linux.h"

namespace forestall {
namespace {

using testing::comes_to;
using testing::OwnChild;
using testing::soon;

void hold_all(PidfdSignaller& signaller, std::initializer_list<const OwnChild*> children) {
  for (const OwnChild* child : children) EXPECT_EQ(signaller.hold(child->id()), Reach::done);
}

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

/// One process that seems to be many, for there need not be thousands of them to be held.
class ManyNames {
 public:
  Reach hold_under(PidfdSignaller& signaller, std::uint64_t start_time) const {
    const std::string pid = std::to_string(child.pid());
    std::string stat = pid + " (child) S";
    for (int field = 4; field < 22; ++field) stat += " 0";
    proc.write(pid + "/stat", stat + ' ' + std::to_string(start_time) + " 0 0\n");
    return signaller.hold({child.pid(), start_time});
  }

  OwnChild child;
  testing::FileTree proc;
};

class DescriptorLimit {
 public:
  explicit DescriptorLimit(std::ptrdiff_t soft) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(soft);
    in_force_ = ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  explicit operator bool() const { return in_force_; }

 private:
  rlimit before_{};
  bool in_force_ = false;
};

TEST(SignallerOfMany, AFailedHoldChangesNothingForThoseHeld) {
  OwnChild first, second;
  PidfdSignaller signaller;
  hold_all(signaller, {&first});
  const std::ptrdiff_t descriptors = open_descriptors();
  ProcessId other = second.id();
  ++other.start_time;
  EXPECT_EQ(signaller.hold(other), Reach::vanished);
  EXPECT_EQ(signaller.hold({-1, 0}), Reach::vanished);
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_EQ(signaller.kill(), Reach::done);
  EXPECT_EQ(first.died_of(), SIGKILL);
  EXPECT_TRUE(second.is_running());
}

TEST(SignallerOfMany, EndsAllThatItHoldsAndNobodyElse) {
  for (const int signal : {SIGTERM, SIGKILL}) {
    OwnChild first, bystander, second, third;
    PidfdSignaller signaller;
    hold_all(signaller, {&first, &second, &third});
    EXPECT_EQ(signal == SIGTERM ? signaller.terminate() : signaller.kill(), Reach::done);
    for (OwnChild* child : {&first, &second, &third}) EXPECT_EQ(child->died_of(), signal);
    EXPECT_TRUE(bystander.is_running());
  }
}

TEST(SignallerOfMany, HoldsNobodyTwice) {
  OwnChild child;
  PidfdSignaller signaller;
  hold_all(signaller, {&child});
  const std::ptrdiff_t descriptors = open_descriptors();
  hold_all(signaller, {&child, &child});
  EXPECT_EQ(open_descriptors(), descriptors);
}

TEST(SignallerOfMany, SpeaksOfTheFirstOneHeld) {
  OwnChild first, second;
  PidfdSignaller signaller;
  hold_all(signaller, {&first});
  const int pidfd = signaller.pidfd();
  EXPECT_GE(pidfd, 0);
  hold_all(signaller, {&second});
  EXPECT_EQ(signaller.pidfd(), pidfd);
  signaller.release();
  EXPECT_EQ(signaller.pidfd(), -1);
}

TEST(SignallerOfMany, HoldsNoMoreThanSoMany) {
  const ManyNames many;
  const DescriptorLimit limit(static_cast<std::ptrdiff_t>(kMaxMembers) + 256);
  if (!limit) GTEST_SKIP() << "needs a hard RLIMIT_NOFILE above " << kMaxMembers;
  PidfdSignaller signaller(many.proc.path());
  for (std::uint64_t i = 0; i < kMaxMembers; ++i) ASSERT_EQ(many.hold_under(signaller, i), Reach::done) << i;
  EXPECT_EQ(many.hold_under(signaller, kMaxMembers), Reach::vanished);
  EXPECT_EQ(many.hold_under(signaller, 0), Reach::done) << "that one is held already";
  EXPECT_FALSE(signaller.gone());
  EXPECT_EQ(signaller.kill(), Reach::done);
  EXPECT_TRUE(soon([&] { return signaller.gone(); }));
}

TEST(SignallerOfMany, LeavesDescriptorsToTheRestOfTheProgram) {
  const ManyNames many;
  PidfdSignaller signaller(many.proc.path());
  const DescriptorLimit limit(open_descriptors() + 50);
  std::uint64_t held = 0;
  while (held < 50 && many.hold_under(signaller, held) == Reach::done) ++held;
  EXPECT_GE(held, 10U);
  std::deque<Fd> others;
  for (std::size_t i = 0; i < PidfdSignaller::kSpareDescriptors; ++i) {
    EXPECT_TRUE(others.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
  }
}

TEST(SignallerOfMany, HoldsOneEvenIfDescriptorsAreShort) {
  OwnChild first, second;
  PidfdSignaller signaller;
  const DescriptorLimit limit(open_descriptors() + 5);
  hold_all(signaller, {&first});
  EXPECT_EQ(signaller.hold(second.id()), Reach::vanished);
}

TEST(SignallerOfMany, OneThatVanishedDoesNotKeepTheOthersFromBeingReached) {
  for (const bool first_vanishes : {true, false}) {
    OwnChild first, second;
    PidfdSignaller signaller;
    hold_all(signaller, {&first, &second});
    OwnChild& vanishing = first_vanishes ? first : second;
    ::kill(vanishing.pid(), SIGKILL);
    vanishing.died_of();
    EXPECT_EQ(signaller.terminate(), Reach::done);
    EXPECT_EQ((first_vanishes ? second : first).died_of(), SIGTERM);
  }
}

TEST(SignallerOfMany, IsGoneOnlyWhenTheLastIsDead) {
  OwnChild first, second, third, late;
  PidfdSignaller signaller;
  hold_all(signaller, {&first, &second, &third});
  EXPECT_FALSE(signaller.gone());
  for (OwnChild* child : {&second, &first}) {
    ::kill(child->pid(), SIGKILL);
    child->died_of();
    EXPECT_FALSE(signaller.gone());
  }
  ::kill(third.pid(), SIGKILL);
  EXPECT_TRUE(soon([&] { return signaller.gone(); }));
  hold_all(signaller, {&late});
  EXPECT_FALSE(signaller.gone()) << "that one came later";
  signaller.release();
  EXPECT_TRUE(signaller.gone()) << "nobody is held";
  hold_all(signaller, {&late});
  EXPECT_FALSE(signaller.gone());
}

TEST(SignallerOfMany, HaltedOnesDoNotRunUntilTheyAreEnded) {
  for (const int signal : {SIGTERM, SIGKILL}) {
    OwnChild first, bystander, second;
    PidfdSignaller signaller;
    hold_all(signaller, {&first, &second});
    signaller.halt();
    EXPECT_TRUE(comes_to(first, 'T'));
    EXPECT_TRUE(comes_to(second, 'T'));
    EXPECT_TRUE(comes_to(bystander, 'S'));
    EXPECT_EQ(signal == SIGTERM ? signaller.terminate() : signaller.kill(), Reach::done);
    EXPECT_EQ(first.died_of(), signal);
    EXPECT_EQ(second.died_of(), signal);
  }
}

TEST(SignallerOfMany, HaltsThoseWhoCameLaterToo) {
  OwnChild first, second;
  PidfdSignaller signaller;
  hold_all(signaller, {&first});
  signaller.halt();
  hold_all(signaller, {&second});
  EXPECT_TRUE(comes_to(second, 'S'));
  signaller.halt();
  EXPECT_TRUE(comes_to(second, 'T'));
}

TEST(SignallerOfMany, HaltedOnesLeaveInOrderAndDoNotRunOnBeforeTheyAreAsked) {
  const auto exits_by_the_first_of_two = [] {
    struct sigaction action {};
    action.sa_handler = [](int signal) { ::_exit(signal); };
    ::sigfillset(&action.sa_mask);  // the first to be delivered keeps the other one back
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGCONT, &action, nullptr);
  };
  std::deque<OwnChild> children;
  for (int i = 0; i < 20; ++i) children.emplace_back(exits_by_the_first_of_two);
  PidfdSignaller signaller;
  for (const OwnChild& child : children) hold_all(signaller, {&child});
  signaller.halt();
  for (const OwnChild& child : children) ASSERT_TRUE(comes_to(child, 'T'));
  EXPECT_EQ(signaller.terminate(), Reach::done);
  for (OwnChild& child : children) ASSERT_EQ(child.exited_with(), SIGTERM);
}

TEST(SignallerOfMany, AHaltedOneThatIgnoresSigtermRunsOnAfterIt) {
  OwnChild child([] { ::signal(SIGTERM, SIG_IGN); });
  PidfdSignaller signaller;
  hold_all(signaller, {&child});
  signaller.halt();
  EXPECT_TRUE(comes_to(child, 'T'));
  EXPECT_EQ(signaller.terminate(), Reach::done);
  EXPECT_TRUE(comes_to(child, 'S'));
  EXPECT_FALSE(signaller.gone());
}

TEST(SignallerOfMany, LeavesNobodyHalted) {
  OwnChild released, outlives;
  {
    PidfdSignaller signaller;
    hold_all(signaller, {&released});
    signaller.halt();
    EXPECT_TRUE(comes_to(released, 'T'));
    signaller.release();
    EXPECT_TRUE(comes_to(released, 'S'));
    hold_all(signaller, {&outlives});
    signaller.halt();
    EXPECT_TRUE(comes_to(outlives, 'T'));
  }
  EXPECT_TRUE(comes_to(outlives, 'S'));
}

TEST(SignallerOfMany, WhomSomebodyElseStoppedStaysStopped) {
  OwnChild child;
  ::kill(child.pid(), SIGSTOP);
  ASSERT_TRUE(comes_to(child, 'T'));
  PidfdSignaller signaller;
  hold_all(signaller, {&child});
  signaller.halt();
  signaller.release();
  EXPECT_EQ(child.state(), 'T');
}

}  // namespace
}  // namespace forestall
