// SPDX-License-Identifier: MIT
// `forestall doctor` as it was built, about the daemon and others that really run.
#include "host/command_test.h"

namespace forestall::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

class Doctor : public CommandTest {
 protected:
  Said doctor(const std::vector<std::string>& options) {
    std::vector<std::string> arguments{"doctor", "--config", config_path_};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return forestall(arguments);
  }
  nlohmann::json json() {
    json_ = doctor({"--json"});
    return nlohmann::json::parse(json_.text, nullptr, false);
  }
  /// Of what json() was told.
  [[nodiscard]] std::optional<int> exit_code() const { return json_.exit_code; }
  static std::vector<std::string> checks(const nlohmann::json& said) {
    std::vector<std::string> names;
    for (const auto& finding : said.at("findings")) names.push_back(finding.at("check"));
    return names;
  }
  static void configure(const std::string& config) { std::ofstream(config_path_) << config << std::flush; }

 private:
  static constexpr const char* config_path_ = "/run/doctor.toml";
  Said json_;
};

TEST_F(Doctor, SeesTheDaemonThatRunsAndMissesItWhenItIsGone) {
  configure("");
  start_daemon(Limits::out_of_reach().config());
  const auto with = json();
  ASSERT_EQ(with.at("daemons").size(), 1U) << with;
  EXPECT_EQ(with.at("daemons").at(0).at("pid"), daemon().process().pid());
  EXPECT_EQ(with.at("daemons").at(0).at("can_kill"), true);
  EXPECT_THAT(checks(with), Not(Contains("not-running")));
  stop_daemon();
  const auto without = json();
  EXPECT_THAT(checks(without), Contains("not-running"));
  EXPECT_TRUE(without.at("daemons").empty()) << without;
}

TEST_F(Doctor, FindsAnotherOneBesideItAndEndsWithExitCode1) {
  configure("");
  start_daemon(Limits::out_of_reach().config());
  Hog& other = steady("earlyoom", 16 * kMiB);
  const auto said = json();
  EXPECT_THAT(exit_code(), Optional(1));
  EXPECT_EQ(said.at("well"), false);
  EXPECT_EQ(said.at("findings").at(0).at("severity"), "must");
  EXPECT_THAT(doctor({}).text, HasSubstr(fmt::format("sudo kill {}\n", other.pid())));
}

TEST_F(Doctor, TellsADryRunFromOneThatActs) {
  configure("");
  start_daemon(Limits::out_of_reach().config(), {"--dry-run"});
  EXPECT_THAT(checks(json()), Contains("dry-run"));
}

TEST_F(Doctor, SaysWhoWouldGoFirstAndWhichEntriesMatchNobody) {
  configure("[victim]\nminimum = \"64MiB\"\n[[avoid]]\ncomm = \"^no such program$\"\n");
  Hog& big = steady("big", 128 * kMiB);
  const Said said = doctor({});
  EXPECT_THAT(said.text, HasSubstr("first to go " + named(big, "big")));
  EXPECT_THAT(said.text, HasSubstr("[[avoid]] 1: comm = '^no such program$'"));
}

TEST_F(Doctor, AMistakeInTheConfigurationIsOneLineAndExitCode2) {
  configure("[kill]\ngrase = \"2s\"\n");
  const Said said = doctor({});
  EXPECT_THAT(said.exit_code, Optional(2));
  EXPECT_EQ(said.lines(), 1) << said.text;
}

}  // namespace
}  // namespace forestall::testing
