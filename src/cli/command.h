// SPDX-License-Identifier: MIT
// The subcommands of `forestall`. Each is one file: what it may be asked is added to the parser, what it does returns
// the exit code.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <string>

#include "forestall/config.h"
#include "forestall/result.h"

namespace forestall::cli {

/// Exit codes of every subcommand.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kBadUse = 2;

/// Adds a subcommand to `app`; when it is chosen, `run` is set to what it does.
using Run = std::function<int()>;
void add_explain(CLI::App& app, Run& run);
void add_check(CLI::App& app, Run& run);

/// Says on stderr what went wrong, with the meaning of its errno; returns `exit_code`.
int complain(const Error& error, int exit_code);

/// Writes to stdout. False if that failed (a full disk, a closed pipe).
bool print(const std::string& text);

}  // namespace forestall::cli
