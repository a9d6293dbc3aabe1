// SPDX-License-Identifier: MIT
// What is found of daemons and of the configuration, and what is not.
#include "cli/made_up_machine.h"

namespace forestall::testing {
namespace {

using cli::Severity;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// ---- Ours -----------------------------------------------------------------------------------------------------------

TEST(GuardChecks, InstalledAndNotRunningMustBeMended) {
  auto m = well();
  m.guards.clear();
  EXPECT_EQ(finding(m, "not-running").severity, Severity::must);
  EXPECT_THAT(ills(m), ElementsAre("not-running"));
}

TEST(GuardChecks, NotInstalledIsAdvice) {
  auto m = well();
  m.guards.clear();
  m.installed = false;
  EXPECT_EQ(finding(m, "not-running").severity, Severity::should);
}

TEST(GuardChecks, OneThatWatchesACgroupAloneLeavesTheMachineToItself) {
  auto m = well();
  m.guards.front().one_cgroup = true;
  EXPECT_THAT(ills(m), ElementsAre("not-running"));
}

TEST(GuardChecks, WhereProcessesAreHiddenFromUsItMayWellRun) {
  auto m = well();
  m.guards.clear();
  m.sees_everybody = false;
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(GuardChecks, WithoutCapKillItMustBeMended) {
  auto m = well();
  m.guards.front().capabilities = ~kMayKill;
  const auto f = finding(m, "capabilities");
  EXPECT_EQ(f.severity, Severity::must);
  EXPECT_EQ(f.title, "forestalld (pid 500) runs without CAP_KILL.");
  EXPECT_THAT(ills(m), ElementsAre("capabilities"));
}

TEST(GuardChecks, SomebodyWhoTakesItsNameBesideItChangesNothing) {
  auto m = well();
  m.guards.push_back({.program = "forestalld", .pid = 7, .capabilities = 0});
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(GuardChecks, ADryRunEndsNobody) {
  auto m = well();
  m.guards.front().dry_run = true;
  EXPECT_EQ(finding(m, "dry-run").severity, Severity::should);
  EXPECT_THAT(ills(m), ElementsAre("dry-run"));
}

TEST(GuardChecks, ADryRunBesideOneThatActsIsFine) {
  auto m = well();
  m.guards.push_back(ours(501));
  m.guards.back().dry_run = true;
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(GuardChecks, ASecondOneMustGoAndTheServiceStays) {
  auto m = well();
  m.guards.insert(m.guards.begin(), ours(44));
  m.guards.front().unit.clear();
  const auto f = finding(m, "second-forestalld");
  EXPECT_EQ(f.severity, Severity::must);
  EXPECT_THAT(f.title, HasSubstr("2 times: pids 44 and 500"));
  EXPECT_THAT(f.mend, ElementsAre("sudo kill 44"));
}

TEST(GuardChecks, OneMoreForACgroupOfItsOwnIsFine) {
  auto m = well();
  m.guards.push_back(ours(501));
  m.guards.back().one_cgroup = true;
  EXPECT_THAT(ills(m), IsEmpty());
}

// ---- hidepid --------------------------------------------------------------------------------------------------------

TEST(GuardChecks, HidepidThatBlindsItMustBeMended) {
  auto m = well();
  m.hidepid = cli::HidePid{"invisible", 4};
  const auto f = finding(m, "hidepid");
  EXPECT_EQ(f.severity, Severity::must);
  EXPECT_THAT(f.title, HasSubstr("(hidepid=invisible)"));
  EXPECT_THAT(f.mend, ElementsAre(HasSubstr("remount,hidepid=0"), HasSubstr("SupplementaryGroups=4")));
}

TEST(GuardChecks, AMemberOfTheGroupOfProcSeesEverybody) {
  auto m = well();
  m.hidepid = cli::HidePid{"invisible", 4};
  m.guards.front().groups.push_back(4);
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(GuardChecks, WithoutAGroupOfProcItIsRootsGroup) {
  auto m = well();
  m.hidepid = cli::HidePid{"invisible"};
  EXPECT_THAT(finding(m, "hidepid").mend, ElementsAre(HasSubstr("remount,hidepid=0")));
  m.guards.front().groups = {0};
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(GuardChecks, ButWherePtraceIsAskedForTheGroupDoesNotHelp) {
  auto m = well();
  m.hidepid = cli::HidePid{"ptraceable", 4};
  m.guards.front().groups.push_back(4);
  EXPECT_THAT(ills(m), ElementsAre("hidepid"));
  m.guards.front().capabilities |= kMayTrace;
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(GuardChecks, HidepidWouldBlindTheServiceThatDoesNotRunYet) {
  auto m = well();
  m.hidepid = cli::HidePid{"noaccess"};
  m.guards.clear();
  m.sees_everybody = false;
  EXPECT_THAT(ills(m), ElementsAre("hidepid"));
}

// ---- Others ---------------------------------------------------------------------------------------------------------

TEST(GuardChecks, OthersThatMayKillMustGo) {
  auto m = well();
  m.guards.push_back(other("earlyoom", 7));
  m.guards.push_back(other("systemd-oomd", 8));
  m.guards.push_back(other("nohang", 9));
  m.guards.back().unit.clear();
  const auto f = finding(m, "other-daemon");
  EXPECT_EQ(f.severity, Severity::must);
  EXPECT_EQ(f.title, "earlyoom (pid 7), systemd-oomd (pid 8) and nohang (pid 9) end processes here too.");
  EXPECT_THAT(f.mend, ElementsAre("sudo systemctl disable --now earlyoom.service",
                                  "sudo systemctl mask --now systemd-oomd.socket systemd-oomd.service", "sudo kill 9"));
}

TEST(GuardChecks, AnOtherOneAloneIsNoConflictYet) {
  auto m = well();
  m.guards = {other("oomd")};
  m.installed = false;
  EXPECT_EQ(finding(m, "other-daemon").severity, Severity::should);
}

TEST(GuardChecks, OthersThatMayNotKillOrDoNotWantToAreNone) {
  auto m = well();
  m.guards.push_back(other("earlyoom"));
  m.guards.back().capabilities = ~kMayKill;
  m.guards.push_back(other("systemd-oomd"));
  m.guards.back().dry_run = true;
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(GuardChecks, AHostileUnitNameDoesNotGetIntoACommand) {
  for (const char* name : {"x;reboot.service", "$(reboot).service", "-H.service", "a b.service", "\x1b[2J.service"}) {
    auto m = well();
    m.guards.push_back(other("earlyoom", 7));
    m.guards.back().unit = name;
    EXPECT_THAT(finding(m, "other-daemon").mend, ElementsAre("sudo kill 7")) << name;
  }
}

TEST(GuardChecks, UnitsThatPullSystemdOomdInAreListed) {
  auto m = well();
  m.oomd_installed = true;
  m.managed = {
      {"/etc/a", "ManagedOOMSwap=kill"}, {"/etc/b\x1b", "ManagedOOMMemoryPressure=kill"}, {"/c", "x"}, {"/d", "x"}};
  const auto f = finding(m, "systemd-oomd-units");
  EXPECT_EQ(f.severity, Severity::should);
  EXPECT_EQ(f.title, "4 units pull systemd-oomd in.");
  EXPECT_THAT(f.why, AllOf(HasSubstr(": ManagedOOMSwap=kill in /etc/a, ManagedOOMMemoryPressure=kill in /etc/b\\x1b"),
                           HasSubstr("/c, and 1 more."), Not(HasSubstr("/d"))));
}

TEST(GuardChecks, WithoutSystemdOomdThoseUnitsPullNobodyIn) {
  auto m = well();
  m.managed = {{"/etc/a", "ManagedOOMSwap=kill"}};
  EXPECT_THAT(ills(m), IsEmpty());
  m.managed.clear();
  m.oomd_installed = true;
  EXPECT_THAT(ills(m), IsEmpty());
}

// ---- The configuration ----------------------------------------------------------------------------------------------

TEST(GuardChecks, ProtectingMoreThanHalfOfRamMustBeMended) {
  auto m = well();
  m.protected_memory = 8 * kGiB + kGiB / 2;
  m.largest_protected = "java (pid 7, 4 GiB)";
  const auto f = finding(m, "protect-too-much");
  EXPECT_EQ(f.severity, Severity::must);
  EXPECT_EQ(f.title, "[[protect]] covers 8.5 GiB of 16 GiB of RAM.");
  EXPECT_THAT(f.why, HasSubstr("java (pid 7, 4 GiB)"));
  m.protected_memory = 8 * kGiB;
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(GuardChecks, EntriesWithExeNeedACapabilityThatTheServiceLacks) {
  auto m = well();
  m.config.avoid.push_back({.exe = "^/usr/bin/x$"});
  EXPECT_THAT(finding(m, "exe-patterns").mend, Contains("AmbientCapabilities=CAP_SYS_PTRACE"));
  m.guards.front().capabilities |= kMayTrace;
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(GuardChecks, EntriesWithoutExeDoNot) {
  auto m = well();
  m.config.protect.push_back({.comm = "^x$"});
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(GuardChecks, EntriesThatMatchNobodyAreWorthANote) {
  auto m = well();
  m.silent = {"[[avoid]] 1: comm = 'x'", "[[prefer]] 2: comm = 'y'"};
  const auto f = finding(m, "silent-patterns");
  EXPECT_EQ(f.severity, Severity::note);
  EXPECT_EQ(f.title, "2 entries cover no running process.");
  EXPECT_THAT(f.why, HasSubstr("[[avoid]] 1: comm = 'x'; [[prefer]] 2: comm = 'y'."));
}

}  // namespace
}  // namespace forestall::testing
