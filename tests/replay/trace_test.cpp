// SPDX-License-Identifier: MIT
#include "replay/trace.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>

#include "replay/trace_words.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr std::string_view kColumns = "columns time mem_total mem_available psi_some psi_full\n";
constexpr std::string_view kProcess =
    "process time pid start parent uid kernel state comm anon swap page_tables shmem adj cgroup exe cmdline\n";

std::string text_of(std::string_view lines) {
  return std::string("forestall trace 1\n").append(kColumns).append(kProcess).append(lines).append("end\n");
}

std::string error_of(std::string_view text) {
  const auto trace = parse_trace(text);
  return trace ? "" : trace.error().what;
}

TEST(Trace, IsReadAsItIsWritten) {
  const auto trace =
      parse_trace(text_of("0 8000 4000 100 50\n"
                          "p 10 7 99 1 1000 0 S a\\sb 2048 0 12 0 -5 /user.slice/x.scope - /bin/a\\s-b\n"
                          "50 = 3000 = 60\n"
                          "p 60 7 99 = = = R = 4096 = = = = = = =\n"
                          "x 70 7 99\n"));
  ASSERT_TRUE(trace) << trace.error().what;
  ASSERT_EQ(trace->samples.size(), 2U);
  const Sample& second = trace->samples[1];
  EXPECT_EQ(second.time, Instant(50ms));
  EXPECT_EQ(second.memory.mem_total, 8000 * kKiB);
  EXPECT_EQ(second.memory.mem_available, 3000 * kKiB);
  EXPECT_EQ(second.psi, (PressureTotals{100us, 60us}));
  EXPECT_EQ(second.vmstat, std::nullopt);
  EXPECT_EQ(second.page_size, 4 * kKiB);
  ASSERT_EQ(trace->changes.size(), 3U);
  const ProcessFacts& facts = trace->changes[1].facts;
  EXPECT_EQ(facts.id, (ProcessId{7, 99}));
  EXPECT_EQ(facts.comm.view(), "a b");
  EXPECT_EQ(facts.anon, 4 * kMiB);
  EXPECT_EQ(facts.oom_score_adj, -5);
  EXPECT_EQ(facts.place.unit.view(), "x.scope");
  EXPECT_EQ(facts.profile.exe.view(), "");
  EXPECT_EQ(facts.profile.cmdline.view(), "/bin/a -b");
  EXPECT_TRUE(trace->changes[2].gone);
}

TEST(Trace, TellsOfUnits) {
  const auto trace =
      parse_trace(text_of("0 8000 4000 100 50\nu 0 /a\\sb.service 1 omit 0 0\n50 = = = =\nu 60 /x.service 0 none "
                          "5120 7\nu 60 /x.service 0 none 0 0\n"));
  ASSERT_TRUE(trace) << trace.error().what;
  ASSERT_EQ(trace->units.size(), 3U);
  EXPECT_EQ(trace->units[0].cgroup.view(), "/a b.service");
  EXPECT_TRUE(trace->units[0].facts.whole);
  EXPECT_EQ(trace->units[0].facts.preference, OomPreference::omit);
  EXPECT_EQ(trace->units[1].time, Instant(60ms));
  EXPECT_EQ(trace->units[1].facts.filled, 5 * kMiB);
  EXPECT_EQ(trace->units[1].facts.counted_twice, 7 * kKiB);
  EXPECT_EQ(trace->units[2].facts.filled, 0U);
  for (const auto* line : {"u 60 /x 0 none 0", "u 60 /x 2 none 0 0", "u 60 /x 0 none -1 0", "u 60 /x 0 none 0 -1",
                           "u 40 /x 0 none 0 0", "u 60 /x 0 none 0 0 0", "u x /x 0 none 0 0", "u 60 /x 0 never 0 0"}) {
    EXPECT_THAT(error_of(text_of(fmt::format("0 8000 4000 - -\n50 = = = =\n{}\n", line))), HasSubstr("line 6: "))
        << line;
  }
}

TEST(Trace, SaysInWhichLineSomethingIsWrong) {
  EXPECT_THAT(error_of(text_of("0 8000 4000 - -\n50 = x = =\n")), HasSubstr("line 5: mem_available: found \"x\""));
}

struct Wrong {
  const char* lines;
  const char* complaint;
};
std::ostream& operator<<(std::ostream& os, const Wrong& w) { return os << w.complaint; }
class WrongTrace : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongTrace, IsAnError) { EXPECT_THAT(error_of(text_of(GetParam().lines)), HasSubstr(GetParam().complaint)); }

