// SPDX-License-Identifier: MIT
// The recorder on this machine, for a moment.
#include <gmock/gmock.h>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/trace.h"

namespace forestall::testing {
namespace {

class Recorder : public ::testing::Test {
 protected:
  ~Recorder() override { std::filesystem::remove(path); }

  [[nodiscard]] int run(const std::string& before, const std::string& arguments) const {
    return std::system(
        (before + " " FORESTALL_RECORDER " --out " + path + " " + arguments + " >/dev/null 2>&1").c_str());
  }
  [[nodiscard]] Result<Trace> trace() const {
    std::ifstream file(path, std::ios::binary);
    return parse_trace(std::string(std::istreambuf_iterator<char>(file), {}));
  }

  std::string path = ::testing::TempDir() + "recorder_test." + std::to_string(::getpid()) + ".trace";
};

TEST_F(Recorder, WritesATraceOfThisMachine) {
  ASSERT_EQ(run("", "--until 1200ms --why 'a test' --expect 'act a|b before 2s'"), 0);
  const auto recorded = trace();
  ASSERT_TRUE(recorded) << recorded.error().what;
  EXPECT_THAT(recorded->comments, ::testing::ElementsAre("a test"));
  ASSERT_TRUE(recorded->expectation);
  EXPECT_EQ(recorded->expectation->comms.size(), 2U);
  ASSERT_GE(recorded->samples.size(), 2U);
  EXPECT_GT(recorded->samples.back().memory.mem_available, 0U);
  EXPECT_GT(recorded->samples.back().time, recorded->samples.front().time);
  EXPECT_FALSE(recorded->lineage.empty());
  const auto own = std::ranges::any_of(recorded->changes, [&](const ProcessChange& c) {
    return c.facts.id.pid == recorded->lineage.front() && c.facts.profile.exe.view() == FORESTALL_RECORDER;
  });
  EXPECT_TRUE(own) << "it holds more than 1 MiB itself, so it must be there";
}

TEST_F(Recorder, WritesWhatItHasWhenToldToEnd) {
  ASSERT_EQ(run("timeout --preserve-status 1", ""), 0);
  const auto recorded = trace();
  ASSERT_TRUE(recorded) << recorded.error().what;
  EXPECT_FALSE(recorded->samples.empty());
}

TEST_F(Recorder, RefusesWhatItCannotDo) {
  EXPECT_NE(run("", "--until soon"), 0);
  EXPECT_NE(run("", "--expect sleep"), 0);
  path = "/nowhere/recorder.trace";
  EXPECT_NE(run("", ""), 0);
}

}  // namespace
}  // namespace forestall::testing
