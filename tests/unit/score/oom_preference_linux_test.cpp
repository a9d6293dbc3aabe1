// SPDX-License-Identifier: MIT
#include "score/oom_preference_linux.h"

#include <gtest/gtest.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "unit/file_tree_linux.h"
#include "unit/score/kin_of_table_linux.h"

namespace forestall {
namespace {

using testing::FileTree;
using testing::kAtLeast;
using testing::kSmall;

void set(const std::string& directory, const char* attribute, std::string_view value) {
  ASSERT_EQ(::setxattr(directory.c_str(), attribute, value.data(), value.size(), 0), 0) << std::strerror(errno);
}

/// Whoever runs the tests owns the files: only root's count.
OomPreference as_owner(OomPreference preference) { return ::geteuid() == 0 ? preference : OomPreference::none; }

TEST(OomPreferenceOfUnit, IsWhatSystemdHasWrittenThere) {
  const FileTree unit;
  EXPECT_EQ(read_oom_preference(unit.path()), OomPreference::none);
  set(unit.path(), "user.oomd_avoid", "1");
  EXPECT_EQ(read_oom_preference(unit.path()), as_owner(OomPreference::avoid));
  set(unit.path(), "user.oomd_omit", "1");
  EXPECT_EQ(read_oom_preference(unit.path()), as_owner(OomPreference::omit)) << "the stronger one counts";
}

TEST(OomPreferenceOfUnit, IsNothingElse) {
  const FileTree unit;
  for (const auto* value : {"", "0", "11", "yes"}) {
    set(unit.path(), "user.oomd_omit", value);
    EXPECT_EQ(read_oom_preference(unit.path()), OomPreference::none) << value;
  }
  EXPECT_EQ(read_oom_preference(unit.path("gone")), std::nullopt);
}

TEST(OomPreferenceOfUnit, IsNotForAUserToSay) {
  const FileTree unit;
  set(unit.path(), "user.oomd_omit", "1");
  constexpr uid_t nobody = 65534;
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(unit.path().c_str(), nobody, nobody), 0);
  }
  EXPECT_EQ(read_oom_preference(unit.path()), OomPreference::none);
}

class PreferenceOfTable : public testing::KinOfTable {
 protected:
  /// a.service and b.service, with a large and a small process each; this is said of a.service.
  void say_of_a(const char* attribute) {
    for (const std::int32_t pid : {51, 52, 61, 62}) {
      const std::string unit = pid < 60 ? "a" : "b";
      cgroups_.write("system.slice/" + unit + ".service/memory.stat", "shmem 0\n");
      proc_.add(
          {.pid = pid, .anon = pid % 2 == 1 ? kGiB : kSmall, .cgroup = "/system.slice/" + unit + ".service/main"});
    }
    set(cgroups_.path("system.slice/a.service"), attribute, "1");
  }
  static ProcessFacts large(const Census& census, std::int32_t pid) {
    for (const ProcessFacts& p : census.processes) {
      if (p.id.pid == pid) return p;
    }
    ADD_FAILURE() << pid;
    return {};
  }
};

TEST_F(PreferenceOfTable, OmitProtectsAllOfTheUnitAndNobodyElse) {
  say_of_a("user.oomd_omit");
  settle();
  const Census census = look();
  const bool heeded = as_owner(OomPreference::omit) == OomPreference::omit;
  for (const std::int32_t pid : {51, 52}) EXPECT_EQ(kin_in(census, pid).must_live, heeded);
  for (const std::int32_t pid : {61, 62}) EXPECT_FALSE(kin_in(census, pid).must_live);
  EXPECT_EQ(large(census, 51).profile.preference == OomPreference::omit, heeded);
  EXPECT_FALSE(large(census, 51).profile.is_protected) << "no entry of ours";
  EXPECT_EQ(large(census, 61).profile.preference, OomPreference::none);
}

TEST_F(PreferenceOfTable, AvoidCountsAsAnEntryWithoutPoints) {
  Match avoid;
  avoid.comm = "x";
  avoid.points = 7;
  book_ = testing::book({}, {avoid});
  say_of_a("user.oomd_avoid");
  settle();
  const Census census = look();
  const bool heeded = as_owner(OomPreference::avoid) == OomPreference::avoid;
  for (const std::int32_t pid : {51, 52}) EXPECT_EQ(kin_in(census, pid).avoid_points, heeded ? 107 : 7);
  for (const std::int32_t pid : {61, 62}) EXPECT_EQ(kin_in(census, pid).avoid_points, 7);
  EXPECT_EQ(large(census, 51).profile.avoid_points, heeded ? 107 : 7) << "once, however often it is looked at";
}

TEST_F(PreferenceOfTable, IsFoundOutWhenItChanges) {
  say_of_a("user.oomd_omit");
  settle();
  ASSERT_EQ(::removexattr(cgroups_.path("system.slice/a.service").c_str(), "user.oomd_omit"), 0);
  sample_.time += std::chrono::seconds(30);
  learn();
  EXPECT_FALSE(kin(51).must_live);
}

TEST_F(PreferenceOfTable, HoldsWhileTheUnitIsRestarted) {
  say_of_a("user.oomd_omit");
  settle();
  const bool before = kin(51).must_live;
  std::filesystem::rename(cgroups_.path("system.slice/a.service"), cgroups_.path("system.slice/away"));
  sample_.time += std::chrono::seconds(30);
  learn();
  EXPECT_EQ(kin(51).must_live, before);
}

TEST_F(PreferenceOfTable, OfANewUnitIsWaitedFor) {
  learn();
  say_of_a("user.oomd_omit");
  EXPECT_FALSE(large(look(), 51).profile.complete);
  learn();
  EXPECT_TRUE(large(look(), 51).profile.complete);
}

class ImmuneUsers : public testing::KinOfTable {};

TEST_F(ImmuneUsers, AreReadAsWhatTheConfigurationSays) {
  proc_.add({.pid = 51, .uid = 1000, .adj = kImmune});
  proc_.add({.pid = 52, .uid = 0, .adj = kImmune});
  learn();
  EXPECT_TRUE(kin(51).must_live);
  Config config;
  config.victim.immune_users = false;
  const auto nobody = [](const std::string& /*name*/) { return std::optional<std::uint32_t>{}; };
  table().replace(std::make_shared<const MatchBook>(MatchBook::compile(config, nobody).value()));
  learn();
  EXPECT_FALSE(kin(51).must_live);
  EXPECT_EQ(kin(51).oom_score_adj, 0);
  EXPECT_TRUE(kin(52).must_live) << "root's";
}

}  // namespace
}  // namespace forestall
