// SPDX-License-Identifier: MIT
// forestall: the command beside the daemon.
#include <cstdio>

#include "cli/command.h"

namespace forestall::cli {

namespace {

int run_command(int argc, char** argv) {
  CLI::App app{"Shows what forestalld sees, whom it would end, and why.", "forestall"};
  Run run;
  add_commands(app, run);
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
