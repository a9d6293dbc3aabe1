// SPDX-License-Identifier: MIT
// The machine, read from files that are made up.
#include "cli/machine_linux.h"

#include <gmock/gmock.h>

#include <sys/stat.h>

#include <filesystem>

#include "unit/score/fake_proc_linux.h"

namespace forestall::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using testing::MadeUp;
using ::testing::SizeIs;

class MachineLinux : public ::testing::Test {
 protected:
  MachineLinux() { proc_.add({.pid = 1, .comm = "systemd", .uid = 0, .cgroup = "/init.scope"}); }

  /// Root's, with CAP_KILL, unless another status is given it.
  void add_daemon(MadeUp daemon) {
    daemon.groups = "100 110 \nCapEff:\t0000000000000020";
    proc_.add(daemon);
  }
  void link(const std::string& target, const std::string& name) const {
    const std::filesystem::path path = files_.path(name);
    std::filesystem::create_directories(path.parent_path());
    std::filesystem::create_symlink(target, path);
  }
  Machine read() const {
    const auto book = MatchBook::compile(config_, [](const std::string&) { return std::nullopt; });
    EXPECT_TRUE(book) << book.error().what;
    Machine machine;
    read_machine({proc_.path(), files_.path("sys"), {files_.path("etc"), files_.path("run"), files_.path("lib")}},
                 *book, machine);
    return machine;
  }

  testing::FakeProc proc_;
  testing::FileTree files_;
  Config config_;
};

TEST_F(MachineLinux, WhatIsNotThereIsLeftEmpty) {
  const Machine m = read();
  EXPECT_FALSE(m.swappiness || m.overcommit_memory || m.panic_on_oom || m.lru_gen_enabled || m.min_ttl_ms || m.hidepid);
  EXPECT_TRUE(m.sees_everybody);
  EXPECT_FALSE(m.installed || m.oomd_installed);
  EXPECT_THAT(m.guards, IsEmpty());
  EXPECT_THAT(m.managed, IsEmpty());
  EXPECT_EQ(m.protected_memory, 0U);
}

TEST_F(MachineLinux, SettingsOfTheKernelAreRead) {
  proc_.write("sys/vm/swappiness", "60\n");
  proc_.write("sys/vm/overcommit_memory", "2\n");
  proc_.write("sys/vm/panic_on_oom", "1\n");
  files_.write("sys/kernel/mm/lru_gen/enabled", "0x0007\n");
  files_.write("sys/kernel/mm/lru_gen/min_ttl_ms", "1000\n");
  proc_.write("self/mounts", "tmpfs /run tmpfs rw 0 0\nproc /proc proc rw,hidepid=2,gid=4 0 0\n");
  const Machine m = read();
  EXPECT_EQ(m.swappiness, 60U);
  EXPECT_EQ(m.overcommit_memory, 2U);
  EXPECT_EQ(m.panic_on_oom, 1U);
  EXPECT_EQ(m.lru_gen_enabled, 7U);
  EXPECT_EQ(m.min_ttl_ms, 1000U);
  ASSERT_TRUE(m.hidepid);
  EXPECT_EQ(m.hidepid->group, 4U);
}

TEST_F(MachineLinux, NonsenseIsAsIfItWereNotThere) {
  proc_.write("sys/vm/swappiness", "sixty\n");
  proc_.write("sys/vm/panic_on_oom", "");
  files_.write("sys/kernel/mm/lru_gen/enabled", "0xzz\n");
  const Machine m = read();
  EXPECT_FALSE(m.swappiness || m.panic_on_oom || m.lru_gen_enabled);
}

TEST_F(MachineLinux, WithoutPid1NotEverybodyIsSeen) {
  proc_.remove("1");
  EXPECT_FALSE(read().sees_everybody);
}

// ---- Daemons --------------------------------------------------------------------------------------------------------

TEST_F(MachineLinux, DaemonsAreFoundWithWhatTheyMay) {
  add_daemon({.pid = 50, .comm = "forestalld", .uid = 990, .cgroup = "/forestalld.service", .cmdline = "forestalld"});
  add_daemon({.pid = 60, .comm = "earlyoom", .uid = 0, .cgroup = "/user.slice/user-0.slice/session-1.scope"});
  proc_.add({.pid = 70, .comm = "bash", .cmdline = "bash earlyoom"});
  const Machine m = read();
  ASSERT_THAT(m.guards, SizeIs(2));
  EXPECT_EQ(m.guards[0].program, "forestalld");
  EXPECT_EQ(m.guards[0].unit, "forestalld.service");
  EXPECT_TRUE(m.guards[0].has(kCapKill));
  EXPECT_THAT(m.guards[0].groups, ElementsAre(100, 110));
  EXPECT_EQ(m.guards[1].program, "earlyoom");
  EXPECT_EQ(m.guards[1].unit, "");
  EXPECT_TRUE(m.guards[1].has(kCapKill));
}

