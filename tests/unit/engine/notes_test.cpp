// SPDX-License-Identifier: MIT
#include "engine/notes.h"

#include <gmock/gmock.h>

namespace forestall {
namespace {

ProcessFacts process(std::int32_t pid) {
  ProcessFacts p;
  p.id = {pid, 77};
  p.uid = 1000;
  p.comm.assign("name");
  p.anon = 3 * kMiB;
  p.swap = 2 * kMiB;
  p.page_tables = kMiB;
  p.shmem = kGiB;
  p.oom_score_adj = -5;
  p.place.unit.assign("user@1000.service");
  return p;
}

TEST(ProcessNote, KeepsWhatARecordNeeds) {
  const ProcessNote n = note(process(4));
  EXPECT_EQ(n.id, (ProcessId{4, 77}));
  EXPECT_EQ(n.uid, 1000U);
  EXPECT_EQ(n.comm.view(), "name");
  EXPECT_EQ(n.memory, 6 * kMiB) << "what its death frees: no shared pages";
  EXPECT_EQ(n.oom_score_adj, -5);
}

TEST(ProcessNote, NamesTheUsersUnitWhereThereIsOne) {
  ProcessFacts p = process(4);
  EXPECT_EQ(note(p).unit.view(), "user@1000.service");
  p.place.user_unit.assign("app-editor.scope");
  EXPECT_EQ(note(p).unit.view(), "app-editor.scope");
}

class RankingNote : public ::testing::Test {
 protected:
  void fill(std::size_t candidates, std::size_t spared) {
    for (std::size_t i = 0; i < candidates + spared; ++i) facts.push_back(process(static_cast<std::int32_t>(i)));
    for (std::size_t i = 0; i < candidates; ++i) {
      Candidate c;
      c.process = &facts[i];
      c.terms[0] = {"memory", 9};
      c.term_count = 1;
      c.score = 9;
      ranking.order.push_back(c);
    }
    for (std::size_t i = candidates; i < candidates + spared; ++i)
      ranking.spared.push_back({&facts[i], Mercy::protect});
    note(ranking, incident);
  }

  std::vector<ProcessFacts> facts;
  Ranking ranking;
  Incident incident;
};

TEST_F(RankingNote, KeepsTheFirstFewAndSaysHowManyThereWere) {
  facts.reserve(64);
  ranking.seen = 300;
  ranking.minimum = 64 * kMiB;
  fill(kShownCandidates + 5, kShownSpared + 7);
  EXPECT_EQ(incident.candidate_count, kShownCandidates);
  EXPECT_EQ(incident.eligible, kShownCandidates + 5);
  EXPECT_EQ(incident.spared_count, kShownSpared);
  EXPECT_EQ(incident.seen, 300U);
  EXPECT_EQ(incident.minimum, 64 * kMiB);
  for (std::size_t i = 0; i < kShownCandidates; ++i) {
    EXPECT_EQ(incident.candidates[i].process.id.pid, static_cast<std::int32_t>(i));
  }
}

TEST_F(RankingNote, OutlivesTheRanking) {
  facts.reserve(64);
  fill(1, 1);
  facts.clear();
  facts.shrink_to_fit();
  ranking = Ranking{};
  EXPECT_EQ(incident.candidates[0].process.comm.view(), "name");
  EXPECT_EQ(incident.candidates[0].terms[0].name, "memory");
  EXPECT_EQ(incident.candidates[0].score, 9);
  EXPECT_EQ(incident.spared[0].process.comm.view(), "name");
  EXPECT_EQ(incident.spared[0].why, Mercy::protect);
}

TEST_F(RankingNote, SaysWhoGoTogetherAndHowManyAreCounted) {
  facts.reserve(64);
  fill(2, 0);
  EXPECT_EQ(incident.candidates[0].process.kind, Kind::process);
  EXPECT_EQ(incident.candidates[0].process.processes, 1U);
  EXPECT_EQ(incident.candidates[0].counted, 1U);
  ranking.order[1].party = {Kind::family, facts[1].id, 12};
  ranking.order[1].counted = 40;
  note(ranking, incident);
  EXPECT_EQ(incident.candidates[1].process.kind, Kind::family);
  EXPECT_EQ(incident.candidates[1].process.processes, 12U);
  EXPECT_EQ(incident.candidates[1].counted, 40U);
}

TEST_F(RankingNote, SaysWhichEntryProtected) {
  facts.reserve(64);
  facts.push_back(process(9));
  facts.back().profile.protected_by = 3;
  ranking.spared.push_back({&facts.back(), Mercy::protect});
  note(ranking, incident);
  EXPECT_EQ(incident.spared[0].protected_by, 3U);
  EXPECT_EQ(incident.candidate_count, 0U);
}

}  // namespace
}  // namespace forestall
