// SPDX-License-Identifier: MIT
// forestall replay: the live engine over a recording. Needs neither the daemon nor root, and touches nothing.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/fd_linux.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/replayed.h"
#include "config/config_file.h"
#include "score/users_linux.h"

namespace forestall::cli {
namespace {

struct Request {
  std::string file;
  std::optional<std::string> config;
  std::vector<std::string> compare;  ///< none or two
  std::vector<std::string> rules;    ///< these alone; none: as the configuration has it
  bool json = false;
};

/// A day of a busy machine.
constexpr std::size_t kLargestRecording = 256 * kMiB;

Result<std::string> read_whole(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return failure(errno, fmt::format("cannot read {}", escaped(path)));
  constexpr std::size_t piece = kMiB;
  std::string text;
  while (text.size() <= kLargestRecording) {
    const std::size_t before = text.size();
    text.resize(before + piece);
    const ssize_t got = ::read(file.get(), text.data() + before, piece);
    const int error = errno;
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return text;
    if (got < 0 && error != EINTR) return failure(error, fmt::format("cannot read {}", escaped(path)));
  }
  return failure(EFBIG, escaped(path));
}

Result<Recording> read_recording(const std::string& path) {
  const auto text = read_whole(path);
  if (!text) return tl::unexpected(text.error());
  auto recording = parse_recording(*text);
  if (!recording) return failure(0, fmt::format("{}: {}", escaped(path), recording.error().what));
  if (recording->trace.samples.empty()) {
    return failure(0, fmt::format("{}: nothing was recorded, there is no sample in it", escaped(path)));
  }
  return recording;
}

/// The configurations to try: those to compare, else the one in force.
std::vector<std::optional<std::string>> files_of(const Request& request) {
  if (request.compare.empty()) return {request.config};
  return {request.compare.begin(), request.compare.end()};
}

/// These are in force, whatever the configuration says, and no others.
Result<void> keep_rules(const std::vector<std::string>& names, Config& config) {
  for (const std::string& name : names) {
    if (const auto rule = rule_named(name, config.rules, "--rules"); !rule) return tl::unexpected(rule.error());
  }
  for (Rule& rule : config.rules) rule.enabled = std::ranges::find(names, rule.name) != names.end();
  return {};
}

/// How a trial is called: by its file, and by the rules if not all of that hold.
std::string name_of_trial(const std::optional<std::string>& file, const std::vector<std::string>& rules) {
  const std::string name = file.value_or(config::kDefaultDirectory);
  return rules.empty() ? name : fmt::format("{}, {} alone", name, fmt::join(rules, ", "));
}

int run_replay(const Request& request) {
  Comparison comparison{request.file, {}, {}};
  std::vector<Config> configs;
  for (const auto& file : files_of(request)) {
    auto config = config::load(file);
    if (!config) return complain(config.error(), kBadUse);
    if (!request.rules.empty()) {
      if (const auto kept = keep_rules(request.rules, *config); !kept) return complain(kept.error(), kBadUse);
    }
    configs.push_back(std::move(*config));
    comparison.trials.push_back({name_of_trial(file, request.rules), {}});
  }
  auto recording = read_recording(request.file);
  if (!recording) return complain(recording.error(), kFailed);
  comparison.recording = std::move(*recording);
  const Looks looks = comparison.recording.is_incident ? Looks::as_recorded : Looks::as_asked;
  for (std::size_t i = 0; i < configs.size(); ++i) {
    auto replayed = replay(comparison.recording.trace, configs[i], looks, uid_of);
    if (!replayed) return complain(replayed.error(), kFailed);
    comparison.trials[i].replayed = std::move(*replayed);
  }
  return print(request.json ? as_json(comparison) : in_plain_words(comparison)) ? kDone : kFailed;
}

}  // namespace

void add_replay(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("replay", "What would have happened, had forestalld watched over this recording?");
  auto request = std::make_shared<Request>();
  command->add_option("FILE", request->file, "A trace of \"forestall record\", or the file of an incident")->required();
  auto* config = command->add_option("--config", request->config, "Use this file instead of /etc/forestall");
  config->type_name("FILE");
  command->add_option("--compare", request->compare, "Two configurations beside each other")
      ->type_name("FILE")
      ->expected(2)
      ->excludes(config);
  command->add_option("--rules", request->rules, "As if these rules, separated by commas, were all there are")
      ->type_name("NAME,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--json", request->json, "All of it as JSON, without the picture");
  command->callback([request, &run] { run = [request] { return run_replay(*request); }; });
}

}  // namespace forestall::cli
