// SPDX-License-Identifier: MIT
// forestall record: writes down what happens to this machine, as a trace that `forestall replay` reads.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd_linux.h"
#include "base/quantity.h"
#include "base/text.h"
#include "cli/command.h"
#include "replay/recorder_linux.h"

namespace forestall::cli {
namespace {

struct Request {
  std::string file;
  std::optional<std::string> longest;
};

Result<Duration> longest_of(const Request& request) {
  if (!request.longest) return kLongestRecording;
  const auto longest = parse_duration(*request.longest);
  if (!longest) return failure(0, "--for: " + longest.error().what);
  if (*longest > Duration(0) && *longest <= kLongestRecording) return longest;
  return failure(
      0, fmt::format("--for: found {}; more than 0 s is allowed, up to {}", human(*longest), human(kLongestRecording)));
}

/// Nobody else's business: command lines are in it.
Fd open_to_write(const std::string& file) {
  if (file == "-") return Fd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
  return Fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
}

int run_record(const Request& request) {
  const auto longest = longest_of(request);
  if (!longest) return complain(longest.error(), kBadUse);
  const std::string name = request.file == "-" ? "the standard output" : request.file;
  Fd file = open_to_write(request.file);
  if (!file) return complain({errno, fmt::format("cannot write {}", escaped(name))}, kFailed);
  const auto recorder = Recorder::prepare(std::move(file), name);
  if (!recorder) return complain(recorder.error(), kFailed);
  for (const std::string& what : (*recorder)->missing()) fmt::print(stderr, "note: {}\n", what);
  fmt::print(stderr,
             "Recording to {}, for {} at most. Ctrl+C or SIGTERM ends it; what is recorded is good at any time.\n",
             escaped(name), human(*longest));
  const auto done = (*recorder)->run(*longest);
  return done ? kDone : complain(done.error(), kFailed);
}

}  // namespace

void add_record(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("record", "Write down what happens to this machine, for \"forestall replay\"");
  auto request = std::make_shared<Request>();
  command->add_option("FILE", request->file, "Where the trace goes; \"-\" is the standard output")->required();
  command->add_option("--for", request->longest, "How long, as 40s or 2h; 24h is the most, and the default")
      ->type_name("TIME");
  command->callback([request, &run] { run = [request] { return run_record(*request); }; });
}

}  // namespace forestall::cli
