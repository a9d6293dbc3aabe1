// SPDX-License-Identifier: MIT
// What is left behind of a real kill: a story that anybody can list, read, look at and replay.
#include <gmock/gmock.h>

#include <filesystem>

#include "config/config_file.h"
#include "host/command_test.h"
#include "replay/replay.h"
#include "replay/trace.h"
#include "report/archive_linux.h"
#include "report/story.h"

namespace forestall::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class History : public CommandTest {
 protected:
  /// A leak beside a bystander, ended by the daemon, which is stopped then.
  void something_happens() {
    bystander_ = &steady("bystander", 128 * kMiB);
    start_daemon(limits_.config());
    leak_ = &hog("leak", {"leak", "--rate", "400", "--start", "200", "--limit", limits_.mib(3.2)});
    ASSERT_TRUE(wait_for_event("victim_gone"));
    ASSERT_TRUE(wait_for_event("recovered"));
    stop_daemon();
  }

  Said of_the_stories(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--directory", stories_});
    return forestall(arguments);
  }

  const Limits limits_ = Limits::below_what_is_free();
  const std::string stories_ = "/run/forestall-test/state/incidents";
  Hog* bystander_ = nullptr;
  Hog* leak_ = nullptr;
};

TEST_F(History, KeepsTheStoryOfAKill) {
  ASSERT_NO_FATAL_FAILURE(something_happens());
  const auto files = stories_in(stories_);
  ASSERT_THAT(files, SizeIs(1));
  const auto text = read_story(files.front());
  ASSERT_TRUE(text) << text.error().what;
  const auto story = parse_story(*text);
  ASSERT_TRUE(story) << story.error().what;
  EXPECT_EQ(story->id, journal().events("victim_gone").front().text("INCIDENT_ID"));
  ASSERT_THAT(story->events, SizeIs(3));
  EXPECT_EQ(story->events[0].event, "victim_terminated");
  EXPECT_EQ(story->events[1].event, "victim_gone");
  EXPECT_EQ(story->events[2].event, "recovered");
  EXPECT_EQ(story->events[0].number("VICTIM_PID"), static_cast<std::uint64_t>(leak_->pid()));
  ASSERT_FALSE(story->events[0].candidates.empty());
  EXPECT_EQ(story->events[0].candidates.front().comm, "leak");
  EXPECT_NEAR(static_cast<double>(story->limits.at("mem_available_below")), static_cast<double>(limits_.terminate),
              static_cast<double>(kMiB));
}

TEST_F(History, ItsRecordingIsDecidedInTheSameWayAgain) {
  ASSERT_NO_FATAL_FAILURE(something_happens());
  const auto story = parse_story(read_story(stories_in(stories_).at(0)).value_or(""));
  ASSERT_TRUE(story) << story.error().what;
  const auto trace = parse_trace(story->trace);
  ASSERT_TRUE(trace) << trace.error().what;
  const auto config = config::load("/run/forestall-test/forestall.toml");
  ASSERT_TRUE(config) << config.error().what;
  const auto replayed = replay(*trace, *config, Looks::as_recorded);
  ASSERT_TRUE(replayed) << replayed.error().what;
  ASSERT_FALSE(replayed->told.empty()) << "nobody was signalled";
  EXPECT_EQ(replayed->told.front().event, Event::victim_terminated);
  EXPECT_EQ(replayed->told.front().in_earnest, story->events[0].message);
  EXPECT_EQ(std::chrono::floor<std::chrono::milliseconds>(replayed->told.front().begun), story->began_at);
}

TEST_F(History, CanBeListedShownAndDrawn) {
  ASSERT_NO_FATAL_FAILURE(something_happens());
  const Said list = of_the_stories({"history"});
  EXPECT_EQ(list.exit_code, 0) << list.text;
  EXPECT_THAT(list.text, AllOf(HasSubstr("SIGTERM, gone"), HasSubstr("leak"), Not(HasSubstr("bystander"))));
  const std::string id = journal().events("victim_gone").front().text("INCIDENT_ID");
  const Said shown = of_the_stories({"show", id.substr(0, 6)});
  EXPECT_EQ(shown.exit_code, 0) << shown.text;
  EXPECT_THAT(shown.text, AllOf(HasSubstr(id), HasSubstr("Sent SIGTERM to leak"), HasSubstr("bystander"),
                                HasSubstr("What happened"), HasSubstr("Who could have gone")));
  const Said page = of_the_stories({"show", "--html", "-"});
  EXPECT_EQ(page.exit_code, 0) << page.text;
  EXPECT_THAT(page.text, AllOf(HasSubstr("<svg"), HasSubstr("Sent SIGTERM to leak"), Not(HasSubstr("<script"))));
}

TEST_F(History, OfNothingIsNoError) {
  start_daemon(Limits::out_of_reach().config());
  stop_daemon();
  const Said list = of_the_stories({"history"});
  EXPECT_EQ(list.exit_code, 1);
  EXPECT_THAT(list.text, HasSubstr("has not kept anything yet"));
}

}  // namespace
}  // namespace forestall::testing
