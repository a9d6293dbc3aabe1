// SPDX-License-Identifier: MIT
// The same words for three shells. A command within a command is a word of its path: "", " import", " import oomd".
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "cli/completion.h"

namespace forestall::cli {
namespace {

/// Each of `special` gets a backslash before it.
std::string with_backslashes(std::string_view text, std::string_view special) {
  std::string all;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) all += '\\';
    all += c;
  }
  return all;
}

/// As one word of bash or zsh.
std::string as_word(std::string_view text) {
  std::string all = "'";
  for (const char c : text) all += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return all + "'";
}

std::string heading(std::string_view shell, const CommandWords& root) {
  return fmt::format("# {0} completion for {1}, printed by \"{1} completion {0}\".\n", shell, root.name);
}

std::vector<std::string> names_of(const std::vector<CommandWords>& commands) {
  std::vector<std::string> names(commands.size());
  std::ranges::transform(commands, names.begin(), &CommandWords::name);
  return names;
}

// ---- bash -----------------------------------------------------------------------------------------------------------

constexpr std::string_view kBashBegin = R"(_forestall() {
  local word path= files= words= previous=${COMP_WORDS[COMP_CWORD-1]} current=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
)";

// bash cuts words at "=": --config=FILE is three of them.
constexpr std::string_view kBashValues = R"(    esac
  done
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD-2]}
  fi
  case "$path:$previous" in
)";

constexpr std::string_view kBashOptions = R"(    *)
      if [[ $current == -* ]]; then
        case "$path" in
)";

constexpr std::string_view kBashArguments = R"(        esac
      else
        case "$path" in
)";

constexpr std::string_view kBashEnd = R"(        esac
      fi
  esac
  [[ -z $words ]] || mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  [[ -z $files ]] || { mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen "$files" -- "$current"); compopt -o filenames; }
} 2>/dev/null
complete -F _forestall forestall
)";

template <typename Visit>
void each_command(const CommandWords& command, const std::string& path, const Visit& visit) {
  visit(command, path);
  for (const CommandWords& c : command.commands) each_command(c, path + " " + c.name, visit);
}

/// For the first of several values; the others are where arguments stand, and are offered as those are.
std::string bash_offer(const Value& value) {
  if (!value.choices.empty())
    return fmt::format("words+={}", as_word(fmt::format(" {}", fmt::join(value.choices, " "))));
  if (value.is_file()) return "files=-f";
  return value.is_directory() ? "files=-d" : ":";
}

std::string bash_values(const CommandWords& command, const std::string& path) {
  std::string text;
  for (const OptionWords& option : command.options) {
    if (option.value.name.empty()) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : option.names) patterns.push_back(as_word(path + ":" + name));
    text += fmt::format("    {}) {} ;;\n", fmt::join(patterns, "|"), bash_offer(option.value));
  }
  return text;
}

std::string bash_options(const CommandWords& command, const std::string& path) {
  std::vector<std::string> names;
  for (const OptionWords& option : command.options) names.insert(names.end(), option.names.begin(), option.names.end());
  return fmt::format("          {}) words={} ;;\n", as_word(path), as_word(fmt::format("{}", fmt::join(names, " "))));
}

std::string bash_arguments(const CommandWords& command, const std::string& path) {
  std::vector<std::string> offers;
  const std::vector<std::string> names = names_of(command.commands);
  if (!names.empty()) offers.push_back(fmt::format("words+={}", as_word(fmt::format(" {}", fmt::join(names, " ")))));
  for (const Value& argument : command.arguments) offers.push_back(bash_offer(argument));
  if (offers.empty()) return "";
  return fmt::format("          {}) {} ;;\n", as_word(path), fmt::join(offers, "; "));
}

}  // namespace

std::string for_bash(const CommandWords& root) {
  std::string paths, values, options, arguments;
  each_command(root, "", [&](const CommandWords& command, const std::string& path) {
    if (!path.empty()) paths += fmt::format("      {}) path+=\" $word\" ;;\n", as_word(path));
    values += bash_values(command, path);
    options += bash_options(command, path);
    arguments += bash_arguments(command, path);
  });
  return fmt::format("{}{}{}{}{}{}{}{}{}{}", heading("bash", root), kBashBegin, paths, kBashValues, values,
                     kBashOptions, options, kBashArguments, arguments, kBashEnd);
}

// ---- zsh ------------------------------------------------------------------------------------------------------------

