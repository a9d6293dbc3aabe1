// SPDX-License-Identifier: MIT
#include "report/incident_json.h"

#include <gtest/gtest.h>

#include "unit/report/incidents.h"

namespace forestall {
namespace {

TEST(IncidentJson, TellsAProcess) {
  EXPECT_EQ(process_json(testing::spared(1, "systemd", kMiB, Mercy::init).process),
            R"({"pid":1,"comm":"systemd","uid":0,"unit":"ssh.service","bytes":1048576,"oom_score_adj":0})");
}

TEST(IncidentJson, TellsCandidatesWithEveryTerm) {
  const CandidateNote c = testing::candidate(4242, "firefox", kGiB);
  EXPECT_EQ(
      candidates_json(std::span(&c, 1)),
      R"([{"pid":4242,"comm":"firefox","uid":1000,"unit":"app-firefox.scope","bytes":1073741824,)"
      R"("oom_score_adj":100,"kind":"process","processes":1,"counted_together":1,"score":300.0,"terms":[{"name":"memory","points":250.0},)"
      R"({"name":"adj","points":100.0},{"name":"prefer","points":0.0},{"name":"avoid","points":-50.0}]}])");
}

TEST(IncidentJson, TellsWhoGoTogether) {
  const Incident i = testing::incident_of(Kind::unit);
  const std::string text = candidates_json(std::span(i.candidates).first(1));
  EXPECT_NE(text.find(R"("kind":"unit","processes":33,"counted_together":40,)"), std::string::npos) << text;
}

TEST(IncidentJson, TellsTheSparedWithTheirReason) {
  const std::array<SparedNote, 2> all = {testing::spared(1, "systemd", kMiB, Mercy::init),
                                         testing::spared(9, "db", 2 * kMiB, Mercy::protect)};
  EXPECT_EQ(
      spared_json(all),
      R"([{"pid":1,"comm":"systemd","uid":0,"unit":"ssh.service","bytes":1048576,"oom_score_adj":0,"why":"init"},)"
      R"({"pid":9,"comm":"db","uid":0,"unit":"ssh.service","bytes":2097152,"oom_score_adj":0,"why":"protect",)"
      R"("entry":2}])");
}

TEST(IncidentJson, OfNobodyIsAnEmptyList) {
  EXPECT_EQ(candidates_json({}), "[]");
  EXPECT_EQ(spared_json({}), "[]");
}

TEST(IncidentJson, TellsTheLargestNumbersWhole) {
  CandidateNote c = testing::candidate(INT32_MAX, "x", UINT64_MAX);
  c.process.uid = UINT32_MAX;
  const std::string text = candidates_json(std::span(&c, 1));
  EXPECT_NE(text.find("\"bytes\":18446744073709551615"), std::string::npos) << text;
  EXPECT_NE(text.find("\"uid\":4294967295"), std::string::npos) << text;
}

TEST(IncidentJson, TellsARankingAsExplainDoes) {
  const Incident i = testing::incident();
  EXPECT_EQ(
      ranking_json(i),
      R"({"mem_available_bytes":1503657984,"user_memory_bytes":17179869184,"swap_left_bytes":0,)"
      R"("swap_total_bytes":0,"action":"terminate","minimum_bytes":0,"processes":321,"eligible":2,"candidates":)" +
          candidates_json(std::span(i.candidates).first(2)) + R"(,"spared":)" +
          spared_json(std::span(i.spared).first(1)) + "}");
}

}  // namespace
}  // namespace forestall
