// SPDX-License-Identifier: MIT
#include "cli/machine_files.h"

#include <gmock/gmock.h>

namespace forestall::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

std::optional<HidePid> hidepid_in(std::initializer_list<std::string_view> lines) {
  ProcMount mount;
  for (const std::string_view line : lines) mount.take(line);
  return mount.hidepid();
}

TEST(ProcMount, TellsHowProcessesAreHiddenAndWhoSeesThem) {
  const auto hidden = hidepid_in({"proc /proc proc rw,nosuid,hidepid=invisible,gid=110 0 0"});
  ASSERT_TRUE(hidden);
  EXPECT_EQ(hidden->mode, "invisible");
  EXPECT_EQ(hidden->group, 110U);
  EXPECT_EQ(hidepid_in({"proc /proc proc rw,hidepid=2 0 0"})->mode, "2");
  EXPECT_EQ(hidepid_in({"proc /proc proc rw,hidepid=2 0 0"})->group, 0U);
}

TEST(ProcMount, HidesNothingByDefault) {
  EXPECT_FALSE(hidepid_in({"proc /proc proc rw,nosuid,nodev,relatime 0 0"}));
  EXPECT_FALSE(hidepid_in({"proc /proc proc rw,hidepid=0 0 0"}));
  EXPECT_FALSE(hidepid_in({"proc /proc proc rw,hidepid=off,gid=3 0 0"}));
  EXPECT_FALSE(hidepid_in({""}));
}

TEST(ProcMount, OnlyProcItselfCountsAndTheLastMountOfIt) {
  EXPECT_FALSE(hidepid_in({"proc /srv/jail/proc proc rw,hidepid=2 0 0", "proc /proc/x proc rw,hidepid=2 0 0",
                           "tmpfs /proc tmpfs rw,hidepid=2 0 0"}));
  EXPECT_FALSE(hidepid_in({"proc /proc proc rw,hidepid=2 0 0", "proc /proc proc rw 0 0"}));
}

TEST(StatusLines, GiveCapabilitiesAndGroups) {
  Guard guard;
  for (const char* line : {"Name:\tforestalld", "Gid:\t990\t990\t990\t990", "Groups:\t4 110 ",
                           "CapPrm:\tffffffffffffffff", "CapEff:\t0000000000000020", "CapBnd:\tffffffffffffffff"}) {
    take_status_line(line, guard);
  }
  EXPECT_TRUE(guard.has(kCapKill));
  EXPECT_FALSE(guard.has(kCapSysPtrace));
  EXPECT_THAT(guard.groups, ElementsAre(990, 990, 990, 990, 4, 110));
}

TEST(StatusLines, ThatMakeNoSenseGiveNothing) {
  Guard guard;
  for (const char* line :
       {"CapEff:\t20x", "CapEff:", "CapEff", "Groups:\t-1 99999999999", "", "CapEff:\t 1ffffffffffffffff"}) {
    take_status_line(line, guard);
  }
  EXPECT_EQ(guard.capabilities, 0U);
  EXPECT_THAT(guard.groups, IsEmpty());
}

TEST(GuardProgram, IsToldByItsNameOrTheScriptThatPythonRuns) {
  for (const char* name : {"forestalld", "earlyoom", "systemd-oomd", "nohang", "oomd"}) {
    EXPECT_EQ(guard_program(name, ""), name);
  }
  EXPECT_EQ(guard_program("python3", "/usr/bin/python3 /usr/sbin/nohang --monitor"), "nohang");
}

TEST(GuardProgram, IsNothingThatOnlyLooksLikeIt) {
  EXPECT_EQ(guard_program("earlyoomx", "earlyoom"), "");
  EXPECT_EQ(guard_program("vim", "vim /usr/sbin/nohang"), "");
  EXPECT_EQ(guard_program("python3", "python3 a.py nohang"), "");
  EXPECT_EQ(guard_program("python3", "python3"), "");
  EXPECT_EQ(guard_program("", ""), "");
}

TEST(CommandLine, TellsADryRunAndACgroup) {
  Guard guard{.program = "forestalld"};
  take_command_line("forestalld --config /x --cgroup=/a --dry-run", guard);
  EXPECT_TRUE(guard.dry_run);
  EXPECT_TRUE(guard.one_cgroup);
  Guard earlyoom{.program = "earlyoom"};
  take_command_line("earlyoom -r 60 --dryrun --cgroup", earlyoom);
  EXPECT_TRUE(earlyoom.dry_run);
  EXPECT_FALSE(earlyoom.one_cgroup);
  Guard plain{.program = "forestalld"};
  take_command_line("forestalld --verbose", plain);
  EXPECT_FALSE(plain.dry_run || plain.one_cgroup);
}

auto says(const std::string& path, const std::string& setting) {
  return ::testing::AllOf(Field(&ManagedUnit::path, path), Field(&ManagedUnit::setting, setting));
}

TEST(ManagedUnits, AreThoseThatSayKill) {
  EXPECT_THAT(
      managed_units({{"system/-.slice", "10.conf", "/a", "[Slice]\n ManagedOOMSwap = kill \n"},
                     {"system/x.service", "", "/x", "[Service]\nManagedOOMMemoryPressure=kill"},
                     {"system/y.service", "", "/y", "#ManagedOOMSwap=kill\nManagedOOMSwap=auto\nManagedOOMSwap"},
                     {"system/z.service", "", "/z", "ManagedOOMPreference=omit\nExecStart=x ManagedOOMSwap=kill\n"}}),
      ElementsAre(says("/a", "ManagedOOMSwap=kill"), says("/x", "ManagedOOMMemoryPressure=kill")));
}

TEST(ManagedUnits, TheLastDropInDecides) {
  const UnitFile kill{"system/-.slice", "10-default.conf", "/10", "ManagedOOMSwap=kill\n"};
  const UnitFile no{"system/-.slice", "50-mine.conf", "/50", "ManagedOOMSwap=auto\n"};
  const UnitFile reset{"system/-.slice", "50-mine.conf", "/50", "ManagedOOMSwap=\n"};
  const UnitFile fragment{"system/-.slice", "", "/fragment", "ManagedOOMSwap=auto\n"};
  const UnitFile user{"user/-.slice", "60.conf", "/60", "ManagedOOMSwap=auto\n"};
  EXPECT_THAT(managed_units({no, kill}), IsEmpty());
  EXPECT_THAT(managed_units({kill, reset}), IsEmpty());
  EXPECT_THAT(managed_units({kill, fragment, user}), ElementsAre(says("/10", "ManagedOOMSwap=kill")));
}

}  // namespace
}  // namespace forestall::cli
