// SPDX-License-Identifier: MIT
// forestall top: how things stand, again and again in the same place. Needs neither the daemon nor root.
#include "cli/top.h"

#include <chrono>
#include <thread>

#include "base/colours.h"
#include "cli/command.h"
#include "cli/lookout.h"
#include "cli/machine_linux.h"
#include "cli/terminal_linux.h"
#include "config/config_file.h"
#include "engine/notes.h"

namespace forestall::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Duration kEvery = std::chrono::seconds(1);
/// Before the first screen: less tells nothing of rates (kShortestSlope).
constexpr Duration kFirst = std::chrono::milliseconds(250);
/// Daemons come and go seldom: they are looked for with one look in so many.
constexpr unsigned kLooksADaemon = 5;

struct Request {
  std::optional<std::string> config;
  std::optional<std::string> cgroup;
};

/// The machine, and what is shown of it.
class Watch {
 public:
  static Result<Watch> begin(const Request& request) {
    auto config = config::load(request.config);
    if (!config) return tl::unexpected(config.error());
    auto lookout = open_lookout(std::move(*config), request.cgroup);
    if (!lookout) return tl::unexpected(lookout.error());
    Watch w(std::move(*lookout));
    w.state.cgroup = w.lookout_.cgroup;
    w.state.rules = w.lookout_.config.rules;
    w.state.daemons.of_cgroup = request.cgroup.has_value();
    if (const auto done = cli::look(w.lookout_); !done) return tl::unexpected(done.error());
    w.lookout_.table->look_thoroughly(w.lookout_.sample, w.lookout_.minimum(), kPatience);
    std::this_thread::sleep_for(kFirst);
    if (const auto done = w.look(); !done) return tl::unexpected(done.error());
    return w;
  }

  Result<void> look() {
    const Sample before = lookout_.sample;
    if (const auto done = cli::look(lookout_); !done) return done;
    const Sample& now = lookout_.sample;
    const Census census = lookout_.table->learn(now, lookout_.minimum());
    put_in_order(lookout_, census);
    lookout_.growth.see(now.time, census);
    state.verdict = lookout_.verdict;
    state.stalled = stalled_between(before, now);
    state.falling = fall_per_second(lookout_.memory.history);
    state.order.clear();
    for (const Candidate& c : lookout_.ranking.order) state.order.push_back(note(c));
    if (looks_++ % kLooksADaemon == 0) state.daemons.ours = read_ours();
    state.daemons.sees_everybody = lookout_.table->sees_everybody();
    state.daemons.since_boot = now.time.time_since_epoch() + now.suspended;
    remember(state);
    return {};
  }

  TopState state;

 private:
  explicit Watch(Lookout lookout) : lookout_(std::move(lookout)) {}

  Lookout lookout_;
  unsigned looks_ = 0;
};

Result<void> show_once(const Request& request) {
  const auto watch = Watch::begin(request);
  if (!watch) return tl::unexpected(watch.error());
  if (!print(as_text(screen(watch->state, {})))) return failure(errno, "cannot write");
  return {};
}

Result<void> show_live(const Request& request) {
  const auto terminal = Terminal::take_over();
  if (!terminal) return tl::unexpected(terminal.error());
  auto watch = Watch::begin(request);
  if (!watch) return tl::unexpected(watch.error());
  const bool colours = wants_colours();
  Clock::time_point next = Clock::now() + kEvery;
  while ((*terminal)->show(as_frame(screen(watch->state, Terminal::size()), colours))) {
    const Terminal::Heard heard = (*terminal)->wait(next - Clock::now());
    if (heard.over || press(watch->state.view, heard.keys)) break;
    if (Clock::now() < next) continue;
    if (const auto done = watch->look(); !done) return done;
    next = std::max(next + kEvery, Clock::now());
  }
  return {};
}

int run_top(const Request& request) {
  const auto done = is_at_terminal() ? show_live(request) : show_once(request);
  return done ? kDone : complain(done.error(), done.error().code == 0 ? kBadUse : kFailed);
}

}  // namespace

void add_top(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("top", "The same live: memory, stalls, the rules, the ranking; q ends it");
  auto request = std::make_shared<Request>();
  command->add_option("--config", request->config, "Use this file instead of /etc/forestall")->type_name("FILE");
  command->add_option("--cgroup", request->cgroup, "Of this cgroup and its limits instead of the machine")
      ->type_name("PATH");
  command->callback([request, &run] { run = [request] { return run_top(*request); }; });
}

}  // namespace forestall::cli
