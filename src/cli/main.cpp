// SPDX-License-Identifier: MIT
// forestall: the command beside the daemon.
#include <fmt/format.h>

#include <cstring>

#include "cli/command.h"

namespace forestall::cli {

int complain(const Error& error, int exit_code) {
  const std::string cause = error.code != 0 ? fmt::format(": {}", std::strerror(error.code)) : "";
  fmt::print(stderr, "forestall: {}{}\n", error.what, cause);
  return exit_code;
}

bool print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return std::fflush(stdout) == 0 && written;
}

namespace {

int run_command(int argc, char** argv) {
  CLI::App app{"Shows what forestalld sees, whom it would end, and why.", "forestall"};
  app.set_version_flag("--version", "forestall " FORESTALL_VERSION);
  app.require_subcommand(1);
  Run run;
  add_explain(app, run);
  add_check(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kDone : kBadUse;
  }
  return run();
}

}  // namespace
}  // namespace forestall::cli

int main(int argc, char** argv) try {
  return forestall::cli::run_command(argc, argv);
} catch (const std::exception& e) {
  std::fprintf(stderr, "forestall: %s\n", e.what());
  return forestall::cli::kFailed;
}