namespace {

/// The part of a specification of _arguments that says what the value is: ":FILE:_files", once for each.
std::string zsh_value(const Value& value) {
  if (value.name.empty()) return "";
  std::string action = " ";
  if (!value.choices.empty()) action = fmt::format("({})", fmt::join(value.choices, " "));
  if (value.is_file()) action = "_files";
  if (value.is_directory()) action = "_files -/";
  std::string text;
  for (int i = 0; i < value.times; ++i) text += fmt::format(":{}:{}", value.name, action);
  return text;
}

/// One specification for each name; giving one excludes the others, and itself unless it can be repeated.
std::string zsh_option(const OptionWords& option) {
  const std::string others = option.repeatable ? "*" : fmt::format("({})", fmt::join(option.names, " "));
  std::string text;
  for (const std::string& name : option.names) {
    const bool is_long = name.starts_with("--");
    const char* separator = option.value.name.empty() ? "" : is_long ? "=" : "+";
    text += fmt::format(" \\\n    {}",
                        as_word(fmt::format("{}{}{}[{}]{}", others, name, separator,
                                            with_backslashes(option.what, "\\[]:"), zsh_value(option.value))));
  }
  return text;
}

std::string zsh_arguments(const CommandWords& command) {
  std::string text = "  _arguments -C";
  for (const OptionWords& option : command.options) text += zsh_option(option);
  for (const Value& argument : command.arguments) text += fmt::format(" \\\n    {}", as_word(zsh_value(argument)));
  if (!command.commands.empty()) text += " \\\n    '1: :->command' \\\n    '*:: :->rest'";
  return text + "\n";
}

/// A function for each command: "_forestall", "_forestall_import".
std::string zsh_function(const CommandWords& command, const std::string& name) {
  std::string text;
  for (const CommandWords& c : command.commands) text += zsh_function(c, name + "_" + c.name);
  text += fmt::format("{}() {{\n", name);
  if (command.commands.empty()) return text + zsh_arguments(command) + "}\n\n";
  text += "  local context state state_descr line\n  typeset -A opt_args\n" + zsh_arguments(command);
  text += "  case $state in\n    command)\n      local -a commands=(";
  for (const CommandWords& c : command.commands) {
    text += fmt::format("\n        {}", as_word(c.name + ":" + with_backslashes(c.what, "\\:")));
  }
  text += ")\n      _describe command commands ;;\n    rest)\n      case $words[1] in\n";
  for (const CommandWords& c : command.commands) text += fmt::format("        {0}) {1}_{0} ;;\n", c.name, name);
  return text + "      esac ;;\n  esac\n}\n\n";
}

}  // namespace

std::string for_zsh(const CommandWords& root) {
  const std::string function = "_" + root.name;
  return fmt::format("#compdef {}\n{}\n{}{} \"$@\"\n", root.name, heading("zsh", root), zsh_function(root, function),
                     function);
}

// ---- fish -----------------------------------------------------------------------------------------------------------

namespace {

std::string fish_quoted(std::string_view text) { return "'" + with_backslashes(text, "\\'") + "'"; }

/// When something is offered: the words of the path are there, and none of the commands that could follow.
std::string fish_when(const std::string& path, const std::vector<std::string>& not_yet) {
  std::vector<std::string> tests;
  for (const std::string& word : CLI::detail::split(path, ' ')) {
    if (!word.empty()) tests.push_back("__fish_seen_subcommand_from " + word);
  }
  if (!not_yet.empty()) tests.push_back(fmt::format("not __fish_seen_subcommand_from {}", fmt::join(not_yet, " ")));
  return tests.empty() ? "" : fmt::format(" -n {}", fish_quoted(fmt::format("{}", fmt::join(tests, "; and "))));
}

/// The first of several, as with bash.
std::string fish_value(const Value& value) {
  if (value.name.empty()) return "";
  if (!value.choices.empty())
    return fmt::format(" -x -a {}", fish_quoted(fmt::format("{}", fmt::join(value.choices, " "))));
  if (value.is_directory()) return " -x -a '(__fish_complete_directories)'";
  return value.is_file() ? " -r -F" : " -x";
}

std::string fish_option(const OptionWords& option) {
  std::string text;
  for (const std::string& name : option.names) {
    const bool is_long = name.starts_with("--");
    text += fmt::format(" {} {}", is_long ? "-l" : "-s", name.substr(is_long ? 2 : 1));
  }
  return fmt::format("{}{} -d {}\n", text, fish_value(option.value), fish_quoted(option.what));
}

}  // namespace

std::string for_fish(const CommandWords& root) {
  const std::string begin = "complete -c " + root.name;
  std::string text = heading("fish", root) + begin + " -f\n";
  each_command(root, "", [&](const CommandWords& command, const std::string& path) {
    const std::string here = begin + fish_when(path, names_of(command.commands));
    for (const CommandWords& c : command.commands) {
      text += fmt::format("{} -a {} -d {}\n", here, c.name, fish_quoted(c.what));
    }
    for (const Value& argument : command.arguments) {
      if (argument.is_file()) text += here + " -F\n";
      if (argument.is_directory() || !argument.choices.empty()) text += here + fish_value(argument) + "\n";
    }
    for (const OptionWords& option : command.options) text += here + fish_option(option);
  });
  return text;
}

}  // namespace forestall::cli