INSTANTIATE_TEST_SUITE_P(
    Lines, WrongTrace,
    ::testing::Values(
        Wrong{"0 = 4000 - -\n", "mem_total: found \"=\""}, Wrong{"0 1 2\n", "the line ends before \"psi_some\""},
        Wrong{"0 1 2 - - 3\n", "\"3\" is too much"}, Wrong{"0 1 2 - 5\n", "psi_some: found \"-\", would be read as"},
        Wrong{"0 1 02 - -\n", "would be read as \"2\""},
        Wrong{"0 1 99999999999999999999 - -\n", "mem_available: found"},
        Wrong{"0 1 1125899906842625 - -\n", "mem_available: found"},
        Wrong{"50 1 2 - -\n40 = = = =\n", "the time goes back"}, Wrong{"99999999999 1 2 - -\n", "time: found"},
        Wrong{"x 0 1 1\n", "this process was not there"},
        Wrong{"p 0 1 1 0 0 0 S = 1 1 1 1 0 / - -\n", "comm: found \"=\""},
        Wrong{"p 0 1 1 0 0 2 S c 1 1 1 1 0 / - -\n", "kernel: found \"2\""},
        Wrong{"p 0 1 1 0 0 0 S c\\x 1 1 1 1 0 / - -\n", "comm: found"},
        Wrong{"p 0 1 1 0 0 0 S c\\x0A 1 1 1 1 0 /a\\x0Ab - -\n", "cgroup: found"},
        Wrong{"p 0 1 1 0 0 0 S c 1 1 1 1 1001 / - -\n", "adj: found"}, Wrong{"y\n", "cannot begin with \"y\""},
        Wrong{"\n", "cannot begin with \"\""}, Wrong{"expect act\n", "is no name"},
        Wrong{"expect quiet before 1s\n", "is too much"}, Wrong{"expect act a|\n", "is no name"},
        Wrong{"expect act a before 1s before 2s\n", "is too much"}, Wrong{"expect act a after x\n", "x"},
        Wrong{"expect quiet\nexpect quiet\n", "only one thing"},
        Wrong{"expect sleep\n", "quiet, act, terminate or kill"}, Wrong{"lineage 1 -2\n", "is no pid"},
        Wrong{"columns time\n", "named twice"}, Wrong{"end\n", "may follow"}));

TEST(Trace, BeginsWithWhatItIs) {
  EXPECT_THAT(error_of(""), HasSubstr("line 1: a trace begins with"));
  EXPECT_THAT(error_of("forestall trace 2\nend\n"), HasSubstr("line 1: a trace begins with"));
  EXPECT_THAT(error_of("forestall trace 1\n0 1\nend\n"), HasSubstr("before the line that names its columns"));
  EXPECT_THAT(error_of("forestall trace 1\nx 1 1 1\nend\n"), HasSubstr("before the line that names its columns"));
  EXPECT_THAT(error_of("forestall trace 1\ncolumns mem_total\nend\n"), HasSubstr("first column is not"));
  EXPECT_THAT(error_of("forestall trace 1\ncolumns time time\nend\n"), HasSubstr("there twice"));
  EXPECT_THAT(error_of("forestall trace 1\ncolumns time colour\nend\n"), HasSubstr("\"colour\" is no column"));
  for (const char* names : {"time", "time start pid", "pid time start"}) {
    EXPECT_THAT(error_of(std::string("forestall trace 1\nprocess ") + names + "\nend\n"),
                HasSubstr("not \"time pid start\""));
  }
  EXPECT_THAT(error_of("forestall trace 1\nprocess time pid start colour\nend\n"), HasSubstr("is no column"));
}

TEST(Trace, OfBeforeAColumnWasThoughtOfDoesNotKnowIt) {
  const auto trace = parse_trace(text_of("0 8000 4000 - -\np 0 7 99 1 1000 0 S a 2048 0 12 0 -5 / - -\n"));
  ASSERT_TRUE(trace) << trace.error().what;
  EXPECT_EQ(trace->samples[0].parked, 0U);
  EXPECT_EQ(trace->samples[0].node_count, 0U);
  EXPECT_EQ(trace->changes[0].facts.process_group, 0);
  EXPECT_EQ(trace->changes[0].facts.nodes, kAllNodes);
}

TEST(Trace, OfTodayKnowsEverythingTheEngineAsksFor) {
  const auto trace = parse_trace(
      "forestall trace 1\ncolumns time mem_total parked nodes\n"
      "process time pid start comm group nice cpu_time terminal nodes\n"
      "0 8000 512 0:4000:20,2:4000:900\n"
      "p 0 7 99 make 5 -20 61500 -34816 4\n"
      "p 0 8 99 sh 8 19 0 34816 -\nend\n");
  ASSERT_TRUE(trace) << trace.error().what;
  const Sample& sample = trace->samples[0];
  EXPECT_EQ(sample.parked, 512 * kKiB);
  ASSERT_EQ(sample.node_count, 2U);
  EXPECT_EQ(sample.nodes[1], (NodeMemory{2, 4000 * kKiB, 900 * kKiB}));
  const ProcessFacts& make = trace->changes[0].facts;
  EXPECT_EQ(make.process_group, 5);
  EXPECT_EQ(make.nice, -20);
  EXPECT_EQ(make.cpu_time, 61500ms);
  EXPECT_EQ(make.terminal, -34816);
  EXPECT_EQ(make.nodes, 4U);
  EXPECT_EQ(trace->changes[1].facts.nodes, kAllNodes);
}

