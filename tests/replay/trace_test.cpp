// SPDX-License-Identifier: MIT
#include "support/trace.h"

#include <gmock/gmock.h>

#include <chrono>

#include "support/trace_fields.h"

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

TEST(Trace, IsWholeOrNone) {
  EXPECT_THAT(error_of(""), HasSubstr("was cut"));
  EXPECT_THAT(error_of("forestall trace 2\nend\n"), HasSubstr("line 1: a trace begins with"));
  EXPECT_THAT(error_of("forestall trace 1\n"), HasSubstr("line 1: no \"end\" follows"));
  EXPECT_THAT(error_of("forestall trace 1\n0 1\nend\n"), HasSubstr("before the line that names its columns"));
  EXPECT_THAT(error_of("forestall trace 1\nx 1 1 1\nend\n"), HasSubstr("before the line that names its columns"));
  EXPECT_THAT(error_of("forestall trace 1\ncolumns mem_total\nend\n"), HasSubstr("first column is not"));
  EXPECT_THAT(error_of("forestall trace 1\ncolumns time time\nend\n"), HasSubstr("there twice"));
  EXPECT_THAT(error_of("forestall trace 1\ncolumns time colour\nend\n"), HasSubstr("\"colour\" is no column"));
  EXPECT_THAT(error_of("forestall trace 1\nprocess time\nend\n"), HasSubstr("\"pid\" is missing"));
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

}  // namespace
}  // namespace forestall::testing
