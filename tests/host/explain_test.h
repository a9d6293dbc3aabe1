// SPDX-License-Identifier: MIT
// `forestall explain` as it was built, asked about hogs.
#pragma once

#include "host/command_test.h"

namespace forestall::testing {

class ExplainTest : public CommandTest {
 protected:
  void configure(const std::string& config, const std::string& victim = "") {
    std::ofstream(config_path_) << "[victim]\nminimum = \"64MiB\"\n" << victim << config << std::flush;
  }

  Said explain(const std::vector<std::string>& options) {
    std::vector<std::string> arguments{"explain", "--config", config_path_};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return forestall(arguments);
  }
  std::string words(const std::vector<std::string>& options) {
    const Said said = explain(options);
    EXPECT_THAT(said.exit_code, ::testing::Optional(0)) << said.text;
    return said.text;
  }
  nlohmann::json json(std::vector<std::string> options) {
    options.emplace_back("--json");
    return nlohmann::json::parse(words(options), nullptr, false);
  }

 private:
  static constexpr const char* config_path_ = "/run/explain.toml";
};

}  // namespace forestall::testing
