// SPDX-License-Identifier: MIT
// forestall completion SHELL: for packagers and for the build, which installs what it prints.
#include "cli/completion.h"

#include <algorithm>
#include <array>
#include <memory>

#include "base/text.h"
#include "cli/command.h"

namespace forestall::cli {
namespace {

/// CLI11 tells what CLI::IsMember allows only as a part of the type's name: "TERM:{memory,growth}".
std::vector<std::string> choices_in(std::string_view type) {
  const std::size_t begin = type.find(":{");
  const std::size_t end = type.find('}');
  if (begin == std::string_view::npos || end == std::string_view::npos) return {};
  return CLI::detail::split(std::string(type.substr(begin + 2, end - begin - 2)), ',');
}

Value value_of(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return {};
  const std::string type = option.get_type_name();
  std::string name = type.substr(0, type.find(':'));
  // Without a name of its own: what the help calls the argument.
  if (name == "TEXT" && option.get_positional()) name = option.get_name(true);
  return {std::move(name), choices_in(type), std::max(option.get_items_expected_min(), 1)};
}

OptionWords words_of(const CLI::Option& option) {
  OptionWords words;
  for (const std::string& name : option.get_snames()) words.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) words.names.push_back("--" + name);
  words.what = option.get_description();
  words.value = value_of(option);
  words.repeatable = option.get_expected_max() > option.get_expected_min();
  return words;
}

}  // namespace

CommandWords words_of(const CLI::App& app) {
  CommandWords words{app.get_name(), app.get_description(), {}, {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      words.arguments.push_back(value_of(*option));
    } else if (!option->get_group().empty()) {
      words.options.push_back(words_of(*option));
    }
  }
  for (const CLI::App* command : app.get_subcommands({})) {
    if (!command->get_group().empty()) words.commands.push_back(words_of(*command));
  }
  return words;
}

namespace {

struct Shell {
  const char* name;
  std::string (*script)(const CommandWords& root);
};
constexpr std::array<Shell, 3> kShells{{{"bash", for_bash}, {"zsh", for_zsh}, {"fish", for_fish}}};

}  // namespace

void add_completion(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("completion", "What a shell needs to complete the words of this command");
  command->group("");
  auto name = std::make_shared<std::string>();
  std::vector<std::string> names(kShells.size());
  std::ranges::transform(kShells, names.begin(), &Shell::name);
  command->add_option("SHELL", *name)->required()->check(CLI::IsMember(names));
  command->callback([name, &app, &run] {
    run = [name, &app] {
      const auto* const shell = std::ranges::find(kShells, *name, &Shell::name);
      return print(shell->script(words_of(app))) ? kDone : kFailed;
    };
  });
}

}  // namespace forestall::cli