TEST(Trace, NodesAreTakenAsTheyAreWrittenOrNotAtAll) {
  const auto error = [](const std::string& nodes) {
    return error_of("forestall trace 1\ncolumns time nodes\n0 " + nodes + "\nend\n");
  };
  EXPECT_EQ(error("0:1:1"), "");
  std::string many = "0:1:1";
  for (int i = 0; i < 16; ++i) many += ",1:1:1";
  for (const std::string& nodes :
       {std::string("0"), std::string("0:1"), std::string("0:1:1:1"), std::string("0:1:1,"), std::string(",0:1:1"),
        std::string("64:1:1"), std::string("0:-1:1"), std::string("0:1:2251799813685248"), many}) {
    EXPECT_THAT(error(nodes), HasSubstr("line 3: nodes: found")) << nodes;
  }
}

TEST(Trace, ThatWasCutIsGoodUpToItsLastWholeLine) {
  const auto cut = parse_trace("forestall trace 1\n" + std::string(kColumns) +
                               "0 8000 4000 - -\n50 8000 3000 - -\n100 8000 2000 - 1");
  ASSERT_TRUE(cut) << cut.error().what;
  EXPECT_TRUE(cut->cut);
  EXPECT_EQ(cut->samples.size(), 2U);
  EXPECT_EQ(parse_trace(format(*cut))->cut, true);
  EXPECT_FALSE(parse_trace(text_of("0 8000 4000 - -\n"))->cut);
  EXPECT_FALSE(parse_trace("forestall trace 1\ncolumns time\n0\nend")->cut);
}

TEST(Trace, ExpectationsAreWrittenAsTheyAreRead) {
  for (const char* text : {"quiet", "act leak", "terminate a|b after 4s before 12300ms", "kill a\\sb before 1s"}) {
    const auto expectation = parse_expectation(text);
    ASSERT_TRUE(expectation) << expectation.error().what;
    EXPECT_EQ(format(*expectation), text);
  }
  EXPECT_EQ(parse_expectation("act a before 1.5s after 1s")->after, Duration(1s));
  EXPECT_EQ(parse_expectation("act a before 1.5s after 1s")->before, Duration(1500ms));
}

TEST(Trace, TextOfStrangersIsOneHarmlessWord) {
  EXPECT_EQ(encoded("a b\n\\=-\xC3\xA4|"), "a\\sb\\x0A\\\\=-\\xC3\\xA4\\x7C");
  EXPECT_EQ(encoded(""), "-");
  EXPECT_EQ(encoded("-"), "\\x2D");
  EXPECT_EQ(encoded("="), "\\x3D");
  for (const char* word : {"", "=", "\\", "\\x", "\\x1", "\\xGG", "\\x41", "\\q", "\\x0a", "a b"}) {
    EXPECT_FALSE(decoded(word)) << word;
  }
}

TEST(TraceOfADaemon, SaysWhatItMadeOfEachLook) {
  const auto trace = parse_trace(
      "forestall trace 1\ncolumns time verdict next_look\n0 none 1000\n1000 terminate 50\n1050 = =\n1100 - -\nend\n");
  ASSERT_TRUE(trace) << trace.error().what;
  ASSERT_EQ(trace->samples.size(), 4U);
  EXPECT_EQ(trace->samples[0].judged, (Judged{Action::none, std::chrono::seconds(1)}));
  EXPECT_EQ(trace->samples[1].judged, (Judged{Action::terminate, std::chrono::milliseconds(50)}));
  EXPECT_EQ(trace->samples[2].judged, trace->samples[1].judged);
  EXPECT_EQ(trace->samples[3].judged, std::nullopt);
}

TEST(TraceOfADaemon, MakesNothingUp) {
  for (const char* words : {"murder 50", "none -", "- 50"}) {
    const std::string text = std::string("forestall trace 1\ncolumns time verdict next_look\n0 ") + words + "\nend\n";
    EXPECT_THAT(error_of(text), HasSubstr("line 3")) << words;
  }
}

TEST(Trace, HasTheTimeOfASampleToTheMicrosecond) {
  const auto trace = parse_trace("forestall trace 1\ncolumns time us\n12 345\n13 0\nend\n");
  ASSERT_TRUE(trace) << trace.error().what;
  EXPECT_EQ(trace->samples[0].time - Instant{}, std::chrono::microseconds(12'345));
  EXPECT_EQ(trace->samples[1].time - Instant{}, std::chrono::milliseconds(13));
  EXPECT_THAT(error_of("forestall trace 1\ncolumns time us\n12 1000\nend\n"), HasSubstr("line 3"));
  EXPECT_THAT(error_of("forestall trace 1\ncolumns time us\n12 345\n12 344\nend\n"), HasSubstr("line 4"));
}

}  // namespace
}  // namespace forestall::testing