TEST_F(MachineLinux, CapabilitiesOfSomebodyWhoOnlyTookTheNameCountForNothing) {
  const std::string home = "/user.slice/user-1000.slice/user@1000.service/app.slice/";
  add_daemon({.pid = 50, .comm = "forestalld", .uid = 1000, .cgroup = home + "forestalld.service"});
  add_daemon({.pid = 51, .comm = "earlyoom", .uid = 33, .cgroup = "/system.slice/apache2.service"});
  const Machine m = read();
  ASSERT_THAT(m.guards, SizeIs(2));
  EXPECT_EQ(m.guards[0].capabilities, 0U);
  EXPECT_EQ(m.guards[0].unit, "");
  EXPECT_EQ(m.guards[1].capabilities, 0U);
}

TEST_F(MachineLinux, NohangIsASystemServiceUnderTwoNames) {
  for (const char* unit : {"nohang.service", "nohang-desktop.service"}) {
    add_daemon({.pid = 50, .comm = "nohang", .uid = 33, .cgroup = std::string("/system.slice/") + unit});
    const Machine m = read();
    ASSERT_THAT(m.guards, SizeIs(1));
    EXPECT_TRUE(m.guards[0].has(kCapKill)) << unit;
    EXPECT_EQ(m.guards[0].unit, unit);
  }
}

TEST_F(MachineLinux, ThoseInContainersGuardTheirContainers) {
  const std::string id(64, 'a');
  add_daemon({.pid = 50, .comm = "earlyoom", .uid = 0, .cgroup = "/system.slice/docker-" + id + ".scope"});
  EXPECT_THAT(read().guards, IsEmpty());
}

TEST_F(MachineLinux, OursAloneAreFoundTheOldestFirst) {
  add_daemon({.pid = 50, .comm = "forestalld", .uid = 0, .start_time = 900, .cmdline = "forestalld --dry-run"});
  add_daemon({.pid = 55, .comm = "forestalld", .uid = 0, .start_time = 800, .cmdline = "forestalld --cgroup /a"});
  add_daemon({.pid = 60, .comm = "earlyoom", .uid = 0});
  proc_.add({.pid = 70, .comm = "bash", .cmdline = "forestalld"});
  const auto ours = read_ours(proc_.path());
  ASSERT_THAT(ours, SizeIs(2));
  EXPECT_EQ(ours[0].pid, 55);
  EXPECT_EQ(ours[0].start_time, 800U);
  EXPECT_TRUE(ours[0].one_cgroup && !ours[0].dry_run);
  EXPECT_EQ(ours[1].pid, 50);
  EXPECT_TRUE(ours[1].dry_run && !ours[1].one_cgroup);
  EXPECT_TRUE(ours[1].has(kCapKill));
}

TEST_F(MachineLinux, OursAreInTheOrderOfTheirStartWhateverTheirNumbers) {
  for (const int age : {3, 1, 5, 2, 4}) {
    add_daemon({.pid = 40 + age * 7 % 5, .comm = "forestalld", .uid = 0, .start_time = static_cast<unsigned>(age)});
  }
  const auto ours = read_ours(proc_.path());
  ASSERT_THAT(ours, SizeIs(5));
  for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_EQ(ours[i].start_time, i + 1);
}

// ---- Entries --------------------------------------------------------------------------------------------------------

TEST_F(MachineLinux, WhatTheProtectedHoldIsSummedUp) {
  Match entry;
  entry.user.reset();
  entry.uid = 1000;
  config_.protect = {entry};
  proc_.add({.pid = 50, .comm = "big\x1b", .anon = 3 * kGiB, .swap = kGiB});
  proc_.add({.pid = 51, .comm = "small", .anon = kGiB});
  proc_.add({.pid = 52, .comm = "other", .anon = 9 * kGiB, .uid = 1001});
  const Machine m = read();
  EXPECT_EQ(m.protected_memory, 4 * kGiB + 8 * kKiB) << "swapped out is not in RAM; page tables are";
  EXPECT_EQ(m.largest_protected, "big\\x1b (pid 50, 3 GiB)");
}

TEST_F(MachineLinux, EntriesThatMatchNobodyAreNamed) {
  Match matches, silent, hostile;
  matches.comm = "^fox$";
  silent.comm = "^dog$";
  hostile.cmdline = "a\x1bJ";
  config_.avoid = {matches, silent};
  config_.prefer = {hostile};
  proc_.add({.pid = 50, .comm = "fox"});
  EXPECT_THAT(read().silent, ElementsAre("[[avoid]] 2: comm = '^dog$'", "[[prefer]] 1: cmdline = 'a\\x1bJ'"));
}

