// SPDX-License-Identifier: MIT
#include "score/replacements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/score/facts.h"

namespace forestall {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr Bytes kMinimum = 64 * kMiB;

/// 10 is a supervisor, and there are as many workers as are hired.
class ReplacementsTest : public ::testing::Test {
 protected:
  ReplacementsTest() { crowd_.add({.pid = 10}); }
  void hire(std::int32_t pid, Bytes memory = kGiB, std::int32_t parent = 10) {
    crowd_.add({.pid = pid, .memory = memory, .parent = parent});
  }
  void kill(std::int32_t pid, Duration when) {
    kinship_.arrange(crowd_.census());
    replacements_.lost(crowd_[pid].id, kinship_, Instant(when));
    std::erase_if(crowd_.all(), [&](const ProcessFacts& p) { return p.id.pid == pid; });
  }
  std::vector<std::int32_t> suspects(Duration when) {
    std::vector<std::int32_t> pids;
    for (const ProcessId id : replacements_.parents(crowd_.census(), kMinimum, Instant(when))) pids.push_back(id.pid);
    return pids;
  }

  testing::Crowd crowd_;
  Kinship kinship_;
  Replacements replacements_;
};

TEST_F(ReplacementsTest, WhoReplacedTwoThatWereKilledIsASuspect) {
  hire(20);
  kill(20, 0s);
  hire(30);
  EXPECT_THAT(suspects(1s), IsEmpty()) << "one may be an accident";
  kill(30, 2s);
  EXPECT_THAT(suspects(3s), IsEmpty()) << "it may have given up";
  hire(40);
  EXPECT_THAT(suspects(4s), ElementsAre(10));
  EXPECT_THAT(suspects(5s), ElementsAre(10)) << "asking changes nothing";
}

TEST_F(ReplacementsTest, ANewcomerThatIsNotWorthAKillReplacesNobody) {
  for (const std::int32_t pid : {20, 30}) {
    hire(pid);
    kill(pid, 0s);
  }
  hire(40, kMinimum - 1);
  EXPECT_THAT(suspects(1s), IsEmpty());
  crowd_[40].anon = kMinimum;
  EXPECT_THAT(suspects(1s), ElementsAre(10));
}

TEST_F(ReplacementsTest, WhoWasThereBeforeReplacesNobody) {
  for (const std::int32_t pid : {20, 21, 22}) hire(pid);
  kill(20, 0s);
  kill(21, 1s);
  EXPECT_THAT(suspects(2s), IsEmpty());
}

TEST_F(ReplacementsTest, TheChildOfAnotherReplacesNobody) {
  crowd_.add({.pid = 11});
  for (const std::int32_t pid : {20, 30}) {
    hire(pid);
    kill(pid, 0s);
  }
  hire(40, kGiB, 11);
  EXPECT_THAT(suspects(1s), IsEmpty());
}

TEST_F(ReplacementsTest, ChildrenOfTwoParentsAreNotCountedTogether) {
  crowd_.add({.pid = 11});
  hire(20, kGiB, 10);
  hire(21, kGiB, 11);
  kill(20, 0s);
  kill(21, 1s);
  hire(30, kGiB, 10);
  hire(31, kGiB, 11);
  EXPECT_THAT(suspects(2s), IsEmpty());
  kill(30, 3s);
  kill(31, 3s);
  hire(40, kGiB, 10);
  hire(41, kGiB, 11);
  EXPECT_THAT(suspects(4s), UnorderedElementsAre(10, 11));
}

TEST_F(ReplacementsTest, ALossIsForgottenAfterAMinute) {
  hire(20);
  kill(20, 0s);
  hire(30);
  kill(30, 30s);
  hire(40);
  EXPECT_THAT(suspects(60s), ElementsAre(10));
  EXPECT_THAT(suspects(61s), IsEmpty());
  EXPECT_THAT(suspects(60s), IsEmpty()) << "for good";
}

TEST_F(ReplacementsTest, AParentThatMustLiveIsNeverASuspect) {
  crowd_[10].profile.is_protected = true;
  for (const std::int32_t pid : {20, 30, 40}) {
    hire(pid);
    kill(pid, 0s);
  }
  crowd_[10].profile.is_protected = false;
  hire(50);
  EXPECT_THAT(suspects(1s), IsEmpty());
}

TEST_F(ReplacementsTest, WhoseParentIsNotKnownIsNobodysLoss) {
  for (const std::int32_t pid : {20, 30, 40}) {
    hire(pid, kGiB, 9);
    kill(pid, 0s);
  }
  hire(50, kGiB, 9);
  EXPECT_THAT(suspects(1s), IsEmpty());
}

TEST_F(ReplacementsTest, OfTooManyLossesTheLatestAreKept) {
  hire(100);
  kill(100, 0s);
  for (std::int32_t i = 0; i < 50; ++i) {
    crowd_.add({.pid = 1000 + i});
    for (const std::int32_t child : {2000 + 2 * i, 2001 + 2 * i}) {
      hire(child, kGiB, 1000 + i);
      kill(child, 1s);
    }
    hire(3000 + i, kGiB, 1000 + i);
  }
  const std::vector<std::int32_t> latest = {1042, 1043, 1044, 1045, 1046, 1047, 1048, 1049};
  EXPECT_THAT(suspects(2s), ::testing::UnorderedElementsAreArray(latest));
}

}  // namespace
}  // namespace forestall
