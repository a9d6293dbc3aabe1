// SPDX-License-Identifier: MIT
// forestalld: what it may be asked on the command line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "config/config_file.h"
#include "daemon/daemon_linux.h"
#include "daemon/memory_linux.h"

namespace {

constexpr int kBadUse = 2;

int complain(const forestall::Error& error, int exit_code) {
  fmt::print(stderr, "forestalld: {}\n", in_words(error));
  return exit_code;
}

int run(int argc, char** argv) {
  forestall::take_little_memory();
  forestall::Options options;
  CLI::App app{"Ends the right process before memory runs out, and says why.", "forestalld"};
  app.set_version_flag("--version", "forestalld " FORESTALL_VERSION);
  app.add_option("--config", options.config, "Use this file instead of /etc/forestall")->type_name("FILE");
  app.add_option("--cgroup", options.cgroup, "Watch over this cgroup and its limits instead of the machine")
      ->type_name("PATH");
  app.add_flag("--dry-run", options.dry_run, "Say what would be done, but do nothing");
  app.add_flag("--verbose", options.verbose, "On a terminal, also say what is seen, once a second");
  app.footer("Started by systemd as forestalld.service. Configuration: forestall.toml(5). See also forestall(1).");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : kBadUse;
  }

  auto config = forestall::config::load(options.config);
  if (!config) return complain(config.error(), kBadUse);
  auto daemon = forestall::Daemon::create(std::move(options), std::move(*config));
  if (!daemon) return complain(daemon.error(), daemon.error().code == 0 ? kBadUse : 1);
  const auto result = (*daemon)->run();
  return result ? 0 : complain(result.error(), 1);
}

}  // namespace

int main(int argc, char** argv) try { return run(argc, argv); } catch (const std::exception& e) {
  std::fprintf(stderr, "forestalld: %s\n", e.what());
  return 1;
}
