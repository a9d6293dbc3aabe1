// SPDX-License-Identifier: MIT
// Completion for shells, made from the parser itself, so that the two cannot disagree.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace forestall::cli {

/// What may be written for the value of an option, or for an argument.
struct Value {
  std::string name;                  ///< "FILE"; empty: there is none, it is a flag
  std::vector<std::string> choices;  ///< empty: not one of a few
  int times = 1;                     ///< that it is written in a row

  [[nodiscard]] bool is_file() const { return name == "FILE"; }
  [[nodiscard]] bool is_directory() const { return name == "DIR"; }
};

struct OptionWords {
  std::vector<std::string> names;  ///< "-n", "--most"
  std::string what;                ///< it is for
  Value value;
  bool repeatable = false;
};

/// What can be written after a command. Without what the parser hides.
struct CommandWords {
  std::string name;
  std::string what;
  std::vector<OptionWords> options;
  std::vector<Value> arguments;
  std::vector<CommandWords> commands;
};

/// Everything that `app` knows. An option is given a value by its type name: FILE, DIR, or with CLI::IsMember.
CommandWords words_of(const CLI::App& app);

/// A script that the shell reads: bash 4 or later, without any other package; zsh as an autoloaded function; fish 3.
std::string for_bash(const CommandWords& root);
std::string for_zsh(const CommandWords& root);
std::string for_fish(const CommandWords& root);

}  // namespace forestall::cli
