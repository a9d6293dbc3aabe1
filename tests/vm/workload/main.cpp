// SPDX-License-Identifier: MIT
// A program for the virtual machines of the tests: makes memory pressure of a known kind, or is an innocent bystander.
// It ends only when killed, or as --until and --on-term say.
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "ending.h"
#include "kinds.h"
#include "message.h"
#include "options.h"
#include "pace.h"

namespace forestall::workload {
namespace {

const std::array<Kind, 11> kKinds = {{
    {"leak", {"--rate"}, {"--size"}, run_leak},
    {"burst", {"--size"}, {}, run_burst},
    {"hold", {"--size"}, {"--touch"}, run_hold},
    {"database", {"--size"}, {"--touch", "--file"}, run_database},
    {"spike", {"--size", "--hold", "--pause"}, {"--times"}, run_spike},
    {"tree", {"--children", "--rate", "--size"}, {"--respawn"}, run_tree},
    {"swarm", {"--children", "--size", "--every"}, {}, run_swarm},
    {"stream", {"--file"}, {"--rate"}, run_stream},
    {"fill", {"--file", "--rate"}, {"--size"}, run_fill},
    {"busy", {}, {}, run_busy},
    {"judge", {"--out"}, {"--anon", "--file", "--file-size"}, run_judge},
}};

const Kind& kind_named(std::string_view name) {
  const auto* const kind = std::ranges::find(kKinds, name, &Kind::name);
  if (kind != kKinds.end()) return *kind;
  std::string known;
  for (const Kind& each : kKinds) known.append(" ").append(each.name);
  bad_usage("usage: workload KIND [--option value]..., KIND one of" + known);
}

[[noreturn]] void run(std::span<const char* const> words) {
  const Kind& kind = kind_named(words.empty() ? "" : words.front());
  static const Options options = parse_options(words.subspan(1), kind);  // the handlers of signals read it to the end
  if (!options.comm.empty()) prctl(PR_SET_NAME, options.comm.c_str());
  answer_sigterm(options);
  if (options.until) end_after(*options.until);
  kind.run(options);
  stay();
}

}  // namespace
}  // namespace forestall::workload

int main(int argc, char** argv) {
  forestall::workload::run({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)});
}
