// SPDX-License-Identifier: MIT
// What a fire drill says: of the daemon, and of what became of its child.
#include <csignal>

#include "cli/drill.h"
#include "cli/made_up_machine.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using cli::DrillCheck;
using cli::Halt;
using cli::Pulse;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Eq;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

DrillCheck check(const cli::Machine& m, std::string_view name, Pulse pulse = Pulse::beats) {
  for (const DrillCheck& c : cli::check_daemon(m, pulse, 50ms)) {
    if (c.name == name) return c;
  }
  return {"", false, "there is no such check"};
}

auto fails(const std::string& what) {
  return AllOf(Field(&DrillCheck::ok, false), Field(&DrillCheck::what, HasSubstr(what)));
}
auto passes(const std::string& what) {
  return AllOf(Field(&DrillCheck::ok, true), Field(&DrillCheck::what, HasSubstr(what)));
}

TEST(DrillChecks, AreAllGoodWhereAllIsWell) {
  EXPECT_THAT(cli::check_daemon(well(), Pulse::beats, 50ms), Each(Field(&DrillCheck::ok, true)));
}

TEST(DrillChecks, MissTheDaemon) {
  auto m = well();
  m.guards.clear();
  EXPECT_THAT(check(m, "daemon"), fails("systemctl enable --now forestalld"));
  m.sees_everybody = false;
  EXPECT_THAT(check(m, "daemon"), fails("cannot be seen"));
}

TEST(DrillChecks, SayWhyTheDaemonThatRunsEndsNobody) {
  auto m = well();
  m.guards = {ours()};
  m.guards.front().dry_run = true;
  EXPECT_THAT(check(m, "daemon"), fails("--dry-run"));
  m.guards = {ours()};
  m.guards.front().one_cgroup = true;
  EXPECT_THAT(check(m, "daemon"), fails("--cgroup"));
  m.guards = {ours()};
  m.guards.front().capabilities = 0;
  EXPECT_THAT(check(m, "daemon"), fails("CAP_KILL"));
}

TEST(DrillChecks, WantOneDaemonAlone) {
  auto m = well();
  m.guards = {ours(1), ours(2)};
  EXPECT_THAT(check(m, "daemon"), fails("2 times"));
  m.guards = {ours(), other("earlyoom", 7)};
  EXPECT_THAT(check(m, "alone"), fails("earlyoom (pid 7)"));
}

TEST(DrillChecks, TellADaemonThatLooksFromOneThatDoesNot) {
  EXPECT_THAT(check(well(), "awake"), passes("within 50 ms"));
  EXPECT_THAT(check(well(), "awake", Pulse::none), fails("has not gone round"));
  EXPECT_THAT(check(well(), "awake", Pulse::stopped), fails("SIGCONT"));
}

TEST(DrillChecks, NameTheRivalMadeHarmlessAndRefuseOnlyTheDrillWithMemory) {
  cli::Standing s;
  s.rival.emplace();
  s.rival->process.id = {7, 7};
  s.rival->process.comm.assign("db\x1b[2J");
  EXPECT_THAT(cli::check_choice(s, kGiB, false), fails("db\\x1b[2J (pid 7"));
  EXPECT_THAT(cli::check_choice(s, kGiB, true), passes("would be refused"));
}

TEST(DrillChecks, NameWhomElseItWouldCost) {
  cli::Standing s;
  s.company = 3;
  EXPECT_THAT(cli::check_choice(s, kGiB, false), fails("3 others"));
}

TEST(DrillChecks, WantNoLimitOfACgroupInTheWay) {
  cli::DrillPlan plan;
  plan.available = 4 * kGiB;
  plan.stop = kGiB;
  EXPECT_THAT(cli::check_room(plan.most(), plan, "/user.slice"), passes("No limit"));
  EXPECT_THAT(cli::check_room(plan.most() - 1, plan, "/user.slice\x1b"), fails("/user.slice\\x1b leaves"));
}

TEST(DrillConfig, OfADaemonIsTheLastOneGiven) {
  using namespace std::string_view_literals;
  EXPECT_THAT(cli::config_of("forestalld\0--config\0/a b\0--verbose\0"sv), Optional(Eq("/a b")));
  EXPECT_THAT(cli::config_of("forestalld\0--config=/a\0--config=/c\0"sv), Optional(Eq("/c")));
  EXPECT_EQ(cli::config_of("forestalld\0--verbose\0"sv), std::nullopt);
  EXPECT_EQ(cli::config_of("forestalld\0--config"sv), std::nullopt);
  EXPECT_EQ(cli::config_of(""sv), std::nullopt);
}

