// SPDX-License-Identifier: MIT
// The command `forestall` as it was built, asked in a private world.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "host/host_test.h"

namespace forestall::testing {

struct Said {
  std::optional<int> exit_code;
  std::string text;

  [[nodiscard]] auto lines() const { return std::ranges::count(text, '\n'); }
};

/// The beginning of how it is spoken of.
inline std::string named(const Hog& hog, std::string_view comm) {
  return fmt::format("{} (pid {}, uid 0", comm, hog.pid());
}

inline std::string all_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class CommandTest : public HostTest {
 protected:
  Said forestall(std::vector<std::string> arguments) {
    const std::string path = "/run/forestall-said";
    std::filesystem::remove(path);
    arguments.insert(arguments.begin(), "forestall");
    Child command({FORESTALL_COMMAND, arguments, {"LC_ALL=C.UTF-8"}, path});
    EXPECT_TRUE(wait_for(kLater, [&] { return command.ended(); })) << "it does not come to an end";
    return {command.exit_code(), all_of(path)};
  }
};

}  // namespace forestall::testing
