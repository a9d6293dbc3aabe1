// SPDX-License-Identifier: MIT
#include "report/story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/report/incidents.h"

namespace forestall {
namespace {

using namespace std::chrono_literals;
using testing::at;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::incident;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

std::string a_story() {
  const Incident i = incident();
  const Instant began = at(-1min);
  return story_head(i, began) + "\n" + story_event(Event::victim_terminated, i, began) + "\n" +
         story_event(Event::recovered, i, began) + "\n" + story_trace("forestall trace 1") + "\n" +
         story_trace("columns time \\s") + "\n";
}

TEST(Story, IsReadAsItWasWritten) {
  const auto story = parse_story(a_story());
  ASSERT_TRUE(story) << story.error().what;
  EXPECT_EQ(story->id, "0123456789abcdeffedcba9876543210");
  EXPECT_EQ(story->began_at, 1min);
  EXPECT_EQ(story->forestalld, FORESTALL_VERSION);
  EXPECT_THAT(story->limits, ElementsAre(Pair("mem_available_below", 1536 * kMiB), Pair("swap_free_below", 0)));
  ASSERT_THAT(story->events, SizeIs(2));
  const StoryEvent& e = story->events[0];
  EXPECT_EQ(e.event, "victim_terminated");
  EXPECT_EQ(e.at, 1min);
  EXPECT_THAT(e.message, HasSubstr("SIGTERM to firefox (pid 4242"));
  EXPECT_EQ(e.number("VICTIM_PID"), 4242U);
  EXPECT_EQ(e.text("RULE"), "low-memory");
  EXPECT_EQ(e.number("RULE"), std::nullopt);
  EXPECT_EQ(e.text("NOT_THERE"), "");
  ASSERT_THAT(e.candidates, SizeIs(2));
  EXPECT_EQ(e.candidates[0].comm, "firefox");
  EXPECT_EQ(e.candidates[0].bytes, 4 * kGiB);
  EXPECT_DOUBLE_EQ(e.candidates[0].score, 300);
  ASSERT_THAT(e.candidates[0].terms, SizeIs(4));
  EXPECT_EQ(e.candidates[0].terms[3].name, "avoid");
  EXPECT_DOUBLE_EQ(e.candidates[0].terms[3].points, -50);
  ASSERT_THAT(e.spared, SizeIs(1));
  EXPECT_EQ(e.spared[0].why, "belongs to a unit that the system needs");
  EXPECT_EQ(story->trace, "forestall trace 1\ncolumns time \\s\n");
}

TEST(Story, ItsHeadIsEnoughForAList) {
  const auto story = parse_story_head(a_story() + "this is not looked at\n");
  ASSERT_TRUE(story) << story.error().what;
  EXPECT_THAT(story->events, SizeIs(2));
  EXPECT_THAT(story->trace, IsEmpty());
}

TEST(Story, OfEachEventIsReadAgain) {
  for (const Event event : testing::kAllEvents) {
    const std::string text = story_head(incident(), at(0s)) + "\n" + story_event(event, incident(), at(0s)) + "\n";
    const auto story = parse_story(text);
    ASSERT_TRUE(story) << story.error().what;
    EXPECT_FALSE(story->events[0].message.empty());
  }
}

TEST(Story, HostileNamesStayInTheirLineAndHarmless) {
  Incident i = incident();
  const std::string name = "a\n\x1b[31m\xff\u202e<b>\\";  // 15 bytes, as long as they are
  i.attempt.victim.comm.assign(name);
  i.candidates[0].process.comm.assign(name);
  const std::string line = story_event(Event::victim_terminated, i, at(0s));
  EXPECT_THAT(line, Each(::testing::Ge(' '))) << line;
  const auto story = parse_story(story_head(i, at(0s)) + "\n" + line + "\n");
  ASSERT_TRUE(story) << story.error().what;
  const std::string shown = R"(a\x0a\x1b[31m\xff\u{202e}<b>\\)";
  EXPECT_EQ(story->events[0].text("VICTIM_COMM"), shown);
  EXPECT_EQ(story->events[0].candidates[0].comm, shown);
}

TEST(Story, WhoeverTamperedWithItDoesNoHarm) {
  const auto story = parse_story(
      "{\"forestall\":\"incident\",\"version\":1,\"id\":\"\\u001b[2J\",\"limits\":{\"\\u202e\":5}}\n"
      "{\"event\":\"x\\n\",\"at_ms\":1e300,\"message\":\"\\u0007\",\"fields\":{\"CANDIDATES_JSON\":[{\"pid\":\"x\","
      "\"terms\":[7]},3],"
      "\"A\\t\":\"\\u202e\"}}\n");
  ASSERT_TRUE(story) << story.error().what;
  EXPECT_EQ(story->id, "\\x1b[2J");
  EXPECT_EQ(story->events[0].message, "\\x07");
  EXPECT_EQ(story->events[0].at, 0s);
  EXPECT_THAT(story->events[0].candidates, SizeIs(2));
  EXPECT_EQ(story->events[0].text("A\\x09"), "\\u{202e}");
}

struct Wrong {
  const char* text;
  const char* what;
};
class WrongStory : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongStory, IsRefusedWithItsLine) {
  const auto story = parse_story(GetParam().text);
  ASSERT_FALSE(story);
  EXPECT_EQ(story.error().code, 0);
  EXPECT_THAT(story.error().what, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    Story, WrongStory,
    ::testing::Values(Wrong{"", "no event"}, Wrong{"{}\n", "line 1: is not the head"},
                      Wrong{"{\"forestall\":\"incident\",\"version\":2,\"id\":\"1\"}\n", "line 1: is not the head"},
                      Wrong{"[1]\n", "line 1: is no JSON object"}, Wrong{"{\"forestall\":\"inci", "line 1: it was cut"},
                      Wrong{"{\"forestall\":\"incident\",\"version\":1,\"id\":\"1\"}\nnonsense\n",
                            "line 2: is no JSON"},
                      Wrong{"{\"forestall\":\"incident\",\"version\":1,\"id\":\"1\"}\n", "no event"}));

/// No time that can be told has more: whoever subtracts two of them, or writes one out, need not think of it.
TEST(Story, MomentsOutOfAllBoundsAreBroughtBack) {
  for (const std::string number : {"9223372036854775807", "-9223372036854775808", "18446744073709551615"}) {
    const auto story =
        parse_story(R"({"forestall":"incident","version":1,"id":"a","began_ms":)" + number + R"(,"began_at_ms":)" +
                    number + "}\n" + R"({"event":"recovered","at_ms":)" + number + "}\n");
    ASSERT_TRUE(story) << story.error().what;
    EXPECT_LE(std::chrono::abs(story->began_at), 24h * 366);
    EXPECT_LE(std::chrono::abs(story->events[0].at), 24h * 366);
    EXPECT_GE(story->began, WallTime{});
    EXPECT_LT(story->began, WallTime(std::chrono::sys_days(std::chrono::year(2262) / 1 / 1)));
  }
}

}  // namespace
}  // namespace forestall
