// SPDX-License-Identifier: MIT
// What ProcfsTable reads when it has just learnt who is there, and when it reads everybody all the same.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "unit/score/kin_of_table_linux.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::UnorderedElementsAre;

/// A leak beside a small one, just learnt.
class LargeOfTable : public KinOfTable {
 protected:
  LargeOfTable() {
    proc_.add({.pid = 50, .comm = "leak", .anon = kGiB});
    proc_.add({.pid = 51, .comm = "small", .anon = kSmall});
    say(2 * kGiB, 99);
    learn_all();
  }
  void learn_all() {
    settle();
    learn();
    after(50ms);
  }
  /// What the machine holds in all, and the newest pid.
  void say(Bytes anon, int newest_pid) {
    proc_.write("meminfo", fmt::format("MemTotal: 8000000 kB\nAnonPages:  {} kB\nSwapTotal: {} kB\nSwapFree: {} kB\n",
                                       anon / kKiB, sample_.memory.swap_total / kKiB, sample_.memory.swap_free / kKiB));
    proc_.write("loadavg", fmt::format("0.00 0.01 0.05 1/80 {}\n", newest_pid));
  }
  void after(Duration time) { sample_.time += time; }
  static std::vector<std::int32_t> large(const Census& census) {
    std::vector<std::int32_t> all;
    for (const ProcessFacts& facts : census.processes) all.push_back(facts.id.pid);
    return all;
  }
  /// A small one has grown, and nothing else tells of it: only who reads everybody sees it.
  void small_grows_unseen() { proc_.add({.pid = 51, .comm = "small", .anon = 2 * kSmall}); }
  [[nodiscard]] bool reads_everybody() { return kin(51).memory != kSmall; }
};

TEST_F(LargeOfTable, TheyAloneAreReadAnewIfNothingElseHasHappened) {
  proc_.add({.pid = 50, .comm = "leak", .anon = 3 * kGiB, .parent = 7, .adj = 5});
  small_grows_unseen();
  say(4 * kGiB, 99);
  const Census census = look();
  ASSERT_THAT(large(census), UnorderedElementsAre(50));
  EXPECT_EQ(census.processes[0].anon, 3 * kGiB);
  EXPECT_EQ(census.processes[0].oom_score_adj, 5);
  EXPECT_THAT(pids(census), UnorderedElementsAre(50, 51));
  EXPECT_EQ(kin_in(census, 50).memory, 3 * kGiB + 4 * kKiB);
  EXPECT_EQ(kin_in(census, 50).parent, 7);
  EXPECT_EQ(kin_in(census, 51).memory, kSmall) << "as it was learnt";
  EXPECT_EQ(census.seen, 2U);
}

TEST_F(LargeOfTable, WhoWasSmallAndHasGrownIsFound) {
  proc_.add({.pid = 51, .comm = "small", .anon = kGiB});
  say(3 * kGiB - kSmall, 99);
  EXPECT_THAT(large(look()), UnorderedElementsAre(50, 51));
}

TEST_F(LargeOfTable, EverybodyIsReadIfOthersHoldAQuarterOfWhatMattersMoreOrLess) {
  small_grows_unseen();
  const Bytes quarter = kAtLeast / 4;
  for (const Bytes held : {2 * kGiB - quarter + kMiB, 2 * kGiB + quarter - kMiB}) {
    say(held, 99);
    EXPECT_FALSE(reads_everybody());
  }
  for (const Bytes held : {2 * kGiB - quarter, 2 * kGiB + quarter}) {
    say(held, 99);
    EXPECT_TRUE(reads_everybody());
    proc_.add({.pid = 51, .comm = "small", .anon = kSmall});
    say(2 * kGiB, 99);
    learn();
    small_grows_unseen();
  }
}

TEST_F(LargeOfTable, WhoHasGrownIntoSwapIsFound) {
  proc_.add({.pid = 51, .comm = "small", .anon = kSmall, .swap = 512 * kMiB});
  sample_.memory.swap_free -= 512 * kMiB;
  say(2 * kGiB, 99);
  EXPECT_THAT(large(look()), UnorderedElementsAre(50, 51));
}

TEST_F(LargeOfTable, WhoHasGrownWhileALargeOneForkedIsFound) {
  proc_.add({.pid = 51, .comm = "small", .anon = 512 * kMiB});
  proc_.add({.pid = 100, .comm = "child", .anon = kGiB});
  say(2 * kGiB + 512 * kMiB - kSmall, 100);  // the child's is the parent's too
  EXPECT_THAT(large(look()), UnorderedElementsAre(50, 51, 100));
}

