// SPDX-License-Identifier: MIT
#include "replay/incident_trace.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "report/story.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kFirst = R"({"forestall":"incident","version":1,"id":"2ae5"})"
                                    "\n";
constexpr std::string_view kTrace = R"({"trace":"forestall trace 1"}
{"trace":"columns time mem_total"}
{"trace":"0 8000"}
{"trace":"50 ="}
)";

std::string incident(std::string_view rest) { return std::string(kFirst).append(kTrace).append(rest); }

std::string error_of(const std::string& text) {
  const auto recording = parse_recording(text);
  return recording ? "" : recording.error().what;
}

TEST(IncidentTrace, IsATraceAndWhatDidHappen) {
  const auto recording = parse_recording(incident(R"({"event":"victim_gone","at_ms":62,"message":"leak is gone"}
{"event":"victim_terminated","at_ms":61,"message":"Sent SIGTERM","fields":{"RULE":"stall"}}
{"afterthought":"pressure was already falling"}
{"trace":"end"}
)"));
  ASSERT_TRUE(recording) << recording.error().what;
  EXPECT_TRUE(recording->is_incident);
  ASSERT_EQ(recording->trace.samples.size(), 2U);
  EXPECT_EQ(recording->trace.samples[1].time, Instant(50ms));
  EXPECT_FALSE(recording->trace.cut);
  EXPECT_THAT(recording->happened, ElementsAre(Happened{61ms, "victim_terminated", "Sent SIGTERM"},
                                               Happened{62ms, "victim_gone", "leak is gone"}));
}

TEST(IncidentTrace, MayBeATraceAlone) {
  const auto recording = parse_recording("forestall trace 1\ncolumns time\n0\nend\n");
  ASSERT_TRUE(recording) << recording.error().what;
  EXPECT_FALSE(recording->is_incident);
  EXPECT_EQ(recording->trace.samples.size(), 1U);
  EXPECT_THAT(error_of("forestall trace 1\ny\n"), HasSubstr("line 2: "));
}

TEST(IncidentTrace, KnowsWhenItBeganIfThatCanBe) {
  const auto began = [](std::string_view ms) {
    const auto recording =
        parse_recording(fmt::format("{{\"forestall\":\"incident\",\"version\":1,\"began_at_ms\":{}}}\n{}", ms, kTrace));
    return recording ? recording->began : std::optional(Duration(1));
  };
  EXPECT_EQ(began("-5"), Duration(-5ms));
  EXPECT_EQ(began("86400001"), std::nullopt);
  EXPECT_EQ(began("-86400001"), std::nullopt);
  EXPECT_EQ(began("-9223372036854775808"), std::nullopt);
  EXPECT_EQ(began("18446744073709551615"), std::nullopt);
}

TEST(IncidentTrace, ThatWasCutIsGoodUpToItsLastWholeLine) {
  const auto cut = parse_recording(incident(R"({"trace":"100 )"));
  ASSERT_TRUE(cut) << cut.error().what;
  EXPECT_TRUE(cut->trace.cut);
  EXPECT_EQ(cut->trace.samples.size(), 2U);
  EXPECT_THAT(error_of(incident("{\"trace\":\"100 \n{}\n")), HasSubstr("line 6: this is no JSON object"));
}

struct Wrong {
  std::string line;
  const char* complaint;
};
std::ostream& operator<<(std::ostream& os, const Wrong& w) { return os << w.line.substr(0, 60); }
class WrongIncident : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongIncident, IsAnErrorThatSaysWhere) {
  const std::string error = error_of(incident(GetParam().line + "\n"));
  EXPECT_THAT(error, HasSubstr("line 6: "));
  EXPECT_THAT(error, HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, WrongIncident,
    ::testing::Values(Wrong{"", "no JSON object"}, Wrong{"7", "no JSON object"}, Wrong{"[]", "no JSON object"},
                      Wrong{"{\"trace\":\"\xFF\"}", "no JSON object"}, Wrong{R"({"trace":7})", "\"trace\" is no text"},
                      Wrong{R"({"trace":"100 =\nend"})", "more than one line"},
                      Wrong{R"({"trace":"100 x"})", "mem_total: found \"x\""},
                      Wrong{R"({"trace":"0 ="})", "the time goes back"},
                      Wrong{R"({"event":7})", "\"event\" is no text"},
                      Wrong{R"({"event":"a"})", "\"at_ms\" is no number"},
                      Wrong{R"({"event":"a","at_ms":-86400001,"message":""})", "\"at_ms\" is no number"},
                      Wrong{R"({"event":"a","at_ms":1.5,"message":""})", "\"at_ms\" is no number"},
                      Wrong{R"({"event":"a","at_ms":"1","message":""})", "\"at_ms\" is no number"},
                      Wrong{R"({"event":"a","at_ms":86400001,"message":""})", "from -86400000 to 86400000"},
                      Wrong{R"({"event":"a","at_ms":1e300,"message":""})", "\"at_ms\" is no number"},
                      Wrong{R"({"event":"a","at_ms":1})", "\"message\" is no text"},
                      Wrong{R"({"event":"a","at_ms":1,"message":{}})", "\"message\" is no text"},
                      Wrong{std::string(200'000, '['), "no JSON object"},
                      Wrong{"{\"a\":\"" + std::string(kLongestStoryLine, 'x') + "\"}", "too long"}));

TEST(IncidentTrace, BeginsWithWhatItIs) {
  for (const char* first : {"{}", "{", R"({"forestall":"trace","version":1})", R"({"forestall":"incident"})",
                            R"({"forestall":1,"version":1})", R"({"forestall":"incident","version":2})",
                            R"({"forestall":"incident","version":"1"})"}) {
    EXPECT_THAT(error_of(first + std::string("\n") + std::string(kTrace)), HasSubstr("line 1: ")) << first;
    EXPECT_THAT(error_of(first), HasSubstr("line 1: ")) << first;
  }
  EXPECT_THAT(error_of(std::string(kFirst)), HasSubstr("no trace in this incident"));
}

TEST(IncidentTrace, DoesNotTellWithoutEnd) {
  std::string events;
  for (std::size_t i = 0; i < kMostStoryEvents; ++i) events += "{\"event\":\"a\",\"at_ms\":1,\"message\":\"\"}\n";
  EXPECT_EQ(error_of(incident(events)), "");
  EXPECT_THAT(error_of(incident(events + R"({"event":"a","at_ms":1,"message":""})")), HasSubstr("more than 64 events"));
}

TEST(IncidentTrace, MayBeNestedAsDeepAsALineIsLong) {
  const std::string deep = "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}\n";
  EXPECT_EQ(error_of(incident(deep)), "");
}

}  // namespace
}  // namespace forestall::testing
