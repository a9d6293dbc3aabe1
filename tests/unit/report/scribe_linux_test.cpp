// SPDX-License-Identifier: MIT
#include "report/scribe_linux.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <latch>
#include <numeric>
#include <vector>

namespace forestall {
namespace {

using ::testing::ElementsAre;

constexpr unsigned kQueue = 12;

Incident numbered(std::size_t n) {
  Incident i;
  i.seen = n;
  return i;
}

/// What the scribe wrote, in the order in which it did; a gap of n as -n. Read it when the scribe is gone.
class ScribeTest : public ::testing::Test {
 protected:
  void write(Event event, const Incident& i) {
    events_.push_back(event);
    written_.push_back(static_cast<int>(i.seen));
  }
  void write_gap(unsigned lost) { written_.push_back(-static_cast<int>(lost)); }
  Scribe::Outlet outlet() {
    return [this](Event event, const Incident& i) { write(event, i); };
  }
  /// Gets stuck at the first event, until it is let go.
  Scribe::Outlet stuck_outlet() {
    return [this](Event event, const Incident& i) {
      if (written_.empty()) {
        is_stuck_.count_down();
        let_go_.wait();
      }
      write(event, i);
    };
  }
  Scribe::Gap gap() {
    return [this](unsigned lost) { write_gap(lost); };
  }

  std::latch is_stuck_{1};
  std::latch let_go_{1};
  std::vector<Event> events_;
  std::vector<int> written_;
};

TEST_F(ScribeTest, WritesWhatItIsTold) {
  { Scribe(outlet(), gap()).tell(Event::no_victim, numbered(7)); }
  EXPECT_THAT(events_, ElementsAre(Event::no_victim));
  EXPECT_THAT(written_, ElementsAre(7));
}

TEST_F(ScribeTest, WritesNothingIfItIsToldNothing) {
  { const Scribe scribe(outlet(), gap()); }
  EXPECT_TRUE(written_.empty());
}

TEST_F(ScribeTest, KeepsTheOrderAndWritesAllBeforeItGoes) {
  {
    Scribe scribe(stuck_outlet(), gap());
    for (std::size_t n = 1; n <= kQueue; ++n) scribe.tell(Event::victim_gone, numbered(n));
    let_go_.count_down();
  }
  std::vector<int> expected(kQueue);
  std::iota(expected.begin(), expected.end(), 1);
  EXPECT_EQ(written_, expected);
}

TEST_F(ScribeTest, AStuckOutletKeepsNobodyWaitingAndLosesWithACount) {
  {
    Scribe scribe(stuck_outlet(), gap());
    scribe.tell(Event::victim_gone, numbered(1));
    is_stuck_.wait();
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t n = 2; n <= 1 + kQueue + 100; ++n) scribe.tell(Event::victim_gone, numbered(n));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
    EXPECT_TRUE(written_.empty()) << "it is still stuck";
    let_go_.count_down();
  }
  std::vector<int> expected = {1, -100};
  for (int n = 2; n <= 1 + static_cast<int>(kQueue); ++n) expected.push_back(n);
  EXPECT_EQ(written_, expected);
}

TEST_F(ScribeTest, TheIncidentIsCopied) {
  {
    Scribe scribe(stuck_outlet(), gap());
    Incident i = numbered(1);
    scribe.tell(Event::victim_gone, i);
    i.seen = 2;
    scribe.tell(Event::victim_gone, i);
    i.seen = 3;
    let_go_.count_down();
  }
  EXPECT_THAT(written_, ElementsAre(1, 2));
}

TEST_F(ScribeTest, DoesWhatIsToBeDoneAfterWhatItWasToldBefore) {
  {
    Scribe scribe(stuck_outlet(), gap());
    scribe.tell(Event::no_victim, numbered(1));
    is_stuck_.wait();
    scribe.tell(Event::no_victim, numbered(2));
    scribe.then([this] { written_.push_back(100); });
    scribe.then([this] { written_.push_back(101); });
    let_go_.count_down();
  }
  EXPECT_THAT(written_, ElementsAre(1, 2, 100, 101));
}

}  // namespace
}  // namespace forestall