TEST_F(LargeOfTable, WhoWasBornSinceIsFound) {
  small_grows_unseen();
  proc_.add({.pid = 100, .comm = "newcomer", .anon = kGiB});
  proc_.add({.pid = 102, .comm = "minor", .anon = kSmall});
  say(3 * kGiB, 102);
  const Census census = look();
  EXPECT_THAT(large(census), UnorderedElementsAre(50, 100));
  EXPECT_THAT(pids(census), UnorderedElementsAre(50, 51, 100, 102));
  EXPECT_EQ(kin_in(census, 51).memory, kSmall) << "and not by reading everybody";
  EXPECT_EQ(census.seen, 4U);
  EXPECT_THAT(pids(look()), UnorderedElementsAre(50, 51, 100, 102)) << "once";
}

TEST_F(LargeOfTable, WhoWasBornWhileEverybodyWasReadIsThereOnce) {
  proc_.add({.pid = 100, .comm = "minor", .anon = kSmall});
  learn();
  small_grows_unseen();
  say(2 * kGiB, 100);
  EXPECT_THAT(pids(look()), UnorderedElementsAre(50, 51, 100));
  EXPECT_FALSE(reads_everybody());
}

TEST_F(LargeOfTable, WhoHasJustBeenBornIsReadEachTime) {
  MadeUp child{.pid = 100, .comm = "sh", .anon = kSmall, .parent = 7, .process_group = 50};
  proc_.add(child);
  after(1s);
  say(2 * kGiB, 100);
  learn();
  small_grows_unseen();
  child.comm = "precious";
  child.process_group = 100;
  proc_.add(child);
  const Census census = look();
  EXPECT_EQ(kin_in(census, 100).process_group, 100);
  EXPECT_EQ(kin_in(census, 100).comm.view(), "precious");
  EXPECT_EQ(kin_in(census, 51).memory, kSmall) << "and nobody else";
}

TEST_F(LargeOfTable, WhoWasBornSecondsAgoIsReadEachTimeToo) {
  MadeUp child{.pid = 100, .comm = "sh", .anon = kSmall, .process_group = 50};
  proc_.add(child);
  say(2 * kGiB, 100);
  after(5s);
  learn();  // by this one it will be told who is young later on, not yet now
  after(1s);
  learn();
  child.process_group = 100;
  proc_.add(child);
  EXPECT_EQ(kin(100).process_group, 100);
  for (int i = 0; i < 5; ++i) {
    after(1s);
    learn();
  }
  child.process_group = 7;
  proc_.add(child);
  EXPECT_EQ(kin(100).process_group, 100) << "settled by now";
}

TEST_F(LargeOfTable, WhoDoesNotExistYetIsMetLater) {
  small_grows_unseen();
  say(2 * kGiB, 100);
  EXPECT_THAT(pids(look()), UnorderedElementsAre(50, 51));
  proc_.add({.pid = 100, .comm = "late", .anon = kSmall});
  const Census census = look();
  EXPECT_THAT(pids(census), UnorderedElementsAre(50, 51, 100));
  EXPECT_EQ(kin_in(census, 51).memory, kSmall);
}

TEST_F(LargeOfTable, WhoHoldsHalfOfWhatMattersIsReadToo) {
  proc_.add({.pid = 52, .comm = "half", .anon = kAtLeast - 4 * kMiB});
  learn_all();
  proc_.add({.pid = 52, .comm = "half", .anon = kAtLeast + 4 * kMiB});
  small_grows_unseen();
  say(2 * kGiB + kAtLeast / 4 - kMiB, 99);
  EXPECT_THAT(large(look()), UnorderedElementsAre(50, 52));
}

TEST_F(LargeOfTable, ThereMayBeHundreds) {
  for (std::int32_t pid = 200; pid < 200 + 150; ++pid) proc_.add({.pid = pid, .comm = "tab", .anon = 100 * kMiB});
  say(20 * kGiB, 500);
  learn_all();
  learn_all();  // by now they are young no more
  small_grows_unseen();
  const Census census = look();
  EXPECT_EQ(census.processes.size(), 151U);
  EXPECT_EQ(kin_in(census, 51).memory, kSmall);
}

