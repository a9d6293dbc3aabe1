// SPDX-License-Identifier: MIT
#include "report/story_time.h"

#include <gtest/gtest.h>

namespace forestall {
namespace {

using namespace std::chrono_literals;

constexpr Instant kBegun(1h);

Incident told_after(Duration time) {
  Incident i;
  i.begun = kBegun;
  i.now_time = kBegun + time;
  return i;
}

TEST(StoryTime, IsSomeTimeAfterTheLastEvent) {
  StoryTime story;
  EXPECT_FALSE(story.is_due(kBegun, true));
  story.told(Event::victim_terminated, told_after(0s));
  story.told(Event::victim_gone, told_after(3s));
  EXPECT_TRUE(story.is_open());
  EXPECT_FALSE(story.is_due(kBegun + 12999ms, true));
  EXPECT_TRUE(story.is_due(kBegun + 13s, true));
  EXPECT_EQ(story.from(), kBegun - 1min);
}

TEST(StoryTime, IsNotWhileMemoryIsShort) {
  StoryTime story;
  story.told(Event::victim_terminated, told_after(0s));
  EXPECT_FALSE(story.is_due(kBegun + 49s, false));
  EXPECT_TRUE(story.is_due(kBegun + 49s, true));
}

TEST(StoryTime, DoesNotWaitForever) {
  StoryTime story;
  for (Duration at{0}; at < 50s; at += 1s) story.told(Event::victim_terminated, told_after(at));
  EXPECT_FALSE(story.is_due(kBegun + 49s, false));
  EXPECT_TRUE(story.is_due(kBegun + 50s, false));
}

TEST(StoryTime, BeginsWithTheFirstOfSeveralIncidents) {
  StoryTime story;
  story.told(Event::victim_terminated, told_after(0s));
  Incident second = told_after(5s);
  second.begun = kBegun + 5s;
  story.told(Event::victim_terminated, second);
  EXPECT_EQ(story.from(), kBegun - 1min);
}

TEST(StoryTime, AWarningIsNoStoryNorIsItsEnd) {
  StoryTime story;
  story.told(Event::pressure_warning, told_after(0s));
  story.told(Event::recovered, told_after(3s));
  EXPECT_FALSE(story.is_open());
}

TEST(StoryTime, IsOverWhenItIsWritten) {
  StoryTime story;
  story.told(Event::victim_terminated, told_after(0s));
  story.written();
  EXPECT_FALSE(story.is_open());
  EXPECT_FALSE(story.is_due(kBegun + 1h, true));
  story.told(Event::recovered, told_after(3s));
  EXPECT_FALSE(story.is_open());
}

}  // namespace
}  // namespace forestall
