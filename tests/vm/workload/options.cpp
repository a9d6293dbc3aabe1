// SPDX-License-Identifier: MIT
#include "options.h"

#include <algorithm>
#include <array>

#include "message.h"

namespace forestall::workload {
namespace {

constexpr std::size_t kLongestComm = 15;  // TASK_COMM_LEN of Linux, without the final zero

std::optional<OnTerm> parse_on_term(std::string_view text) {
  if (text == "die") return OnTerm::die;
  if (text == "ignore") return OnTerm::ignore;
  if (text == "save") return OnTerm::save;
  return std::nullopt;
}

std::optional<Fill> parse_fill(std::string_view text) {
  if (text == "text") return Fill::text;
  if (text == "random") return Fill::random;
  if (text == "zero") return Fill::zero;
  return std::nullopt;
}

std::optional<std::string> parse_path(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

std::optional<std::string> parse_comm(std::string_view text) {
  return text.size() > kLongestComm ? std::nullopt : parse_path(text);
}

/// Puts the parsed value into its place in Options; false if `text` is no such value.
template <auto kMember, auto kParse>
bool set(Options& options, std::string_view text) {
  const auto value = kParse(text);
  if (value) options.*kMember = *value;
  return value.has_value();
}

struct Option {
  std::string_view name;
  bool (*set)(Options&, std::string_view);
  std::string_view form;  ///< what a good value looks like
};

constexpr std::string_view kSize = "a size like 40MiB";
constexpr std::string_view kTime = "a time like 250ms or 5s";
constexpr std::string_view kPath = "a path";
constexpr std::string_view kFlag = "--respawn";  // the only one without a value

constexpr std::array<Option, 18> kOptions = {{
    {"--comm", set<&Options::comm, parse_comm>, "a name of 1 to 15 bytes"},
    {"--until", set<&Options::until, parse_time>, kTime},
    {"--on-term", set<&Options::on_term, parse_on_term>, "die, ignore or save"},
    {"--save-time", set<&Options::save_time, parse_time>, kTime},
    {"--save-file", set<&Options::save_file, parse_path>, kPath},
    {"--fill", set<&Options::fill, parse_fill>, "text, random or zero"},
    {"--size", set<&Options::size, parse_size>, kSize},
    {"--rate", set<&Options::rate, parse_size>, kSize},
    {"--touch", set<&Options::touch, parse_size_or_none>, "a size like 40MiB, or 0"},
    {"--file", set<&Options::file, parse_path>, kPath},
    {"--file-size", set<&Options::file_size, parse_size>, kSize},
    {"--anon", set<&Options::anon, parse_size>, kSize},
    {"--out", set<&Options::out, parse_path>, kPath},
    {"--hold", set<&Options::hold, parse_time>, kTime},
    {"--pause", set<&Options::pause, parse_time>, kTime},
    {"--every", set<&Options::every, parse_time>, kTime},
    {"--times", set<&Options::times, parse_count>, "a count"},
    {"--children", set<&Options::children, parse_count>, "a count"},
}};
constexpr std::array<std::string_view, 6> kOfAllKinds = {"--comm",      "--until",     "--on-term",
                                                         "--save-time", "--save-file", "--fill"};

bool among(const auto& names, std::string_view name) { return std::ranges::find(names, name) != std::end(names); }

void require_all_needed(const Kind& kind, const Options& options, const std::vector<std::string_view>& given) {
  for (const std::string_view name : kind.needs) {
    if (!among(given, name)) bad_usage(std::string(kind.name) + " needs " + std::string(name));
  }
  if (options.on_term == OnTerm::save && options.save_file.empty()) bad_usage("--on-term save needs --save-file");
}

}  // namespace

Options parse_options(std::span<const char* const> words, const Kind& kind) {
  Options options;
  std::vector<std::string_view> given;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string name = words[i];
    if (!among(kOfAllKinds, name) && !among(kind.needs, name) && !among(kind.takes, name)) {
      bad_usage(std::string(kind.name) + " has no option \"" + name + "\"");
    }
    given.push_back(words[i]);
    if (name == kFlag) {
      options.respawn = true;
      continue;
    }
    const auto* const option = std::ranges::find(kOptions, name, &Option::name);
    if (option == kOptions.end()) bad_usage("a kind lists " + name + ", which no table describes");
    if (++i == words.size() || !option->set(options, words[i])) {
      bad_usage(name + " wants " + std::string(option->form) +
                (i < words.size() ? std::string(", not \"") + words[i] + '"' : ""));
    }
  }
  require_all_needed(kind, options, given);
  return options;
}

}  // namespace forestall::workload
