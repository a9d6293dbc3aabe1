// SPDX-License-Identifier: MIT
// Who is spared, and who only looks as if.
#include <csignal>

#include "host/host_test.h"
#include "support/private_world_linux.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;

class Choice : public HostTest {};

TEST_F(Choice, WhoIsProtectedIsSparedAndTheNextIsChosen) {
  Hog& next = steady("next", 300 * kMiB);
  Hog& small = steady("small", 48 * kMiB);
  const Limits limits = Limits::below_what_is_free();
  start_daemon(limits.config("[[protect]]\ncomm = \"^keeper$\"\nuid = 0\n"));
  Hog& keeper = hog("keeper", {"leak", "--rate", "400", "--start", "350", "--limit", limits.mib(2.2)});

  ASSERT_TRUE(wait_for(kLater, [&] { return next.ended(); }));
  EXPECT_EQ(next.child().killed_by(), SIGTERM);
  const auto spared = nlohmann::json::parse(event_about("victim_terminated", next).text("SPARED_JSON"), nullptr, false);
  ASSERT_TRUE(spared.is_array());
  std::vector<pid_t> pids;
  for (const auto& one : spared) pids.push_back(one.at("pid"));
  EXPECT_THAT(pids, Contains(keeper.pid()));

  ASSERT_TRUE(wait_for_event("no_victim")) << "the keeper goes on, and nobody is left who is worth it";
  EXPECT_TRUE(lives(keeper));
  EXPECT_FALSE(keeper.was_asked_to_end());
  EXPECT_TRUE(lives(small));
  EXPECT_EQ(journal().events("no_victim").size(), 1U) << "one record, not a loop";
}

TEST_F(Choice, ToBeCalledSshdSavesNobody) {
  constexpr unsigned nobody = 65534;
  if (!has_uid(nobody)) GTEST_SKIP() << "a second user is needed, and this user namespace has but one: run as root";
  Hog& bystander = steady("bystander", 128 * kMiB);
  const Limits limits = Limits::below_what_is_free();
  start_daemon(limits.config("[[protect]]\ncomm = \"^sshd$\"\n"));
  Hog& impostor = hog("sshd", {"leak", "--rate", "400", "--start", "200", "--limit", limits.mib(3.2), "--uid", "65534"},
                      "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups");

  ASSERT_TRUE(wait_for(kLater, [&] { return impostor.ended(); }));
  EXPECT_EQ(impostor.child().killed_by(), SIGTERM);
  ASSERT_TRUE(wait_for_event("victim_gone"));
  EXPECT_EQ(event_about("victim_terminated", impostor).number("VICTIM_UID"), nobody);
  EXPECT_TRUE(lives(bystander));
}

TEST_F(Choice, ALeakHalfAsLargeAsTheSteadyOneBesideItGoes) {
  const Bytes size = 2 * Limits::below_what_is_free().step / kMiB * kMiB;
  Hog& large = steady("large", size);
  const Limits limits = Limits::below_what_is_free();
  start_daemon(limits.config());
  Hog& leak = hog("leak", {"leak", "--rate", "400", "--start", "0", "--limit", limits.mib(3.2)});

  ASSERT_TRUE(wait_for(kLater, [&] { return leak.ended(); }));
  EXPECT_EQ(leak.child().killed_by(), SIGTERM);
  EXPECT_LT(leak.note().held_at_term, size * 6 / 10);
  ASSERT_TRUE(wait_for_event("victim_gone"));
  EXPECT_TRUE(lives(large));
  EXPECT_EQ(large.note().terms, 0U);
}

TEST_F(Choice, WhoLetsHisFirstThreadExitHidesNothing) {
  Hog& bystander = steady("bystander", 128 * kMiB);
  const Limits limits = Limits::below_what_is_free();
  start_daemon(limits.config());
  Hog& headless =
      hog("headless", {"leak", "--rate", "400", "--start", "200", "--limit", limits.mib(3.2), "--headless"});

  ASSERT_TRUE(wait_for(kLater, [&] { return headless.ended(); }));
  EXPECT_EQ(headless.child().killed_by(), SIGTERM);
  ASSERT_TRUE(wait_for_event("victim_gone"));
  EXPECT_TRUE(lives(bystander));
}

}  // namespace
}  // namespace forestall::testing
