// SPDX-License-Identifier: MIT
// `forestall replay` as it is called. A difference from a golden file is either a mistake or meant: then the command
// that the test names writes the new one.
#include <gmock/gmock.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace forestall::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Ran {
  std::string out;
  int status = -1;
};

/// In the directory of the sources, so that no path depends on where they are. What it complains of is in `out` too.
Ran run(const std::string& arguments) {
  Ran ran;
  const std::string command = "cd " FORESTALL_SOURCE_DIR " && " FORESTALL_COMMAND " replay " + arguments + " 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> buffer{};
  for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    ran.out.append(buffer.data(), n);
  }
  const int status = ::pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr const char* kTrace = "tests/data/traces/leak_zram.trace";
constexpr const char* kUsual = "tests/cli/replay/usual.toml";
constexpr const char* kEarlier = "tests/cli/replay/earlier.toml";

struct Golden {
  const char* name;
  std::string arguments;
};
std::ostream& operator<<(std::ostream& os, const Golden& g) { return os << g.name; }
class GoldenReplay : public ::testing::TestWithParam<Golden> {};

TEST_P(GoldenReplay, IsAsItWas) {
  const std::string file = std::string("tests/cli/replay/golden/") + GetParam().name;
  const Ran ran = run(GetParam().arguments);
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.out, content_of(FORESTALL_SOURCE_DIR "/" + file))
      << "if it is meant: forestall replay " << GetParam().arguments << " >" << file;
  EXPECT_EQ(run(GetParam().arguments).out, ran.out) << "the same twice";
}

std::string name_of(const ::testing::TestParamInfo<Golden>& golden) {
  std::string name = golden.param.name;
  std::ranges::replace(name, '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(
    Replays, GoldenReplay,
    ::testing::Values(Golden{"leak_zram.txt", std::string(kTrace) + " --config " + kUsual},
                      Golden{"leak_zram.json", std::string(kTrace) + " --config " + kUsual + " --json"},
                      Golden{"compared.txt", std::string(kTrace) + " --compare " + kUsual + " " + kEarlier},
                      Golden{"compared.json", std::string(kTrace) + " --json --compare " + kUsual + " " + kEarlier},
                      Golden{"idle.txt", std::string("tests/data/traces/idle.trace --config ") + kUsual}),
    name_of);

class Replay : public ::testing::Test {
 protected:
  ~Replay() override { std::filesystem::remove(path); }
  Ran replay(const std::string& content, const std::string& arguments = "") {
    std::ofstream(path, std::ios::binary) << content;
    return run(path + " --config " + kUsual + " " + arguments);
  }
  std::string path = ::testing::TempDir() + "replay_test." + std::to_string(::getpid());
};

/// The leak as the daemon would have kept it: `events` are lines of what happened.
std::string an_incident(const std::string& events, std::int64_t began_at_ms = 0) {
  std::string text =
      nlohmann::json{{"forestall", "incident"}, {"version", 1}, {"began_at_ms", began_at_ms}}.dump() + "\n";
  std::ifstream file(std::string(FORESTALL_SOURCE_DIR "/") + kTrace);
  for (std::string line; std::getline(file, line);) text += nlohmann::json{{"trace", line}}.dump() + "\n";
  return text + events;
}

TEST_F(Replay, OfAnIncidentSaysWhatDidHappen) {
  const std::string incident =
      an_incident("{\"event\":\"victim_killed\",\"at_ms\":9000,\"message\":\"Sent SIGKILL to a\\\\x1B b\"}\n");
  const Ran ran = replay(incident);
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, HasSubstr("This did happen:\n     9.000 s  Sent SIGKILL to a\\x1B b\n"));
  EXPECT_THAT(ran.out, HasSubstr("The machine was helped after 9.000 s"));
  EXPECT_THAT(ran.out,
              HasSubstr("  A  17.700 s: leak (pid 340) would be ended\n  !  9.000 s: victim_killed did happen\n"));
  const auto json = nlohmann::json::parse(replay(incident, "--json").out, nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json["happened"][0]["at_ms"], 9000);
  EXPECT_EQ(json["happened"][0]["message"], "Sent SIGKILL to a\\x1B b");
}

