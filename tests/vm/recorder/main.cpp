// SPDX-License-Identifier: MIT
// forestall_recorder: writes down what happens to this machine, as a trace (tests/support/trace.h).
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/fd_linux.h"
#include "base/quantity.h"
#include "vm/recorder/recorder.h"

namespace forestall::testing {
namespace {

constexpr int kBadUse = 2;

struct Options {
  std::string out;
  std::string until = "100s";
  std::string expect;
  std::vector<std::string> why;
};

int complain(const Error& error, int exit_code) {
  const std::string cause = error.code != 0 ? fmt::format(": {}", std::strerror(error.code)) : "";
  fmt::print(stderr, "forestall_recorder: {}{}\n", error.what, cause);
  return exit_code;
}

bool put(const Fd& file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// In pieces: the whole text is not held. It is on the disk when this is over, whatever becomes of the machine.
bool write_out(const Trace& trace, const Fd& file) {
  constexpr std::size_t piece = 64 * kKiB;
  std::string buffer;
  bool good = true;
  format(trace, [&](std::string_view line) {
    buffer.append(line).append("\n");
    if (buffer.size() < piece) return;
    good = good && put(file, buffer);
    buffer.clear();
  });
  return good && put(file, buffer) && ::fsync(file.get()) == 0;
}

int record(const Options& options) {
  const auto longest = parse_duration(options.until);
  if (!longest) return complain({0, "--until: " + longest.error().what}, kBadUse);
  std::optional<Expectation> expectation;
  if (!options.expect.empty()) {
    const auto expected = parse_expectation(options.expect);
    if (!expected) return complain({0, "--expect: " + expected.error().what}, kBadUse);
    expectation = *expected;
  }
  const Fd out(::open(options.out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!out) return complain({errno, "cannot write " + options.out}, 1);
  auto recorder = Recorder::prepare();
  if (!recorder) return complain(recorder.error(), 1);
  fmt::print("recording\n");
  std::fflush(stdout);

  const auto result = recorder->run(*longest);
  Trace trace = recorder->take();
  trace.comments.insert(trace.comments.begin(), options.why.begin(), options.why.end());
  trace.expectation = expectation;
  if (!write_out(trace, out)) return complain({errno, "cannot write " + options.out}, 1);
  return result ? 0 : complain(result.error(), 1);
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app{"Writes down what happens to this machine, as a trace for tests/data/traces.", "forestall_recorder"};
  app.add_option("--out", options.out, "Where the trace goes, when SIGTERM comes or the time is over")
      ->required()
      ->type_name("FILE");
  app.add_option("--until", options.until, "How long, as 40s; 100s is the most")->type_name("TIME");
  app.add_option("--expect", options.expect, "What the trace demands, as \"act leak after 4s before 12s\" or \"quiet\"")
      ->type_name("TEXT");
  app.add_option("--why", options.why, "A line for people: what happens here and why it matters; may be given again")
      ->type_name("TEXT");
  app.footer("Prints \"recording\" when it is ready.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : kBadUse;
  }
  return record(options);
}

}  // namespace
}  // namespace forestall::testing

int main(int argc, char** argv) try { return forestall::testing::run(argc, argv); } catch (const std::exception& e) {
  std::fprintf(stderr, "forestall_recorder: %s\n", e.what());
  return 1;
}