TEST_F(LargeOfTable, AThreadIsNobodyOfItsOwn) {
  small_grows_unseen();
  proc_.add({.pid = 100, .comm = "leak", .anon = kGiB});
  proc_.write("100/status", "Name:\tleak\nTgid:\t50\nUid:\t1\t1\t1\t1\nRssAnon:\t1048576 kB\n");
  say(2 * kGiB, 100);
  const Census census = look();
  EXPECT_THAT(pids(census), UnorderedElementsAre(50, 51));
  EXPECT_EQ(kin_in(census, 51).memory, kSmall);
}

TEST_F(LargeOfTable, WhoIsGoneIsNotThere) {
  std::filesystem::remove_all(proc_.path("50"));
  small_grows_unseen();
  say(kGiB, 99);
  const Census census = look();
  EXPECT_TRUE(census.processes.empty());
  EXPECT_THAT(pids(census), UnorderedElementsAre(51));
  EXPECT_EQ(kin_in(census, 51).memory, kSmall);
}

TEST_F(LargeOfTable, EverybodyIsReadAfterAWhile) {
  small_grows_unseen();
  EXPECT_FALSE(reads_everybody());
  after(1100ms);
  EXPECT_FALSE(reads_everybody());
  after(100ms);
  EXPECT_TRUE(reads_everybody());
}

TEST_F(LargeOfTable, WhoeverHasJustReadEverybodyNeedNotDoItAgain) {
  after(2s);
  EXPECT_FALSE(reads_everybody()) << "nobody has grown yet";
  small_grows_unseen();
  EXPECT_FALSE(reads_everybody());
  proc_.add({.pid = 51, .comm = "small", .anon = kGiB});
  say(3 * kGiB - kSmall, 99);
  EXPECT_THAT(large(look()), UnorderedElementsAre(50, 51));
}

TEST_F(LargeOfTable, EverybodyIsReadAfterManyBirths) {
  small_grows_unseen();
  say(2 * kGiB, 99 + 64);
  EXPECT_FALSE(reads_everybody());
  say(2 * kGiB, 99 + 65);
  EXPECT_TRUE(reads_everybody());
}

TEST_F(LargeOfTable, EverybodyIsReadWhenPidsBeginAnew) {
  small_grows_unseen();
  say(2 * kGiB, 52);
  EXPECT_TRUE(reads_everybody());
}

TEST_F(LargeOfTable, EverybodyIsReadIfOthersAreAskedFor) {
  small_grows_unseen();
  EXPECT_EQ(kin_in(table().look(sample_, kAtLeast / 2), 51).memory, 2 * kSmall);
}

TEST_F(LargeOfTable, EverybodyIsReadWhereLittleMatters) {
  constexpr Bytes little = 2 * kMiB;
  table().learn(sample_, little);
  small_grows_unseen();
  EXPECT_EQ(kin_in(table().look(sample_, little), 51).memory, 2 * kSmall + 4 * kKiB) << "large, and read in full";
  proc_.add({.pid = 51, .comm = "small", .anon = kSmall / 2});
  table().learn(sample_, little);
  proc_.add({.pid = 51, .comm = "small", .anon = kSmall / 4});
  EXPECT_EQ(kin_in(table().look(sample_, little), 51).memory, kSmall / 4);
}

TEST_F(LargeOfTable, EverybodyIsReadWhereThatIsNotTold) {
  small_grows_unseen();
  for (const char* file : {"loadavg", "meminfo"}) {
    EXPECT_FALSE(reads_everybody()) << file;
    proc_.write(file, "");
    EXPECT_TRUE(reads_everybody()) << file;
    proc_.add({.pid = 51, .comm = "small", .anon = kSmall});
    say(2 * kGiB, 99);
    learn();
    small_grows_unseen();
  }
}

TEST_F(LargeOfTable, EverybodyIsReadWhereEntriesHaveChanged) {
  small_grows_unseen();
  table().replace(book({}));
  EXPECT_TRUE(reads_everybody());
}

TEST_F(LargeOfTable, EverybodyIsReadWhenSomethingWasFoundOutAboutSomebody) {
  // Its family must not go for want of having heard that it is protected.
  table().replace(book({{.cmdline = "precious", .uid = 1000}}));
  proc_.add({.pid = 51, .comm = "small", .anon = kSmall, .cmdline = "precious"});
  learn_thoroughly();
  EXPECT_TRUE(kin(51).must_live);
}

TEST_F(LargeOfTable, OfOneCgroupEverybodyIsRead) {
  table().confine_to("/system.slice");
  learn_all();
  small_grows_unseen();
  EXPECT_TRUE(reads_everybody());
}

}  // namespace
}  // namespace forestall::testing
