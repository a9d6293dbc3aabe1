// SPDX-License-Identifier: MIT
// A neighbour into whom nobody can look holds up nobody: not the decision, not the resolver, not the daemon's end.
#include <csignal>

#include "host/host_test.h"
#include "host/stuck_neighbour_linux.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;

class Stuck : public HostTest {
 protected:
  /// Everybody's command line must be read, and one of them protects.
  static constexpr const char* kEntry = "[kill]\ngrace = \"2s\"\n[[protect]]\ncmdline = \"^precious\"\nuid = 0\n";
};

TEST_F(Stuck, ANeighbourDelaysNoDecisionAndProtectionIsStillFoundOut) {
  StuckNeighbour neighbour(200 * kMiB);
  if (!neighbour.why_not().empty()) GTEST_SKIP() << "no stuck neighbour to be had: " << neighbour.why_not();
  const Limits limits = Limits::below_what_is_free();
  start_daemon(limits.config(kEntry));
  Hog& precious = hog("keeper", {"steady", "--limit", "400"}, "precious");
  ASSERT_TRUE(wait_for(kLater, [&] { return precious.held() == 400 * kMiB; }));
  constexpr Bytes rate = 200 * kMiB;
  Hog& leak = hog("leak", {"leak", "--rate", "200", "--start", "300", "--limit", limits.mib(2.2)});

  ASSERT_TRUE(wait_for(kLater, [&] { return leak.ended(); }));
  EXPECT_EQ(leak.child().killed_by(), SIGTERM);
  const JournalRecord record = event_about("victim_terminated", leak);
  // A decision waits a quarter of a second for somebody new who may turn out to be protected, and not for him.
  EXPECT_GT(record.number("MEM_AVAILABLE_BYTES"), limits.terminate - rate / 5);
  EXPECT_TRUE(neighbour.is_stuck()) << "all the while";
  EXPECT_TRUE(lives(precious));
  EXPECT_FALSE(precious.was_asked_to_end());
  stop_daemon();
  EXPECT_TRUE(neighbour.is_stuck());
  EXPECT_EQ(neighbour.killed_by(), 0);
}

TEST_F(Stuck, ANeighbourCanBeTheVictim) {
  StuckNeighbour neighbour(600 * kMiB);
  if (!neighbour.why_not().empty()) GTEST_SKIP() << "no stuck neighbour to be had: " << neighbour.why_not();
  Hog& small = steady("small", 96 * kMiB);
  const Limits limits = Limits::below_what_is_free();
  start_daemon(limits.config("[score]\ngrowth = \"0%\"\n" + std::string(kEntry)));
  Hog& precious = hog("keeper", {"leak", "--rate", "400", "--start", "350", "--limit", limits.mib(1.2)}, "precious");

  ASSERT_TRUE(wait_for(kLater, [&] { return neighbour.killed_by() != 0; }));
  EXPECT_EQ(neighbour.killed_by(), SIGTERM);
  ASSERT_TRUE(wait_for_event("victim_gone"));
  EXPECT_TRUE(lives(small));
  EXPECT_TRUE(lives(precious));
}

}  // namespace
}  // namespace forestall::testing
