// SPDX-License-Identifier: MIT
#include "report/archive_linux.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>

#include "report/story.h"
#include "unit/file_tree_linux.h"
#include "unit/report/incidents.h"

namespace forestall {
namespace {

using namespace std::chrono_literals;
using testing::at;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Incident numbered(std::uint64_t n) {
  Incident i = testing::incident();
  i.id = {7, n};
  i.wall = WallTime(std::chrono::seconds(1'790'000'000 + static_cast<std::int64_t>(n)));
  return i;
}

class ArchiveTest : public ::testing::Test {
 protected:
  Result<void> keep(Archive& archive, std::uint64_t n, std::size_t trace_lines = 1, std::size_t line_size = 20) {
    archive.note(Event::victim_terminated, numbered(n));
    std::string trace;
    for (std::size_t i = 0; i < trace_lines; ++i) trace += std::string(line_size, 'x') + "\n";
    return archive.write(trace, at(0s));
  }
  [[nodiscard]] std::vector<std::filesystem::path> stories() const { return stories_in(directory_); }
  [[nodiscard]] static Story read(const std::filesystem::path& file) {
    const auto story = parse_story(read_story(file).value_or(""));
    EXPECT_TRUE(story) << file << ": " << story.error().what;
    return story.value_or(Story{});
  }

  testing::FileTree tree_;
  std::string directory_ = tree_.path("state/incidents");
};

TEST_F(ArchiveTest, KeepsEachIncidentInAFileOfItsOwn) {
  Archive archive(directory_);
  archive.note(Event::victim_terminated, numbered(1));
  archive.note(Event::victim_terminated, numbered(2));
  archive.note(Event::victim_gone, numbered(1));
  ASSERT_TRUE(archive.write("a\nb\n", at(0s)));
  ASSERT_THAT(stories(), SizeIs(2));
  const Story first = read(stories()[0]);
  EXPECT_EQ(first.id, "00000000000000070000000000000001");
  EXPECT_THAT(first.events, SizeIs(2));
  EXPECT_EQ(first.trace, "a\nb\n");
  EXPECT_THAT(read(stories()[1]).events, SizeIs(1));
  ASSERT_TRUE(archive.write("", at(0s)));
  EXPECT_THAT(stories(), SizeIs(2)) << "what was written is forgotten";
}

TEST_F(ArchiveTest, AddsToAStoryThatGoesOnAfterItWasWritten) {
  Archive archive(directory_);
  archive.note(Event::victim_terminated, numbered(1));
  ASSERT_TRUE(archive.write("a\n", at(0s)));
  archive.note(Event::recovered, numbered(1));
  ASSERT_TRUE(archive.write("b\n", at(0s)));
  EXPECT_EQ(read(stories()[0]).trace, "a\n") << "an end alone is nothing new";
  archive.note(Event::victim_killed, numbered(1));
  ASSERT_TRUE(archive.write("c\n", at(0s)));
  ASSERT_THAT(stories(), SizeIs(1));
  const Story story = read(stories()[0]);
  ASSERT_THAT(story.events, SizeIs(2));
  EXPECT_EQ(story.events[0].event, "victim_terminated");
  EXPECT_EQ(story.events[1].event, "victim_killed");
  EXPECT_EQ(story.trace, "c\n");
}

TEST_F(ArchiveTest, KeepsNoWarningsAndNoEndWithoutABeginning) {
  Archive archive(directory_);
  archive.note(Event::pressure_warning, numbered(1));
  archive.note(Event::recovered, numbered(1));
  ASSERT_TRUE(archive.write("", at(0s)));
  EXPECT_THAT(stories(), IsEmpty());
}

TEST_F(ArchiveTest, WhatHappensAgainAndAgainDoesNotCrowdOutTheRest) {
  Archive archive(directory_);
  for (std::uint64_t n = 1; n <= 30; ++n) {
    Incident i = numbered(n);
    i.begun = at(std::chrono::minutes(n));
    i.dry_run = n % 2 == 0;
    archive.note(i.dry_run ? Event::victim_terminated : Event::kernel_killed, i);
    ASSERT_TRUE(archive.write("", at(0s)));
  }
  EXPECT_THAT(stories(), SizeIs(3)) << "one in ten minutes";
  ASSERT_TRUE(keep(archive, 31));
  ASSERT_TRUE(keep(archive, 32));
  EXPECT_THAT(stories(), SizeIs(5)) << "each of those that got a signal";
}

TEST_F(ArchiveTest, OfALongStoryKeepsHowItBeganAndHowItEnded) {
  Archive archive(directory_);
  archive.note(Event::victim_terminated, numbered(1));
  for (int i = 0; i < 200; ++i) archive.note(Event::kernel_killed, numbered(1));
  ASSERT_TRUE(archive.write("", at(0s)));
  for (int i = 0; i < 200; ++i) archive.note(Event::kernel_killed, numbered(1));
  archive.note(Event::victim_gone, numbered(1));
  ASSERT_TRUE(archive.write("", at(0s)));
  const Story story = read(stories().front());
  ASSERT_THAT(story.events, SizeIs(kMostStoryEvents));
  EXPECT_EQ(story.events.front().event, "victim_terminated");
  EXPECT_EQ(story.events.back().event, "victim_gone");
}

TEST_F(ArchiveTest, KeepsNothingWithoutAPlaceForIt) {
  Archive archive("");
  EXPECT_TRUE(keep(archive, 1));
}

TEST_F(ArchiveTest, KeepsTheLastHundred) {
  Archive archive(directory_);
  for (std::uint64_t n = 1; n <= Archive::kMostStories + 5; ++n) ASSERT_TRUE(keep(archive, n));
  ASSERT_THAT(stories(), SizeIs(Archive::kMostStories));
  EXPECT_THAT(stories().front().string(), EndsWith("06.jsonl")) << "the oldest five are gone";
}

TEST_F(ArchiveTest, KeepsNoMoreThanThereIsRoomFor) {
  Archive archive(directory_);
  for (std::uint64_t n = 1; n <= 8; ++n) ASSERT_TRUE(keep(archive, n, 64, 64 * kKiB)) << "4 MiB each";
  std::uintmax_t bytes = 0;
  for (const auto& file : stories()) bytes += std::filesystem::file_size(file);
  EXPECT_LE(bytes, Archive::kMostBytes + (5U << 20U)) << "and the newest";
  EXPECT_GE(stories().size(), 4U);
  EXPECT_EQ(read(stories().back()).id, "00000000000000070000000000000008");
}

TEST_F(ArchiveTest, IsNobodyElsesBusiness) {
  Archive archive(directory_);
  ASSERT_TRUE(keep(archive, 1));
  EXPECT_EQ(std::filesystem::status(stories()[0]).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(ArchiveTest, DoesNotFollowALinkThatSomebodyLeftInItsWay) {
  Archive archive(directory_);
  ASSERT_TRUE(keep(archive, 1));
  tree_.write("precious", "mine");
  std::filesystem::create_symlink(tree_.path("precious"), stories()[0].string() + ".unfinished");
  EXPECT_TRUE(keep(archive, 1)) << "what is unfinished goes first";
  std::ifstream precious(tree_.path("precious"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(precious), {}), "mine");
}

/// As a full disk does: the file can be made, and ends in the middle.
TEST_F(ArchiveTest, OnAFullDiskSaysOneClearLineAndLeavesNothingBroken) {
  Archive archive(directory_);
  ASSERT_TRUE(keep(archive, 1));
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const rlimit little{2000, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
  const auto written = keep(archive, 2, 1000);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, EFBIG);
  EXPECT_THAT(written.error().what, ::testing::AllOf(HasSubstr("00000000000000070000000000000002"),
                                                     HasSubstr("journalctl"), ::testing::Not(HasSubstr("\n"))));
  EXPECT_THAT(stories(), SizeIs(1));
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory_)) ++files;
  EXPECT_EQ(files, 1U) << "no half of one is left";
  EXPECT_TRUE(keep(archive, 3)) << "there is room again";
}

TEST_F(ArchiveTest, WithoutItsDirectorySaysSo) {
  tree_.write("state", "not a directory");
  Archive archive(directory_);
  const auto written = keep(archive, 1);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ENOTDIR);
}

/// Killed again and again in the middle of writing, as when the power goes.
TEST_F(ArchiveTest, IsNeverBrokenByAnEndInTheMiddle) {
  constexpr std::uint64_t rounds = 30;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const pid_t writer = ::fork();
    ASSERT_GE(writer, 0);
    if (writer == 0) {
      Archive archive(directory_);
      for (std::uint64_t n = 0;; ++n) {
        if (!keep(archive, round * 1000 + n % 20, 100)) ::_exit(1);
      }
    }
    std::this_thread::sleep_for(std::chrono::microseconds(3000 + 731 * round));
    ::kill(writer, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(writer, &status, 0), writer);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it had to stop writing";
    if (round % 10 != 9) continue;
    for (const auto& file : stories()) ASSERT_THAT(read(file).events, SizeIs(1));
  }
  Archive archive(directory_);
  ASSERT_TRUE(keep(archive, 99'999));
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    EXPECT_THAT(entry.path().string(), EndsWith(".jsonl")) << "what was unfinished is swept away";
  }
}

TEST(ReadStory, OfAFileThatIsNotThereIsAnError) {
  const auto text = read_story("/nowhere/at/all.jsonl");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ENOENT);
}

}  // namespace
}  // namespace forestall