TEST_F(Replay, OfAnIncidentSaysWhetherItIsDecidedAsItWas) {
  const auto first = nlohmann::json::parse(replay(an_incident(""), "--json").out, nullptr, false);
  ASSERT_TRUE(first.is_object());
  EXPECT_FALSE(first["replays"][0].contains("decides_as_it_did")) << "nothing did happen";
  nlohmann::json event = first["replays"][0]["events"].back();
  ASSERT_EQ(event["event"], "victim_terminated");
  const std::string same = "That is what did happen: the same moment, the same victim, the same numbers.";
  const auto says = [&](const nlohmann::json& happened, std::int64_t began_at_ms = 17650) {
    const std::string incident = an_incident(happened.dump() + "\n", began_at_ms);
    const auto json = nlohmann::json::parse(replay(incident, "--json").out, nullptr, false);
    const bool says_so = replay(incident).out.find(same) != std::string::npos;
    EXPECT_EQ(json["replays"][0].value("decides_as_it_did", !says_so), says_so);
    return says_so;
  };
  EXPECT_TRUE(says(event)) << "of a dry run";
  std::string message = event["message"];
  message.replace(0, std::string("Dry run: would have sent").size(), "Sent");
  event["message"] = message;
  EXPECT_TRUE(says(event));
  EXPECT_FALSE(says(event, 17651));
  EXPECT_FALSE(says(event, 17649));
  event["message"] = message + " ";
  EXPECT_FALSE(says(event));
}

TEST_F(Replay, DoesNotDoubtWhatWasBeforeAnybodyHelped) {
  const Ran ran = replay(an_incident("{\"event\":\"victim_killed\",\"at_ms\":18000,\"message\":\"\"}\n"));
  EXPECT_THAT(ran.out, Not(HasSubstr("was helped")));
}

TEST_F(Replay, ShowsNothingThatHarmsATerminal) {
  const Ran ran = replay(an_incident("{\"event\":\"\\u001b[2J\",\"at_ms\":1,\"message\":\"\\u001b[2J\\n\\u202e\"}\n"));
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("\\x1b[2J\\x0a\\u{202e}"), Not(HasSubstr("\x1B"))));
  const Ran trace = replay("forestall trace 1\n# a\x1B[2J\ncolumns time mem_total mem_available\n0 8000 4000\nend\n");
  EXPECT_EQ(trace.status, 0);
  EXPECT_THAT(trace.out, AllOf(HasSubstr("a\\x1b[2J"), Not(HasSubstr("\x1B"))));
}

TEST(ReplayRules, AreAllThereAre) {
  const std::string of = std::string(kTrace) + " --config " + kUsual + " --json --rules ";
  const auto signal_of = [&](const std::string& rules) {
    const auto json = nlohmann::json::parse(run(of + rules).out, nullptr, false);
    return json.is_object() ? json["replays"][0]["signal"] : nlohmann::json();
  };
  const nlohmann::json both = signal_of("cache-thrash,out-of-memory");
  ASSERT_TRUE(both.is_object());
  EXPECT_EQ(both["rule"], "cache-thrash");
  const nlohmann::json alone = signal_of("out-of-memory");
  EXPECT_TRUE(alone.is_null() || alone["rule"] == "out-of-memory") << alone;
  EXPECT_THAT(run(of + "out-of-memory").out, HasSubstr("usual.toml, out-of-memory alone"));
  const Ran wrong = run(of + "none-such");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.out, HasSubstr("--rules: there is no \"none-such\"; there are low-memory"));
}

TEST_F(Replay, SaysThatARecordingWasCut) {
  const std::string whole = content_of(std::string(FORESTALL_SOURCE_DIR "/") + kTrace);
  const Ran ran = replay(whole.substr(0, whole.size() / 2));
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, HasSubstr("The recording was cut"));
  EXPECT_THAT(replay(whole.substr(0, whole.size() / 2), "--json").out, HasSubstr("\"cut\": true"));
}

TEST_F(Replay, SaysWhatItCannotDo) {
  EXPECT_EQ(replay("").status, 1);
  EXPECT_THAT(replay("forestall trace 1\nx\n").out, HasSubstr("forestall: " + path + ": line 2: "));
  EXPECT_THAT(replay("forestall trace 1\ncolumns time\nend\n").out, HasSubstr("nothing was recorded"));
  const Ran missing = run("/nowhere.trace");
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.out, HasSubstr("forestall: cannot read /nowhere.trace: No such file"));
  EXPECT_EQ(run("/").status, 1);
  EXPECT_EQ(run(std::string(kTrace) + " --config /nowhere.toml").status, 2);
  EXPECT_EQ(run(std::string(kTrace) + " --compare " + kUsual).status, 2);
  EXPECT_EQ(run(std::string(kTrace) + " --compare " + kUsual + " " + kUsual + " --config " + kUsual).status, 2);
  EXPECT_EQ(run("").status, 2);
}

}  // namespace
}  // namespace forestall::testing
