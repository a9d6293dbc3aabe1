// SPDX-License-Identifier: MIT
#include "score/restarts.h"

#include <gtest/gtest.h>

#include "unit/score/facts.h"

namespace forestall {
namespace {

using namespace std::chrono_literals;
using testing::Crowd;
using testing::place_of;

constexpr const char* kService = "/system.slice/leak.service";

/// A service that is ended and comes back, by the clock of the tests.
class RestartsTest : public ::testing::Test {
 protected:
  void start(std::int32_t pid, const std::string& path = kService) {
    ProcessFacts& p = crowd_.add({.pid = pid, .path = path});
    p.id.start_time = static_cast<std::uint64_t>((now_.time_since_epoch() + suspended_) / 10ms);
  }
  void end(const std::string& path = kService) { restarts_.ended(place_of(path), now_); }
  void clear() { crowd_.all().clear(); }
  std::optional<Restart> see() { return restarts_.see(crowd_.census(), now_, suspended_); }
  /// It is ended, and is there again after this time.
  std::optional<Restart> go_round(Duration after, const std::string& path = kService) {
    end(path);
    clear();
    now_ += after;
    start(++pid_, path);
    return see();
  }

  Instant now_{1h};
  Duration suspended_{0};
  std::int32_t pid_ = 100;
  Crowd crowd_;
  Restarts restarts_;
};

TEST_F(RestartsTest, TheSecondOneIsALoop) {
  start(pid_);
  EXPECT_FALSE(go_round(1s));
  now_ += 2min;
  const auto restart = go_round(60s);
  ASSERT_TRUE(restart);
  EXPECT_EQ(restart->unit.view(), "leak.service");
  EXPECT_EQ(restart->times, 2U);
}

TEST_F(RestartsTest, ALoopIsToldOnceUntilItWasLeftAloneForTenMinutes) {
  go_round(1s);
  EXPECT_TRUE(go_round(1s));
  EXPECT_FALSE(go_round(1s));
  now_ += 11min;
  EXPECT_FALSE(see());
  EXPECT_FALSE(go_round(1s));
  EXPECT_TRUE(go_round(1s));
}

TEST_F(RestartsTest, WhoComesBackLateIsInNoLoop) {
  go_round(1s);
  EXPECT_FALSE(go_round(60s + 10ms));
  EXPECT_FALSE(go_round(1s)) << "it is counted anew";
}

TEST_F(RestartsTest, TheStartCountsAndNotWhenItIsSeen) {
  go_round(1s);
  end();
  clear();
  now_ += 30s;
  start(7);
  now_ += 5min;
  EXPECT_TRUE(see());
}

TEST_F(RestartsTest, AServiceThatOnlyLostAWorkerIsNotRestarted) {
  start(50);
  now_ += 1min;
  for (const std::int32_t worker : {51, 52, 53}) {
    end();
    now_ += 1s;
    start(worker);
    EXPECT_FALSE(see());
  }
}

TEST_F(RestartsTest, WhatIsLeftOfTheOldOneIsWaitedFor) {
  go_round(1s);
  end();
  now_ += 1s;
  EXPECT_FALSE(see());
  clear();
  EXPECT_FALSE(see());
  start(7);
  EXPECT_TRUE(see());
}

TEST_F(RestartsTest, OneRestartIsCountedOnce) {
  go_round(1s);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(see());
}

TEST_F(RestartsTest, OnlyServicesAreStartedBySystemd) {
  for (const auto* path : {"/system.slice/leak.scope", "/user.slice/user-1000.slice/session-1.scope", ""}) {
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(go_round(1s, path)) << path;
  }
}

TEST_F(RestartsTest, AnotherUnitIsNotTheSame) {
  go_round(1s);
  end();
  clear();
  start(7, "/system.slice/other.service");
  EXPECT_FALSE(see());
  EXPECT_FALSE(go_round(1s, "/system.slice/other.service"));
}

TEST_F(RestartsTest, TimeAsleepDoesNotConfuseIt) {
  suspended_ = 9h;
  go_round(1s);
  EXPECT_TRUE(go_round(1s));
}

TEST_F(RestartsTest, OfTooManyTheOneThatWasEndedLongestAgoIsForgotten) {
  go_round(1s);
  for (char name = 'a'; name <= 'h'; ++name) go_round(1s, "/system.slice/" + std::string(1, name) + ".service");
  EXPECT_FALSE(go_round(1s));
  EXPECT_TRUE(go_round(1s, "/system.slice/h.service"));
}

}  // namespace
}  // namespace forestall