// ---- What became of it ----------------------------------------------------------------------------------------------

class DrillJudge : public ::testing::Test {
 protected:
  DrillJudge() {
    plan_.limit = kGiB;
    plan_.floor = 600 * kMiB;
    plan_.stop = kGiB - 64 * kMiB;
    plan_.available = 4 * kGiB;
    plan_.patience = 5s;
    result_.daemon = 12;
    result_.end.held = 3 * kGiB;
    result_.end.crossed = Instant(100s);
  }
  [[nodiscard]] DrillCheck judged() const { return cli::judge(result_, plan_); }

  cli::DrillPlan plan_;
  cli::DrillResult result_;
};

TEST_F(DrillJudge, IsWellWhenTheDaemonSentSigterm) {
  result_.end.terminated = Instant(100s + 34ms);
  result_.end.from = 12;
  result_.end.gone = Instant(100s + 154ms);
  EXPECT_THAT(judged(),
              passes("forestalld (pid 12) ended it 34 ms after the limit was crossed, with SIGTERM; it was gone "
                     "120 ms later. It held 3 GiB"));
}

TEST_F(DrillJudge, IsWellWhenTheDaemonWasQuickerThanTheChildsOwnLook) {
  result_.end.crossed.reset();
  result_.end.terminated = Instant(100s);
  result_.end.from = 12;
  result_.end.gone = Instant(101s);
  EXPECT_THAT(judged(), passes("at the moment the limit was crossed"));
}

TEST_F(DrillJudge, SpeaksOfNoLessThanAMillisecond) {
  result_.end.terminated = Instant(100s + 499us);
  result_.end.from = 12;
  result_.end.gone = *result_.end.terminated + 400us;
  EXPECT_THAT(judged(), passes("ended it at the moment the limit was crossed, with SIGTERM; it was gone at once."));
  result_.end.terminated = Instant(100s + 501us);
  EXPECT_THAT(judged(), passes("ended it 1 ms after the limit was crossed"));
}

TEST_F(DrillJudge, IsNotTakenInByAnotherSender) {
  result_.end.terminated = Instant(101s);
  result_.end.gone = Instant(102s);
  result_.end.from = 13;
  result_.sender = "liar\x1b";
  EXPECT_THAT(judged(), fails("liar\\x1b (pid 13)"));
  result_.end.from = 0;
  EXPECT_THAT(judged(), fails("outside of this pid namespace"));
}

TEST_F(DrillJudge, IsWellWithSigkillIfTheRuleKillsAndTheKernelDidNot) {
  result_.end.killed_by = SIGKILL;
  result_.end.gone = Instant(100s + 20ms);
  EXPECT_THAT(judged(), fails("would not send by this rule"));
  result_.action = Action::kill;
  EXPECT_THAT(judged(), passes("20 ms after the limit was crossed, with SIGKILL"));
  result_.kernel_kills = 1;
  EXPECT_THAT(judged(), fails("OOM killer"));
}

TEST_F(DrillJudge, SaysThatNothingCameAndWhatMayBeInTheWay) {
  result_.gave_up = true;
  result_.end.killed_by = SIGKILL;  // by ourselves
  EXPECT_THAT(judged(), fails("nothing came within 5 s"));
  EXPECT_THAT(judged(), fails("systemctl reload"));
}

TEST_F(DrillJudge, SaysWhyItWasGivenUpBeforeTheLimit) {
  result_.end.crossed.reset();
  result_.end.halt = Halt::stall;
  EXPECT_THAT(judged(), fails("given up before the limit: programs stood still"));
  result_.end.halt = Halt::floor;
  result_.end.crossed = Instant(100s);
  EXPECT_THAT(judged(), fails("nothing had come when less than 600 MiB was available"));
}

TEST_F(DrillJudge, SaysWhoWouldHaveGoneInstead) {
  result_.end.crossed.reset();
  result_.end.killed_by = SIGKILL;
  result_.refused.emplace();
  result_.refused->rival.emplace();
  result_.refused->rival->process.comm.assign("db");
  EXPECT_THAT(judged(), fails("stopped before the limit. db (pid"));
}

}  // namespace
}  // namespace forestall::testing
