// SPDX-License-Identifier: MIT
// forestall drill: shows that the installed daemon notices and acts, with the times; or without taking any memory that
// nothing keeps it from that.
#include "cli/drill.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "cli/command.h"
#include "cli/drill_watch_linux.h"
#include "cli/explanation.h"
#include "cli/machine_linux.h"
#include "engine/engine.h"
#include "evaluate/headroom.h"
#include "poll/view_linux.h"
#include "score/users_linux.h"

namespace forestall::cli {
namespace {

struct Request {
  std::optional<std::string> config;
  bool dry = false;
  bool yes = false;
  bool json = false;
};

/// One drill, step by step.
class Drill {
 public:
  explicit Drill(Request request) : request_(std::move(request)) {}
  int run();

 private:
  Result<void> look_at_daemon();
  Result<void> look();
  void add_check_of_room();
  Result<Standing> standing(Bytes size);
  int refuse();
  bool is_agreed();
  Result<void> take();
  Result<void> descend();
  void say(const std::string& text) const {
    if (!request_.json) print(text);
  }
  void say_checks() const {
    for (const DrillCheck& check : report_.checks) say(in_plain_words(check));
  }
  int finish() {
    if (request_.json && !print(as_json(report_))) return kFailed;
    return report_.is_well() ? kDone : kFailed;
  }

