// SPDX-License-Identifier: MIT
#include "cli/command.h"

namespace forestall::cli {

void add_commands(CLI::App& app, Run& run) {
  app.set_version_flag("--version", "forestall " FORESTALL_VERSION);
  app.require_subcommand(1);
  add_status(app, run);
  add_top(app, run);
  add_explain(app, run);
  add_check(app, run);
  add_doctor(app, run);
  add_history(app, run);
  add_show(app, run);
  add_record(app, run);
  add_replay(app, run);
  add_drill(app, run);
  add_completion(app, run);
}

}  // namespace forestall::cli
