// SPDX-License-Identifier: MIT
#include "score/match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "unit/score/facts.h"

namespace forestall {
namespace {

using ::testing::HasSubstr;
using testing::kAlice;

std::optional<std::uint32_t> users(const std::string& name) {
  if (name == "root") return 0;
  if (name == "alice") return kAlice;
  return std::nullopt;
}

constexpr std::string_view kUserTree = "/user.slice/user-1000.slice/user@1000.service";

Traits firefox() {
  Traits t;
  t.comm = "firefox-esr";
  t.exe = "/usr/lib/firefox-esr/firefox-esr";
  t.cmdline = "/usr/lib/firefox-esr/firefox-esr --private";
  t.uid = kAlice;
  t.place = testing::process(1, "", 0, 0, std::string(kUserTree) + "/app.slice/app-firefox-1.scope").place;
  return t;
}

Traits in_place(std::string_view path, std::uint32_t uid) {
  Traits t;
  t.comm = "postgres";
  t.uid = uid;
  t.place = testing::process(1, "", 0, 0, path).place;
  return t;
}

Matcher compiled(const Match& entry) {
  auto matcher = Matcher::compile(entry, users);
  EXPECT_TRUE(matcher) << matcher.error().what;
  return matcher.value_or(Matcher{});
}
bool matches(const Match& entry, const Traits& traits) { return compiled(entry).matches(traits); }
bool protects(const Match& entry, const Traits& traits) { return compiled(entry).protects(traits); }

Match whole_entry() {
  Match m;
  m.comm = "^firefox";
  m.exe = "lib/firefox";
  m.cmdline = "--private$";
  m.user = "alice";
  m.uid = kAlice;
  m.unit = "^app-firefox";
  m.slice = "^user-1000";
  m.cgroup = "app[.]slice";
  return m;
}

TEST(Matcher, AllThatIsGivenMatches) { EXPECT_TRUE(matches(whole_entry(), firefox())); }

TEST(Matcher, OneThatDoesNotMatchIsEnough) {
  for (const auto pattern : {&Match::comm, &Match::exe, &Match::cmdline, &Match::unit, &Match::slice, &Match::cgroup}) {
    Match m = whole_entry();
    m.*pattern = "chromium";
    EXPECT_FALSE(matches(m, firefox()));
  }
  Match m = whole_entry();
  m.user.reset();
  m.uid = 0;
  EXPECT_FALSE(matches(m, firefox()));
  m.uid.reset();
  m.user = "root";
  EXPECT_FALSE(matches(m, firefox()));
}

TEST(Matcher, PatternsAreFoundAnywhereUnlessTheyArePinned) {
  EXPECT_TRUE(matches({.comm = "fox"}, firefox()));
  EXPECT_FALSE(matches({.comm = "^fox"}, firefox()));
  EXPECT_TRUE(matches({.comm = "(?i)FIREFOX"}, firefox()));
}

TEST(Matcher, AnUnknownUserIsNobody) {
  EXPECT_FALSE(matches({.user = "bob"}, firefox()));
  EXPECT_FALSE(matches({.comm = "firefox", .user = "bob"}, firefox()));
  EXPECT_FALSE(matches({.user = "bob", .uid = kAlice}, firefox()));
}

TEST(Matcher, UserAndUidMustAgree) {
  EXPECT_TRUE(matches({.user = "alice", .uid = kAlice}, firefox()));
  EXPECT_FALSE(matches({.user = "alice", .uid = 0}, firefox()));
}

TEST(Matcher, WhatCannotBeReadMatchesNothing) {
  Traits t = firefox();
  t.exe = t.cmdline = {};
  for (const auto* pattern : {"firefox", "", ".*", "^$"}) {
    EXPECT_FALSE(matches({.exe = pattern}, t)) << pattern;
    EXPECT_FALSE(matches({.cmdline = pattern}, t)) << pattern;
  }
}

TEST(Matcher, AUnitIsTheSystemsOrTheUsersOwn) {
  EXPECT_TRUE(matches({.unit = "^user@1000"}, firefox()));
  EXPECT_TRUE(matches({.unit = "^app-firefox"}, firefox()));
  EXPECT_FALSE(matches({.unit = "^session"}, firefox()));
}

TEST(Matcher, NoUserUnitIsNotAUnitWithoutAName) {
  EXPECT_FALSE(matches({.unit = "^$"}, in_place("/system.slice/postgresql.service", 110)));
  EXPECT_TRUE(matches({.unit = "^$"}, in_place("/", 110)));
}

TEST(Matcher, AContainerIsMatchedByItsName) {
  const Traits inside = in_place("/machine.slice/machine-qemu\\x2d3\\x2dweb.scope", 64055);
  EXPECT_TRUE(matches({.container = "-web$"}, inside));
  EXPECT_FALSE(matches({.container = "-db$"}, inside));
  const Traits outside = in_place("/system.slice/postgresql.service", 110);
  for (const auto* pattern : {"postgres", "", ".*", "^$"}) EXPECT_FALSE(matches({.container = pattern}, outside));
}

TEST(Matcher, ATerminalIsMatchedByItsName) {
  Traits t = firefox();
  for (const auto* pattern : {"pts", "", ".*", "^$"}) EXPECT_FALSE(matches({.tty = pattern}, t)) << "it has none";
  t.terminal = 0x8803;
  EXPECT_TRUE(matches({.tty = "^pts/"}, t));
  EXPECT_FALSE(matches({.tty = "^tty"}, t));
}

TEST(Matcher, ATerminalIsNoPlaceToBeTrusted) {
  Traits t = firefox();
  t.terminal = 0x8803;
  EXPECT_FALSE(protects({.tty = "^pts/"}, t)) << "anybody can have one";
}

TEST(Matcher, AStateIsMatchedByItsLetter) {
  Traits t = firefox();
  t.state = 'T';
  EXPECT_TRUE(matches({.state = "^[TD]$"}, t));
  EXPECT_FALSE(matches({.state = "S"}, t));
}

TEST(Matcher, ABadPatternIsAnErrorThatNamesIt) {
  for (const auto key : {&Match::comm, &Match::exe, &Match::cmdline, &Match::unit, &Match::slice, &Match::cgroup,
                         &Match::container, &Match::tty, &Match::state}) {
    Match m;
    m.*key = "a(b\x1b";
    const auto matcher = Matcher::compile(m, users);
    ASSERT_FALSE(matcher);
    EXPECT_THAT(matcher.error().what, HasSubstr("\"a(b\\x1b\" is not a valid pattern"));
  }
  EXPECT_FALSE(Matcher::compile({.comm = "(a)\\1"}, users)) << "back references cannot be had in linear time";
  EXPECT_FALSE(Matcher::compile({.comm = "((a{100}){100}){100}"}, users)) << "would take too much memory";
}

TEST(Matcher, NoPatternTakesLong) {
  // A backtracking engine needs 2^4000 steps for these.
  const std::string hostile(4000, 'a');
  Traits t = firefox();
  t.cmdline = hostile;
  const auto begin = std::chrono::steady_clock::now();
  for (const auto* pattern : {"^(a+)+$b", "(a|aa)+$b", "(.*)(.*)(.*)(.*)(.*)[^a]", "(x+x+)+y"}) {
    EXPECT_FALSE(matches({.cmdline = pattern}, t)) << pattern;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(Matcher, BytesThatAreNoUtf8AreBytes) {
  Traits t = firefox();
  t.comm = "caf\xE9\xFF";
  EXPECT_TRUE(matches({.comm = "^caf..$"}, t));
  EXPECT_TRUE(matches({.comm = "\\xE9"}, t));
  t.comm = std::string_view("a\0b\n", 4);
  EXPECT_TRUE(matches({.comm = "^a[^c]b"}, t));
  EXPECT_FALSE(matches({.comm = "^b"}, t));
}

// ---- Protection: beside each process that may be protected, one that only pretends ----------------------------------

TEST(Protects, ANameCoversOnlyRootsProcesses) {
  for (const Match& m : {Match{.comm = "firefox"}, Match{.exe = "firefox"}, Match{.cmdline = "private"}}) {
    Traits t = firefox();
    EXPECT_FALSE(protects(m, t)) << "anybody can take a name";
    t.uid = 0;
    EXPECT_TRUE(protects(m, t));
  }
}

TEST(Protects, ANamedUserMayDecideForHisOwnProcesses) {
  EXPECT_TRUE(protects({.comm = "firefox", .user = "alice"}, firefox()));
  EXPECT_TRUE(protects({.comm = "firefox", .uid = kAlice}, firefox()));
  Traits other = firefox();
  other.uid = 1001;
  EXPECT_FALSE(protects({.comm = "firefox", .user = "alice"}, other));
}

TEST(Protects, APlaceCountsWhereOnlyTheSystemCanMakeIt) {
  const Match by_unit = {.unit = "^postgresql[.]service$"};
  EXPECT_TRUE(protects(by_unit, in_place("/system.slice/postgresql.service", 110)));
  EXPECT_FALSE(protects(by_unit, in_place(std::string(kUserTree) + "/app.slice/postgresql.service", kAlice)));
  EXPECT_FALSE(protects(by_unit, in_place("/docker/x/system.slice/postgresql.service", 110)));
  EXPECT_FALSE(protects(by_unit, in_place("/system.slice/docker-1.scope/system.slice/postgresql.service", 110)));
}

TEST(Protects, ACgroupCountsOutsideTheTreesOfUsersOnly) {
  const Match by_cgroup = {.cgroup = "postgresql"};
  EXPECT_TRUE(protects(by_cgroup, in_place("/system.slice/postgresql.service/x", 110)));
  EXPECT_FALSE(protects(by_cgroup, in_place(std::string(kUserTree) + "/postgresql", kAlice)));
  EXPECT_TRUE(protects({.container = "^web$"}, in_place("/machine.slice/machine-web.scope", kAlice)));
  EXPECT_FALSE(protects({.container = "^web$"}, in_place(std::string(kUserTree) + "/machine-web.scope", kAlice)));
  EXPECT_TRUE(protects({.slice = "^user-1000"}, in_place("/user.slice/user-1000.slice/session-1.scope", kAlice)));
}

TEST(Protects, ANamedUserMakesAPlaceInHisTreeCount) {
  EXPECT_TRUE(protects({.user = "alice", .unit = "^app-firefox"}, firefox()));
}

TEST(Protects, ThoseWhomTheEntryMatches) {
  EXPECT_FALSE(protects({.comm = "chromium", .user = "alice"}, firefox()));
  EXPECT_FALSE(protects({.user = "bob"}, firefox()));
}

}  // namespace
}  // namespace forestall