  Request request_;
  std::unique_ptr<DrillChild> child_;
  Machine machine_;
  std::int32_t daemon_ = 0;
  Bytes size_ = 0;
  Standing standing_;
  Explanation seen_;
  DrillReport report_;
};

Result<void> Drill::look_at_daemon() {
  const auto book = MatchBook::compile(Config{}, uid_of);
  if (!book) return tl::unexpected(book.error());
  read_machine({}, *book, machine_);
  const auto ours = acting(machine_);
  if (!ours.empty()) daemon_ = ours.front()->pid;
  if (daemon_ != 0 && !request_.config) request_.config = config_in_force(daemon_);
  return {};
}

/// A child without memory, seen as the daemon's scorer would see it with `size`.
Result<Standing> Drill::standing(Bytes size) {
  auto seen = explain({request_.config, std::nullopt, std::nullopt, {}, child_->pid()});
  if (!seen) return tl::unexpected(seen.error());
  seen_ = std::move(*seen);
  ProcessFacts facts = seen_.lot->process;
  facts.anon = std::max(facts.anon, size);
  const Census census = seen_.table->look(seen_.sample, minimum_of(seen_.config, seen_.sample));
  return standing_of(facts, census, seen_.config, seen_.sample);
}

/// So much would be taken; where no rule can be reached, so much as makes a candidate.
Bytes size_for(const Result<DrillPlan>& plan, const Explanation& seen) {
  return std::max(plan ? plan->take() : 0, minimum_of(seen.config, seen.sample));
}

Result<void> Drill::look() {
  auto first = standing(0);
  if (!first) return tl::unexpected(first.error());
  auto plan = plan_drill(seen_.config, seen_.verdict);
  size_ = size_for(plan, seen_);
  auto found = standing(size_);
  if (!found) return tl::unexpected(found.error());
  standing_ = *found;
  if (plan) {
    report_.rule = seen_.config.rules[plan->rule].name;
    report_.plan = *plan;
  } else {
    report_.no_plan = plan.error().what;
  }
  report_.rules = rules_in_words(seen_.config, seen_.verdict);
  Duration waited{0};
  const Duration longest = seen_.config.poll.idle_interval + std::chrono::seconds(1);
  const Pulse pulse = daemon_ != 0 ? pulse_of(daemon_, longest, waited) : Pulse::unknown;
  report_.checks = check_daemon(machine_, pulse, waited);
  report_.checks.push_back(check_choice(standing_, size_, request_.dry));
  if (plan && !request_.dry) add_check_of_room();
  return {};
}

/// A limit of the cgroup that the child lives in would be met by a kill of the kernel's, which may cost the whole
/// cgroup.
void Drill::add_check_of_room() {
  const std::string cgroup(seen_.lot->process.place.path.view());
  const auto view = open_view(cgroup);
  const auto sample = view ? view->samples->read() : tl::unexpected(view.error());
  if (!sample) return;  // no limit that could be read: the root of the tree, or no memory controller
  report_.checks.push_back(check_room(headroom(*sample).available, *report_.plan, cgroup));
}

int Drill::refuse() {
  if (report_.is_well())
    report_.checks.push_back({"plan", false, "no drill is possible now: " + report_.no_plan + "."});
  say_checks();
  say("Nothing was taken.\n");
  return finish();
}

bool Drill::is_agreed() {
  if (request_.yes) return true;
  say("Type \"yes\" to begin: ");
  std::string answer;
  return std::getline(std::cin, answer) && answer == "yes";
}

/// Down to just above the limit, one more look at who would go, and on.
Result<void> Drill::descend() {
  const DrillPlan& plan = *report_.plan;
  DrillResult& result = *report_.result;
  constexpr Duration longest = std::chrono::seconds(60);
  child_->descend(plan, plan.pause);
  if (!child_->is_down(longest)) {
    result.gave_up = !child_->has_ended(Duration(0));
    return {};
  }
  auto again = standing(plan.take());
  if (child_->has_ended(Duration(0))) return {};
  if (!again) return tl::unexpected(again.error());
  if (!again->goes_first) {
    result.refused = *again;
    return {};
  }
  child_->descend(plan, plan.stop);
  child_->is_down(longest);
  result.gave_up = !child_->has_ended(plan.patience);
  return {};
}

Result<void> Drill::take() {
  const auto view = open_view(std::nullopt);
  if (!view) return tl::unexpected(view.error());
  const auto before = view->samples->read();
  report_.result = DrillResult{};
  DrillResult& result = *report_.result;
  result.action = seen_.config.rules[report_.plan->rule].action;
  result.daemon = daemon_;
  const auto done = descend();
  child_->end();
  if (!done) return tl::unexpected(done.error());
  result.end = child_->result();
  if (result.end.from != 0 && result.end.from != daemon_) result.sender = comm_of(result.end.from);
  const auto after = view->samples->read();
  if (before && after && before->vmstat && after->vmstat) {
    result.kernel_kills = after->vmstat->oom_kill - before->vmstat->oom_kill;
  }
  report_.checks.push_back(judge(result, *report_.plan));
  return {};
}

int Drill::run() {
  if (!request_.dry && !request_.yes && (request_.json || ::isatty(STDIN_FILENO) == 0)) {
    return complain({0, "a drill takes memory: --yes agrees to that, --dry does without"}, kBadUse);
  }
  auto child = DrillChild::start();
  if (!child) return complain(child.error(), kFailed);
  child_ = std::move(*child);
  const auto looked = look_at_daemon().and_then([&] { return look(); });
  if (!looked) return complain(looked.error(), looked.error().code == 0 ? kBadUse : kFailed);
  if (request_.dry) {
    say_checks();
    say("\nRules\n");
    for (const std::string& line : report_.rules) say("  " + line + "\n");
    if (!report_.no_plan.empty()) say("No drill with memory is possible now.\n");
    say("Nothing was taken.\n");
    return finish();
  }
  if (!report_.is_well() || !report_.plan) return refuse();
  say_checks();
  say(plan_in_words(report_, standing_));
  if (!is_agreed()) {
    say("Nothing was taken.\n");
    return kFailed;
  }
  const auto taken = take();
  if (!taken) return complain(taken.error(), kFailed);
  say("\n" + in_plain_words(report_.checks.back()));
  return finish();
}

}  // namespace

void add_drill(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("drill", "A fire drill: does the daemon notice, does it act, and how soon?");
  auto request = std::make_shared<Request>();
  auto* dry = command->add_flag("--dry", request->dry, "Take no memory, only look for what would be in the way");
  command->add_flag("--yes", request->yes, "Begin without asking")->excludes(dry);
  command
      ->add_option("--config", request->config,
                   "What the daemon goes by, if that is neither in its arguments nor /etc/forestall")
      ->type_name("FILE");
  command->add_flag("--json", request->json, "All of it as JSON");
  command->callback([request, &run] { run = [request] { return Drill(*request).run(); }; });
}

}  // namespace forestall::cli
