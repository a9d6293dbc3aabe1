// SPDX-License-Identifier: MIT
// What is read of others while some cannot be read. The real case is a host test (stuck_neighbour_test).
#include "score/resolver_linux.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <set>
#include <thread>

namespace forestall {
namespace {

using namespace std::chrono_literals;
using ::testing::UnorderedElementsAre;

constexpr auto kLater = 10s;

template <typename Condition>
bool wait_for(const Condition& condition, Duration longest = kLater) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

/// Whoever reads one of `stuck` waits until the gate is opened. Outlives every thread that waits for it.
class Neighbours {
 public:
  explicit Neighbours(std::set<std::int32_t> stuck) : stuck_(std::move(stuck)) {}
  ~Neighbours() { open(); }
  Neighbours(const Neighbours&) = delete;
  Neighbours& operator=(const Neighbours&) = delete;

  Resolver::Read read() {
    return [gate = gate_.get_future().share(), reads = reads_, stuck = stuck_](std::int32_t pid) {
      ++*reads;
      if (stuck.contains(pid)) gate.wait();
      OwnedTraits traits;
      traits.id = {pid, 7};
      traits.comm = "neighbour";
      return std::optional(traits);
    };
  }
  void open() {
    if (!std::exchange(is_open_, true)) gate_.set_value();
  }
  [[nodiscard]] int reads() const { return *reads_; }

 private:
  std::set<std::int32_t> stuck_;
  std::promise<void> gate_;
  bool is_open_ = false;
  std::shared_ptr<std::atomic<int>> reads_ = std::make_shared<std::atomic<int>>(0);
};

class StuckNeighbours : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kAlice = 1000, kBob = 1001;
  bool ask(Resolver& resolver, std::int32_t pid, std::uint32_t uid = 0) {
    return resolver.ask({{pid, 7}, uid, book_}) == Resolver::Reception::taken;
  }
  /// Takes what there is until so many have an answer.
  bool answered(Resolver& resolver, std::size_t count) {
    return wait_for([&] {
      for (const Resolver::Answer& answer : resolver.answers()) answered_.push_back(answer.id.pid);
      return answered_.size() >= count;
    });
  }

  std::shared_ptr<const MatchBook> book_ = std::make_shared<const MatchBook>();
  std::vector<std::int32_t> answered_;
};

TEST_F(StuckNeighbours, DoNotKeepTheOthersFromBeingRead) {
  Neighbours neighbours({2, 3, 4});
  Resolver resolver(neighbours.read());
  for (const std::int32_t pid : {2, 3, 4, 5, 6, 7}) ask(resolver, pid);
  EXPECT_TRUE(answered(resolver, 3));
  EXPECT_THAT(answered_, UnorderedElementsAre(5, 6, 7));
  EXPECT_FALSE(resolver.idle());
}

TEST_F(StuckNeighbours, OfOneUserNeverTakeAllThreads) {
  Neighbours neighbours({2, 3, 4, 5, 6});
  Resolver resolver(neighbours.read());
  for (const std::int32_t pid : {2, 3, 4, 5, 6}) ask(resolver, pid, kAlice);
  ASSERT_TRUE(wait_for([&] { return neighbours.reads() == 3; }));
  EXPECT_TRUE(ask(resolver, 7, kBob));
  EXPECT_TRUE(answered(resolver, 1));
  EXPECT_THAT(answered_, UnorderedElementsAre(7));
  EXPECT_EQ(neighbours.reads(), 4) << "his other two have to wait";
}

TEST_F(StuckNeighbours, OfOneUserAreGivenUpAndTakeNoRoomFromOthers) {
  Neighbours neighbours({2, 3, 4});
  Resolver resolver(neighbours.read());
  for (const std::int32_t pid : {2, 3, 4}) ask(resolver, pid, kAlice);
  ASSERT_TRUE(wait_for([&] { return neighbours.reads() == 3; }));
  std::int32_t pid = 5;
  while (ask(resolver, pid, kAlice)) ++pid;
  EXPECT_FALSE(ask(resolver, 9000, kBob)) << "it is full";
  std::this_thread::sleep_for(Resolver::kStuckAfter);
  EXPECT_FALSE(ask(resolver, 8000, kAlice));
  EXPECT_TRUE(ask(resolver, 9001, kBob));
  EXPECT_TRUE(wait_for([&] {
    for (const Resolver::Answer& answer : resolver.answers()) answered_.push_back(answer.id.pid);
    return std::ranges::count(answered_, 9001) == 1;
  }));
}

TEST_F(StuckNeighbours, HoweverManyOthersAreStillRead) {
  Neighbours neighbours({2, 3, 4, 5});
  Resolver resolver(neighbours.read());
  for (const std::int32_t pid : {2, 3, 4, 5}) ask(resolver, pid);
  ASSERT_TRUE(wait_for([&] { return neighbours.reads() == 4; }));
  ask(resolver, 6);
  EXPECT_FALSE(wait_for([&] { return neighbours.reads() == 5; }, Resolver::kStuckAfter / 2));
  std::this_thread::sleep_for(Resolver::kStuckAfter);
  ask(resolver, 6);
  EXPECT_TRUE(answered(resolver, 1));
  EXPECT_THAT(answered_, UnorderedElementsAre(6));
}

TEST_F(StuckNeighbours, AreNotReadBySeveralAtOnce) {
  Neighbours neighbours({2});
  Resolver resolver(neighbours.read());
  ask(resolver, 2);
  ASSERT_TRUE(wait_for([&] { return neighbours.reads() == 1; }));
  for (int i = 0; i < 10; ++i) ask(resolver, 2);
  ask(resolver, 3);
  EXPECT_TRUE(answered(resolver, 1));
  EXPECT_THAT(answered_, UnorderedElementsAre(3));
  EXPECT_EQ(neighbours.reads(), 2);
}

TEST_F(StuckNeighbours, HaveTheirAnswerWhenTheyAreFree) {
  Neighbours neighbours({2});
  Resolver resolver(neighbours.read());
  ask(resolver, 2);
  ASSERT_TRUE(wait_for([&] { return neighbours.reads() == 1; }));
  neighbours.open();
  EXPECT_TRUE(answered(resolver, 1));
  EXPECT_THAT(answered_, UnorderedElementsAre(2));
  EXPECT_TRUE(wait_for([&] { return resolver.idle(); }));
}

TEST_F(StuckNeighbours, DoNotKeepTheDaemonFromItsEnd) {
  Neighbours neighbours({2, 3, 4, 5});
  const auto begin = std::chrono::steady_clock::now();
  {
    Resolver resolver(neighbours.read());
    for (const std::int32_t pid : {2, 3, 4, 5, 6}) ask(resolver, pid);
    ASSERT_TRUE(wait_for([&] { return neighbours.reads() >= 4; }));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

}  // namespace
}  // namespace forestall
