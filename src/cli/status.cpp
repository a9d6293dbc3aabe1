// SPDX-License-Identifier: MIT
// forestall status: what is left, how fast it goes, which rule is nearest, and what the daemon may do. Needs neither
// it nor root.
#include "cli/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "base/text.h"
#include "cli/command.h"
#include "cli/machine_linux.h"
#include "config/config_file.h"
#include "engine/notes.h"
#include "report/archive_linux.h"

namespace forestall::cli {

std::optional<Stalled> stalled_between(const Sample& before, const Sample& now) {
  const Duration span = now.time - before.time;
  if (!before.psi || !now.psi || span <= Duration(0)) return std::nullopt;
  const auto part = [&](Duration then, Duration later) {
    const Duration stood = std::clamp(later - then, Duration(0), span);
    return share_of(static_cast<Bytes>(stood.count()), static_cast<Bytes>(span.count()));
  };
  return Stalled{part(before.psi->some, now.psi->some), part(before.psi->full, now.psi->full)};
}

namespace {

/// Long enough to tell a fall from a hiccup (kShortestSlope), short enough not to be waited for.
constexpr Duration kLooked = std::chrono::milliseconds(500);

struct Request {
  std::optional<std::string> config;
  std::optional<std::string> cgroup;
  bool json = false;
};

std::string why_not(int cause) {
  if (cause == 0 || cause == ENOENT) return "none is kept";
  return cause == EACCES ? "kept for root alone: sudo forestall history"
                         : fmt::format("cannot be read: {}", std::strerror(cause));
}

LastIncident last_incident() {
  auto files = stories_in(kArchiveDirectory);
  if (files.empty()) return {std::nullopt, why_not(errno)};
  std::ranges::reverse(files);
  for (const auto& file : files) {
    const auto text = read_story(file);
    if (!text && text.error().code == ENOENT) continue;  // it had to make room a moment ago
    if (!text) return {std::nullopt, why_not(text.error().code)};
    if (auto story = parse_story_head(*text)) return {std::move(*story), {}};
  }
  return {std::nullopt, "none that can be read: forestall history"};
}

Result<Status> find_out(const Request& request) {
  auto config = config::load(request.config);
  if (!config) return tl::unexpected(config.error());
  auto l = open_lookout(std::move(*config), request.cgroup);
  if (!l) return tl::unexpected(l.error());
  if (const auto done = look(*l); !done) return tl::unexpected(done.error());
  const Sample before = l->sample;
  put_in_order(*l, l->table->look_thoroughly(before, l->minimum(), kPatience));
  Status s;
  if (!l->ranking.order.empty()) s.next = note(l->ranking.order.front());
  std::this_thread::sleep_for(kLooked);
  if (const auto done = look(*l); !done) return tl::unexpected(done.error());
  s.looked = l->sample.time - before.time;
  s.stalled = stalled_between(before, l->sample);
  s.falling = fall_per_second(l->memory.history);
  s.verdict = l->verdict;
  s.rules = l->config.rules;
  s.nearness = nearness_of(s.rules, s.verdict);
  s.last = last_incident();
  s.daemons = {read_ours(), l->table->sees_everybody(), request.cgroup.has_value(),
               l->sample.time.time_since_epoch() + l->sample.suspended};
  s.cgroup = std::move(l->cgroup);
  return s;
}

int run_status(const Request& request) {
  const auto status = find_out(request);
  if (!status) return complain(status.error(), status.error().code == 0 ? kBadUse : kFailed);
  if (!print(request.json ? as_json(*status) : in_plain_words(*status))) return kFailed;
  return status->daemons.counting().empty() ? kNotRunning : kDone;
}

}  // namespace

void add_status(CLI::App& app, Run& run) {
  auto* command =
      app.add_subcommand("status", "One screen: what is left, which rule is nearest, what the daemon may do");
  auto request = std::make_shared<Request>();
  command->add_option("--config", request->config, "Use this file instead of /etc/forestall")->type_name("FILE");
  command->add_option("--cgroup", request->cgroup, "Of this cgroup and its limits instead of the machine")
      ->type_name("PATH");
  command->add_flag("--json", request->json, "All of it as JSON");
  command->callback([request, &run] { run = [request] { return run_status(*request); }; });
}

}  // namespace forestall::cli
