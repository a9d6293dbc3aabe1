// SPDX-License-Identifier: MIT
// Who is spared, and beside each who only pretends to be.
#include "score/mercy.h"

#include <gtest/gtest.h>

#include <array>

#include "unit/score/facts.h"

namespace forestall {
namespace {

using testing::kAlice;

constexpr std::array<std::int32_t, 3> kLineage = {900, 800, 1};
constexpr std::string_view kSession = "/user.slice/user-1000.slice/session-1.scope";
constexpr std::string_view kUserManager = "/user.slice/user-1000.slice/user@1000.service";

std::optional<Mercy> mercy(const ProcessFacts& p) { return built_in_mercy(p, kLineage); }

/// A process of root's in `path`, a child of PID 1: as the system manager starts services.
ProcessFacts service(std::string_view comm, std::string_view path, std::uint32_t uid = 0) {
  ProcessFacts p = testing::process(333, comm, kGiB, uid, path);
  p.parent = 1;
  return p;
}

TEST(Mercy, PidOne) { EXPECT_EQ(mercy(testing::process(1, "whoever")), Mercy::init); }
TEST(Mercy, NotANameLikeThatOfPidOne) {
  EXPECT_EQ(mercy(testing::process(222, "systemd")), std::nullopt);
  EXPECT_EQ(mercy(testing::process(222, "init", kGiB, 0)), std::nullopt) << "not even of root";
}

TEST(Mercy, KernelThreads) {
  ProcessFacts p = testing::process(2, "kthreadd", 0, 0, "/");
  p.kernel_thread = true;
  EXPECT_EQ(mercy(p), Mercy::kernel_thread);
}
TEST(Mercy, NotANameLikeThatOfAKernelThread) {
  for (const auto* name : {"kthreadd", "kworker/0:1", "[kswapd0]"}) {
    ProcessFacts p = testing::process(222, name, kGiB, 0, "/");
    p.parent = 2;
    EXPECT_EQ(mercy(p), std::nullopt) << name;
  }
}

TEST(Mercy, Ourselves) { EXPECT_EQ(mercy(testing::process(900, "forestalld")), Mercy::forestall); }
TEST(Mercy, NotANameLikeOurs) { EXPECT_EQ(mercy(testing::process(901, "forestalld")), std::nullopt); }

TEST(Mercy, OurAncestors) { EXPECT_EQ(mercy(testing::process(800, "whoever")), Mercy::ancestor); }
TEST(Mercy, NotOurChildrenOrSiblings) {
  ProcessFacts child = testing::process(950, "hook");
  child.parent = 900;
  EXPECT_EQ(mercy(child), std::nullopt);
  ProcessFacts sibling = testing::process(850, "sibling");
  sibling.parent = 800;
  EXPECT_EQ(mercy(sibling), std::nullopt);
}
TEST(Mercy, WorksWithoutALineage) {
  EXPECT_EQ(built_in_mercy(testing::process(900, "forestalld"), {}), std::nullopt);
  EXPECT_EQ(built_in_mercy(testing::process(1, "systemd"), {}), Mercy::init);
}

class Needed : public ::testing::TestWithParam<const char*> {};
TEST_P(Needed, BySystemIsSpared) { EXPECT_EQ(mercy(service("x", GetParam())), Mercy::system_unit); }
INSTANTIATE_TEST_SUITE_P(Mercy, Needed,
                         ::testing::Values("/init.scope", "/system.slice/systemd-journald.service",
                                           "/system.slice/systemd-logind.service",
                                           "/system.slice/systemd-udevd.service",
                                           "/system.slice/systemd-udevd.service/udev", "/system.slice/dbus.service",
                                           "/system.slice/dbus-broker.service"));

TEST(Mercy, TheUnitsOfTheSystemAreSparedWhoeverTheirUserIs) {
  EXPECT_EQ(mercy(service("systemd-resolve", "/system.slice/systemd-resolved.service", 991)), Mercy::system_unit);
  EXPECT_EQ(mercy(service("dbus-daemon", "/system.slice/dbus.service", 104)), Mercy::system_unit);
}

class Pretender : public ::testing::TestWithParam<const char*> {};
TEST_P(Pretender, InAPlaceThatLooksNeededIsNotSpared) { EXPECT_EQ(mercy(service("x", GetParam())), std::nullopt); }
INSTANTIATE_TEST_SUITE_P(
    Mercy, Pretender,
    ::testing::Values("/user.slice/user-1000.slice/session-1.scope",
                      "/user.slice/user-1000.slice/user@1000.service/app.slice/systemd-fake.service",
                      "/user.slice/user-1000.slice/user@1000.service/system.slice/systemd-journald.service",
                      "/user.slice/user-1000.slice/user@1000.service/app.slice/ssh.service",
                      "/user.slice/user-1000.slice/user@1000.service/session.slice/dbus.service",
                      "/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope",
                      "/docker/x/system.slice/systemd-journald.service", "/docker/x/init.scope",
                      "/system.slice/docker-1.scope/init.scope",
                      "/system.slice/docker-1.scope/system.slice/systemd-journald.service",
                      "/system.slice/containerd.service/systemd-journald.service",
                      "/machine.slice/machine-x.scope/payload/system.slice/dbus.service", "/lxc.payload.web/init.scope",
                      "/../system.slice/systemd-journald.service", "/my.slice/system.slice/systemd-journald.service",
                      "/my.slice/systemd-journald.service", "/system.slice/my.slice/systemd-journald.service",
                      "/system.slice.d/systemd-journald.service", "/system.slice/systemd-journald.service (deleted)",
                      "/system.slice/systemd-journald.scope", "/system.slice/mydbus.service", "/init.scope/x", "/", "",
                      "/system.slice/cron.service"));

constexpr const char* kSsh = "/system.slice/ssh.service";

TEST(Mercy, TheListenerOfSshd) {
  EXPECT_EQ(mercy(service("sshd", kSsh)), Mercy::system_unit);
  EXPECT_EQ(mercy(service("sshd", "/system.slice/sshd.service")), Mercy::system_unit) << "so it is called elsewhere";
}

TEST(Mercy, NotAnOrphanOfRootsInTheUnitOfSshd) { EXPECT_EQ(mercy(service("job", kSsh)), std::nullopt); }

TEST(Mercy, NotAShellInTheUnitOfSshd) {
  ProcessFacts shell = service("sshd", kSsh);
  shell.parent = 600;  // sshd's child, without logind the login stays in its unit
  EXPECT_EQ(mercy(shell), std::nullopt);
  EXPECT_EQ(mercy(service("sshd", kSsh, kAlice)), std::nullopt) << "an orphan of a user, in the unit of sshd";
  EXPECT_EQ(mercy(service("sshd", kSession, kAlice)), std::nullopt);
}

TEST(Mercy, NobodyInTheTreeThatAUserMayFill) {
  // An orphan is a child of PID 1 too, and its user may move it to where his manager is.
  EXPECT_EQ(mercy(service("systemd", std::string(kUserManager) + "/init.scope", kAlice)), std::nullopt);
  EXPECT_EQ(mercy(service("systemd", std::string(kUserManager) + "/app.slice/a.service", kAlice)), std::nullopt);
}

TEST(Mercy, OomScoreAdjOfMinus1000Only) {
  ProcessFacts p = testing::process(222, "database");
  p.oom_score_adj = -1000;
  EXPECT_EQ(mercy(p), Mercy::oom_score_adj);
  p.oom_score_adj = -999;
  EXPECT_EQ(mercy(p), std::nullopt);
}

TEST(Mercy, IsAskedInOrder) {
  ProcessFacts p = testing::process(1, "systemd", 0, 0, "/init.scope");
  p.kernel_thread = true;
  p.oom_score_adj = -1000;
  EXPECT_EQ(mercy(p), Mercy::init);
}

}  // namespace
}  // namespace forestall