TEST_F(MachineLinux, AnEntryThatProtectsOnlyRootsAndMatchesOthersCoversNobody) {
  Match by_name;
  by_name.comm = "^fox$";
  config_.protect = {by_name};
  proc_.add({.pid = 50, .comm = "fox"});
  EXPECT_THAT(read().silent, ElementsAre("[[protect]] 1: comm = '^fox$'"));
  proc_.add({.pid = 51, .comm = "fox", .uid = 0});
  EXPECT_THAT(read().silent, IsEmpty());
}

TEST_F(MachineLinux, AnEntryWithExeMayMatchWhomWeCannotSee) {
  Match by_exe;
  by_exe.exe = "^/opt/";
  config_.avoid = {by_exe};
  EXPECT_THAT(read().silent, SizeIs(1));
  proc_.add({.pid = 50});
  proc_.remove("50/exe");
  EXPECT_THAT(read().silent, IsEmpty());
}

TEST_F(MachineLinux, WhereProcessesAreHiddenNoEntryIsSaidToMatchNobody) {
  Match silent;
  silent.comm = "^dog$";
  config_.avoid = {silent};
  proc_.remove("1");
  EXPECT_THAT(read().silent, IsEmpty());
}

// ---- Units ----------------------------------------------------------------------------------------------------------

constexpr const char* kKill = "[Slice]\nManagedOOMSwap=kill\n";

TEST_F(MachineLinux, UnitsThatAskForSystemdOomdAreFoundInFilesAndDropIns) {
  files_.write("lib/system/-.slice.d/10-defaults.conf", kKill);
  files_.write("etc/system/web.service", "[Service]\nManagedOOMMemoryPressure=kill\n");
  files_.write("lib/user/app.slice", kKill);
  files_.write("etc/system.control/db.service.d/50-ManagedOOMSwap.conf", kKill);
  files_.write("etc/system/not.timer", kKill);
  files_.write("etc/system/web.service.d/notes.txt", kKill);
  files_.write("etc/system/web.service.wants/x.service", kKill);
  const auto at = [&](const char* path) { return Field(&ManagedUnit::path, files_.path(path)); };
  EXPECT_THAT(read().managed,
              ::testing::UnorderedElementsAre(at("lib/system/-.slice.d/10-defaults.conf"), at("etc/system/web.service"),
                                              at("lib/user/app.slice"),
                                              at("etc/system.control/db.service.d/50-ManagedOOMSwap.conf")));
}

TEST_F(MachineLinux, OfFilesOfOneNameTheAdministratorsCounts) {
  files_.write("lib/system/-.slice.d/10.conf", kKill);
  files_.write("etc/system/-.slice.d/10.conf", "[Slice]\n");
  EXPECT_THAT(read().managed, IsEmpty());
  files_.write("run/system/a.slice", kKill);
  files_.write("lib/system/a.slice", "[Slice]\n");
  EXPECT_THAT(read().managed, SizeIs(1));
}

TEST_F(MachineLinux, AnotherNameOfAUnitIsNotAnotherUnit) {
  files_.write("lib/system/a.service", kKill);
  link("a.service", "lib/system/alias.service");
  link(files_.path("lib/system/a.service"), "etc/system/a.service");
  EXPECT_THAT(read().managed, ElementsAre(Field(&ManagedUnit::path, files_.path("etc/system/a.service"))));
}

TEST_F(MachineLinux, ServicesAreInstalledIfTheyAreThereAndNotMasked) {
  files_.write("lib/system/forestalld.service", "[Service]\n");
  files_.write("lib/system/systemd-oomd.service", "[Service]\n");
  EXPECT_TRUE(read().installed);
  EXPECT_TRUE(read().oomd_installed);
  link("/dev/null", "etc/system/systemd-oomd.service");
  EXPECT_FALSE(read().oomd_installed);
}

TEST_F(MachineLinux, StrangeThingsAmongUnitsAreNoUnits) {
  std::filesystem::create_directories(files_.path("etc/system/dir.service"));
  link("loop.service", "etc/system/loop.service");
  link("/nowhere/x.slice", "etc/system/x.slice");
  ASSERT_EQ(::mkfifo(files_.path("etc/system/fifo.service").c_str(), 0600), 0);
  files_.write("lib/system/long.service", std::string(100'000, 'x') + "\n" + kKill);
  EXPECT_THAT(read().managed, IsEmpty());
}

}  // namespace
}  // namespace forestall::cli
