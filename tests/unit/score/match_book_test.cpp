// SPDX-License-Identifier: MIT
// What all entries together say of one process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "score/match.h"

namespace forestall {
namespace {

using std::chrono::seconds;

std::optional<std::uint32_t> no_users(const std::string& /*name*/) { return std::nullopt; }

Traits root_process(std::string_view comm) {
  Traits t;
  t.comm = comm;
  return t;
}

Match entry(const char* comm, std::int64_t points, std::optional<Duration> grace = std::nullopt) {
  Match m;
  m.comm = comm;
  m.points = points;
  m.grace = grace;
  return m;
}

MatchBook book(const Config& config) {
  auto compiled = MatchBook::compile(config, no_users);
  EXPECT_TRUE(compiled) << compiled.error().what;
  return compiled.value_or(MatchBook{});
}

TEST(MatchBook, WithoutEntriesIsEmpty) {
  const MatchBook empty;
  EXPECT_TRUE(empty.empty());
  EXPECT_FALSE(empty.reads_files());
  const Profile profile = empty.profile(root_process("x"));
  EXPECT_TRUE(profile.complete);
  EXPECT_FALSE(profile.is_protected);
  EXPECT_FALSE(profile.grace);
}

TEST(MatchBook, SaysWhichUsersThereAreNot) {
  Match of_ann = entry("a", 1), of_bob = entry("b", 1), of_all = entry("c", 1);
  of_ann.user = "ann";
  of_bob.user = "bob";
  Config config;
  config.protect = {of_ann, of_bob};
  config.avoid = {of_all};
  config.prefer = {of_bob};
  EXPECT_THAT(book(config).unknown_users(), ::testing::ElementsAre("ann", "bob"));
  const auto all_users = [](const std::string& /*name*/) { return std::optional<std::uint32_t>(7); };
  EXPECT_THAT(MatchBook::compile(config, all_users).value().unknown_users(), ::testing::IsEmpty());
  config.protect[0].uid = 8;
  EXPECT_THAT(MatchBook::compile(config, all_users).value().unknown_users(), ::testing::IsEmpty())
      << "there is one, and the entry contradicts itself";
}

TEST(MatchBook, ImmunityOfUsersIsHeededUnlessItIsTakenAway) {
  Config config;
  EXPECT_EQ(book(config).heeded_adj(kImmune, 1000), kImmune);
  config.victim.immune_users = false;
  EXPECT_EQ(book(config).heeded_adj(kImmune, 1000), 0);
  EXPECT_EQ(book(config).heeded_adj(kImmune, 0), kImmune) << "root's stays";
  EXPECT_EQ(book(config).heeded_adj(kImmune + 1, 1000), kImmune + 1);
}

TEST(MatchBook, PointsOfAllEntriesThatMatchAddUp) {
  Config config;
  config.prefer = {entry("fox", 100), entry("fire", 20), entry("other", 3)};
  config.avoid = {entry("fox", 7)};
  const Profile profile = book(config).profile(root_process("firefox"));
  EXPECT_EQ(profile.prefer_points, 120);
  EXPECT_EQ(profile.avoid_points, 7);
}

TEST(MatchBook, TheLongestGraceCounts) {
  Config config;
  config.prefer = {entry("fox", 1, seconds(2)), entry("fox", 1)};
  config.avoid = {entry("fox", 1, seconds(9)), entry("other", 1, seconds(60))};
  EXPECT_EQ(book(config).profile(root_process("firefox")).grace, Duration(seconds(9)));
  EXPECT_EQ(book(config).profile(root_process("mother")).grace, Duration(seconds(60)));
}

TEST(MatchBook, TellsWhichEntryProtects) {
  Config config;
  config.protect = {entry("other", 0), entry("fox", 0), entry("fire", 0)};
  const Profile profile = book(config).profile(root_process("firefox"));
  EXPECT_TRUE(profile.is_protected);
  EXPECT_EQ(profile.protected_by, 1);
  EXPECT_FALSE(book(config).profile(root_process("chromium")).is_protected);
}

TEST(MatchBook, ProtectAsksForTrustAndTheOthersDoNot) {
  Config config;
  config.protect = config.avoid = {entry("fox", 5)};
  Traits t = root_process("firefox");
  t.uid = 1000;
  EXPECT_FALSE(book(config).profile(t).is_protected);
  EXPECT_EQ(book(config).profile(t).avoid_points, 5);
}

TEST(MatchBook, ReadsFilesOnlyIfAnEntryAsksForThem) {
  for (auto entries : {&Config::protect, &Config::avoid, &Config::prefer}) {
    Config config;
    config.*entries = {entry("x", 1)};
    EXPECT_FALSE(book(config).reads_files());
    (config.*entries)[0].exe = "x";
    EXPECT_TRUE(book(config).reads_files());
    (config.*entries)[0].exe.reset();
    (config.*entries)[0].cmdline = "x";
    EXPECT_TRUE(book(config).reads_files());
  }
}

TEST(MatchBook, ABadPatternAnywhereIsAnError) {
  for (auto entries : {&Config::protect, &Config::avoid, &Config::prefer}) {
    Config config;
    config.*entries = {entry("fine", 1), entry("(", 1)};
    EXPECT_FALSE(MatchBook::compile(config, no_users));
  }
}

TEST(MatchBook, KeepsProgramAndCommandLineForTheRecord) {
  Traits t = root_process("x");
  t.exe = "/usr/bin/x";
  t.cmdline = "x --now";
  const Profile profile = MatchBook{}.profile(t);
  EXPECT_EQ(profile.exe.view(), "/usr/bin/x");
  EXPECT_EQ(profile.cmdline.view(), "x --now");
}

}  // namespace
}  // namespace forestall
