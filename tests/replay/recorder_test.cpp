// SPDX-License-Identifier: MIT
// `forestall record` on this machine, for a moment.
#include <gmock/gmock.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "replay/trace.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Recorder : public ::testing::Test {
 protected:
  ~Recorder() override {
    std::filesystem::remove(path);
    std::filesystem::remove(said);
  }

  /// The exit status; what it says goes to `said`.
  [[nodiscard]] int run(const std::string& before, const std::string& arguments) const {
    const int status = std::system((before + " " FORESTALL_COMMAND " record " + arguments + " 2>" + said).c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  [[nodiscard]] Result<Trace> trace() const { return parse_trace(content_of(path)); }

  std::string path = ::testing::TempDir() + "recorder_test." + std::to_string(::getpid()) + ".trace";
  std::string said = path + ".said";
};

TEST_F(Recorder, WritesATraceOfThisMachine) {
  ASSERT_EQ(run("", path + " --for 1200ms"), 0);
  EXPECT_THAT(content_of(said), HasSubstr("Recording to " + path + ", for 1.2 s at most"));
  const auto recorded = trace();
  ASSERT_TRUE(recorded) << recorded.error().what;
  EXPECT_FALSE(recorded->cut);
  ASSERT_GE(recorded->samples.size(), 2U);
  EXPECT_GT(recorded->samples.back().memory.mem_available, 0U);
  EXPECT_GT(recorded->samples.back().time, recorded->samples.front().time);
  ASSERT_FALSE(recorded->lineage.empty());
  const auto own = std::ranges::find_if(recorded->changes, [&](const ProcessChange& c) {
    return c.facts.id.pid == recorded->lineage.front() && c.facts.profile.exe.view() == FORESTALL_COMMAND;
  });
  ASSERT_NE(own, recorded->changes.end()) << "it holds more than 1 MiB itself, so it must be there";
  EXPECT_EQ(own->facts.process_group, ::getpgrp());
  const Sample& first = recorded->samples.front();
  const Duration age = (first.time - Instant{}) + first.suspended - of_ticks(own->facts.id.start_time);
  EXPECT_GE(age, -10ms);
  EXPECT_LT(age, 5s) << "the time since the boot can be told";
}

TEST_F(Recorder, WritesWhatItHasWhenToldToEnd) {
  ASSERT_EQ(run("timeout --preserve-status 1", path), 0);
  const auto recorded = trace();
  ASSERT_TRUE(recorded) << recorded.error().what;
  EXPECT_FALSE(recorded->cut);
  EXPECT_FALSE(recorded->samples.empty());
}

TEST_F(Recorder, LeavesATraceWhateverEndsIt) {
  EXPECT_NE(run("timeout --signal=KILL 2.5", path), 0);
  const auto recorded = trace();
  ASSERT_TRUE(recorded) << recorded.error().what;
  EXPECT_TRUE(recorded->cut);
  ASSERT_FALSE(recorded->samples.empty());
  EXPECT_GT(recorded->samples.back().time, Instant(500ms));
}

TEST_F(Recorder, WritesToStandardOutputToo) {
  ASSERT_EQ(run("", "- --for 300ms >" + path), 0);
  const auto recorded = trace();
  ASSERT_TRUE(recorded) << recorded.error().what;
  EXPECT_FALSE(recorded->cut);
}

TEST_F(Recorder, KeepsCommandLinesFromOthers) {
  ASSERT_EQ(run("", path + " --for 10ms"), 0);
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Recorder, SaysWhatItCannotDo) {
  EXPECT_EQ(run("", path + " --for soon"), 2);
  EXPECT_THAT(content_of(said), HasSubstr("--for: "));
  EXPECT_EQ(run("", path + " --for 0s"), 2);
  EXPECT_EQ(run("", path + " --for 25h"), 2);
  EXPECT_THAT(content_of(said), HasSubstr("up to 24 h"));
  EXPECT_EQ(run("", ""), 2);
  EXPECT_EQ(run("", "/nowhere/recorder.trace"), 1);
  EXPECT_THAT(content_of(said), HasSubstr("cannot write /nowhere/recorder.trace: No such file"));
  EXPECT_EQ(run("", "/dev/full --for 10s"), 1);
  EXPECT_THAT(content_of(said), HasSubstr("cannot write /dev/full: No space left"));
}

}  // namespace
}  // namespace forestall::testing
