// SPDX-License-Identifier: MIT
// Whom a drill would cost: nobody but its own child, or there is no drill.
#include "cli/drill_standing.h"

#include <gmock/gmock.h>

#include <deque>

#include "cli/drill_child_linux.h"

namespace forestall::testing {
namespace {

using cli::Standing;

class DrillStanding : public ::testing::Test {
 protected:
  DrillStanding() {
    sample_.time = Instant(std::chrono::hours(1));
    sample_.memory.mem_total = 16 * kGiB;
    child_ = process(500, cli::kDrillName, kMiB);
    child_.oom_score_adj = 1000;
    processes_.push_back(child_);
    kin_.push_back(kin_of(child_));
  }
  static ProcessFacts process(std::int32_t pid, std::string_view comm, Bytes memory) {
    ProcessFacts p;
    p.id = {pid, static_cast<std::uint64_t>(pid)};
    p.parent = 1;
    p.process_group = pid;
    p.uid = 1000;
    p.state = 'S';
    p.comm.assign(comm);
    p.anon = memory;
    p.profile.complete = true;
    return p;
  }
  static Kin kin_of(const ProcessFacts& p) {
    Kin k;
    k.id = p.id;
    k.parent = p.parent;
    k.process_group = p.process_group;
    k.uid = p.uid;
    k.oom_score_adj = p.oom_score_adj;
    k.comm.assign(p.comm.view());
    k.memory = p.freed_by_death();
    k.profile_known = true;
    return k;
  }
  ProcessFacts& add(std::int32_t pid, Bytes memory, std::int32_t group = 0) {
    ProcessFacts p = process(pid, "other", memory);
    if (group != 0) p.process_group = group;
    kin_.push_back(kin_of(p));
    if (memory >= 64 * kMiB) processes_.push_back(p);
    return processes_.back();
  }
  Standing standing(Bytes size) {
    ProcessFacts child = child_;
    child.anon = size;
    const std::vector<ProcessFacts> processes(processes_.begin(), processes_.end());
    const KnownPlace nowhere;
    const Census census{processes, {}, processes.size(), kin_, std::span(&nowhere, 1)};
    return cli::standing_of(child, census, config_, sample_);
  }

  Config config_;
  Sample sample_;
  ProcessFacts child_;
  std::deque<ProcessFacts> processes_;
  std::vector<Kin> kin_;
};

TEST_F(DrillStanding, AloneItGoesFirst) {
  EXPECT_TRUE(standing(kGiB).goes_first);
  EXPECT_FALSE(standing(kGiB).next);
}

TEST_F(DrillStanding, ItGoesBeforeOneWhoIsAHalfOfItAndThatOneIsNext) {
  add(7, kGiB);
  const Standing s = standing(2 * kGiB);
  EXPECT_TRUE(s.goes_first);
  ASSERT_TRUE(s.next);
  EXPECT_EQ(s.next->process.id.pid, 7);
}

TEST_F(DrillStanding, ALargerOneIsARival) {
  add(7, 8 * kGiB);
  const Standing s = standing(2 * kGiB);
  EXPECT_FALSE(s.goes_first);
  ASSERT_TRUE(s.rival);
  EXPECT_EQ(s.rival->process.id.pid, 7);
}

TEST_F(DrillStanding, OneWhoWouldComeAfterItIsARivalIfHisGrowthIsNotKnown) {
  // By what can be seen 2 × 4 GiB against 5 GiB. All of the 5 may be new, and the program one that had to be ended.
  add(7, 5 * kGiB);
  const Standing s = standing(4 * kGiB);
  EXPECT_FALSE(s.goes_first);
  ASSERT_TRUE(s.rival);
  EXPECT_EQ(s.rival->process.id.pid, 7);
}

TEST_F(DrillStanding, ManySmallOnesWhoGoTogetherAreARival) {
  for (std::int32_t pid = 20; pid < 120; ++pid) add(pid, 60 * kMiB, 20);
  EXPECT_TRUE(standing(8 * kGiB).goes_first);
  const Standing s = standing(2 * kGiB);
  EXPECT_FALSE(s.goes_first);
  EXPECT_TRUE(s.rival);
}

TEST_F(DrillStanding, OneWhomNobodyMayKillIsNoRival) {
  ProcessFacts& immune = add(7, 8 * kGiB);
  immune.oom_score_adj = kImmune;
  kin_.back().must_live = true;
  EXPECT_TRUE(standing(kGiB).goes_first);
}

TEST_F(DrillStanding, WhereEntriesAreNotKnownToMatchItDoesNotGoFirst) {
  add(7, 128 * kMiB).profile.complete = false;
  const Standing s = standing(2 * kGiB);
  EXPECT_FALSE(s.known);
  EXPECT_FALSE(s.goes_first);
}

TEST_F(DrillStanding, AnEntryThatProtectsItIsSaid) {
  child_.profile.is_protected = true;
  child_.profile.protected_by = 2;
  const Standing s = standing(kGiB);
  EXPECT_EQ(s.mercy, Mercy::protect);
  EXPECT_EQ(s.protected_by, 2);
  EXPECT_FALSE(s.goes_first);
}

TEST_F(DrillStanding, TooSmallItIsSpared) { EXPECT_EQ(standing(kMiB).mercy, Mercy::too_small); }

}  // namespace
}  // namespace forestall::testing
