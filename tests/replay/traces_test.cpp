// SPDX-License-Identifier: MIT
// Every recorded machine in tests/data/traces, watched with the built-in configuration: it acts in time, on the right
// one, or it keeps quiet. A rule that would let one of them freeze, or cost an innocent, fails here.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/config_file.h"
#include "replay/replay.h"
#include "replay/trace.h"

namespace forestall::testing {
namespace {

std::vector<std::filesystem::path> trace_files() {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(FORESTALL_SOURCE_DIR "/tests/data/traces", error)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

Result<Trace> read_trace(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return parse_trace(std::string(std::istreambuf_iterator<char>(file), {}));
}

/// googletest takes letters, digits and underscores.
std::string name_of(const ::testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name = info.param.stem().string();
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

class RecordedMachines : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(RecordedMachines, GetWhatTheyNeed) {
  const std::string name = GetParam().filename().string();
  const auto trace = read_trace(GetParam());
  ASSERT_TRUE(trace) << name << ": " << trace.error().what;
  EXPECT_FALSE(trace->cut) << name << " has no \"end\"";
  const auto replayed = replay(*trace, config::builtin());
  ASSERT_TRUE(replayed) << name << ": " << replayed.error().what;
  const auto wrong = complaint(*trace, *replayed);
  EXPECT_FALSE(wrong) << "trace:    " << name << "\n" << *wrong;
}

INSTANTIATE_TEST_SUITE_P(Traces, RecordedMachines, ::testing::ValuesIn(trace_files()), name_of);

TEST(Traces, AreThereAndAreNothingElse) {
  EXPECT_FALSE(trace_files().empty());
  for (const auto& path : trace_files()) EXPECT_EQ(path.extension(), ".trace") << path;
}

}  // namespace
}  // namespace forestall::testing
