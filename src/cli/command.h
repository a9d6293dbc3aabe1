// SPDX-License-Identifier: MIT
// The subcommands of `forestall`. Each is one file: what it may be asked is added to the parser, what it does returns
// the exit code.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "forestall/config.h"
#include "forestall/result.h"

namespace forestall::cli {

/// Exit codes of every subcommand.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kBadUse = 2;
inline constexpr int kNotRunning = 3;  ///< of status: no daemon is seen

/// Adds a subcommand to `app`; when it is chosen, `run` is set to what it does.
using Run = std::function<int()>;
void add_explain(CLI::App& app, Run& run);
void add_check(CLI::App& app, Run& run);
void add_history(CLI::App& app, Run& run);
void add_show(CLI::App& app, Run& run);
void add_record(CLI::App& app, Run& run);
void add_doctor(CLI::App& app, Run& run);
void add_replay(CLI::App& app, Run& run);
void add_status(CLI::App& app, Run& run);
void add_top(CLI::App& app, Run& run);
void add_drill(CLI::App& app, Run& run);
void add_completion(CLI::App& app, Run& run);

/// All of them, and what `app` is asked without any. Both must live until the parser is asked no more.
void add_commands(CLI::App& app, Run& run);

/// The rule that was asked for by `option`; an Error of code 0 says what there is instead.
Result<const Rule*> rule_named(const std::string& name, const std::vector<Rule>& rules, std::string_view option);

/// Says on stderr what went wrong, with the meaning of its errno; returns `exit_code`.
int complain(const Error& error, int exit_code);

/// Writes to stdout. False if that failed (a full disk, a closed pipe).
bool print(const std::string& text);

}  // namespace forestall::cli
