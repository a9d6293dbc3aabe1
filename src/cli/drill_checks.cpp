// SPDX-License-Identifier: MIT
// The links of the chain, one by one.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "base/quantity.h"
#include "base/text.h"
#include "cli/drill.h"
#include "report/words.h"

namespace forestall::cli {
namespace {

std::string why_nobody_acts(const Machine& m) {
  std::vector<std::string> reasons;
  for (const Guard& g : m.guards) {
    if (g.program != "forestalld") continue;
    const char* reason = g.one_cgroup ? "watches over one cgroup alone (--cgroup)"
                         : g.dry_run  ? "only says what it would do (--dry-run): start it without that option"
                                      : "runs without CAP_KILL: start it as its service, or as root";
    reasons.push_back(in_words(g) + " " + reason);
  }
  if (!reasons.empty()) return fmt::format("{}.", fmt::join(reasons, "; "));
  if (!m.sees_everybody) return "whether forestalld runs cannot be seen, for /proc hides it: try as root.";
  return m.installed ? "forestalld does not run: sudo systemctl enable --now forestalld"
                     : "forestalld does not run, and is not installed as a service.";
}

DrillCheck check_runs(const Machine& m) {
  const auto ours = acting(m);
  if (ours.empty()) return {"daemon", false, why_nobody_acts(m)};
  if (ours.size() > 1) {
    return {"daemon", false,
            fmt::format("forestalld runs {} times: \"forestall doctor\" says what to do.", ours.size())};
  }
  return {"daemon", true, in_words(*ours.front()) + " runs, and may signal everybody (CAP_KILL)."};
}

DrillCheck check_awake(Pulse pulse, Duration waited) {
  switch (pulse) {
    case Pulse::beats: return {"awake", true, fmt::format("Its loop goes round: seen within {}.", human(waited))};
    case Pulse::none:
      return {"awake", false,
              fmt::format("its loop has not gone round for {}: sudo systemctl restart forestalld", human(waited))};
    case Pulse::stopped: return {"awake", false, "it is stopped (SIGSTOP, or a debugger): SIGCONT lets it go on."};
    case Pulse::unknown: break;
  }
  return {"awake", true, "Whether its loop goes round cannot be seen."};
}

DrillCheck check_alone(const Machine& m) {
  std::vector<std::string> others;
  for (const Guard& g : m.guards) {
    if (g.program != "forestalld" && g.has(kCapKill)) others.push_back(in_words(g));
  }
  if (others.empty()) return {"alone", true, "No other OOM daemon would act before it."};
  return {"alone", false,
          fmt::format("{} may act first, by rules of its own: \"forestall doctor\" says how to stop it.",
                      fmt::join(others, ", "))};
}

std::string size_of(const CandidateNote& c) {
  return fmt::format("{}, {}", forestall::in_words(c.process), human(c.process.memory));
}

}  // namespace

std::vector<DrillCheck> check_daemon(const Machine& machine, Pulse pulse, Duration waited) {
  std::vector<DrillCheck> checks{check_runs(machine)};
  if (checks.front().ok) checks.push_back(check_awake(pulse, waited));
  checks.push_back(check_alone(machine));
  if (!machine.sees_everybody) {
    checks.push_back({"sight", false, "/proc hides other users' processes from you: try as root."});
  }
  return checks;
}

DrillCheck check_choice(const Standing& s, Bytes size, bool is_dry) {
  const std::string child = fmt::format("{} of {}", kDrillName, human(size));
  if (s.mercy) {
    return {"choice", false,
            fmt::format("{} would be spared: it {}.", child, forestall::in_words(*s.mercy, s.protected_by))};
  }
  if (!s.known) return {"choice", false, "not all that the entries ask for can be read: try as root."};
  if (s.rival) {
    const std::string text = fmt::format("{} would, or might, go before a {}", size_of(*s.rival), child);
    if (is_dry) return {"choice", true, text + ": it could be chosen, but a drill with memory would be refused."};
    return {"choice", false, text + ": a drill must not cost anybody. \"forestall drill --dry\" takes nothing."};
  }
  if (!s.goes_first) {
    return {"choice", false,
            fmt::format("{} others would go together with a {}: start it from a shell.", s.company, child)};
  }
  const std::string next = s.next ? fmt::format(", before {}", size_of(*s.next)) : "";
  return {"choice", true, fmt::format("A {} would go first{}.", child, next)};
}

DrillCheck check_room(Bytes available, const DrillPlan& plan, std::string_view cgroup) {
  if (available >= plan.most()) return {"room", true, "No limit of its cgroup is in its way."};
  return {"room", false,
          fmt::format("its cgroup {} leaves {}, and up to {} may be taken: start it where there is no such limit.",
                      escaped(cgroup), human(available), human(plan.most()))};
}

std::optional<std::string> config_of(std::string_view arguments) {
  constexpr std::string_view option = "--config";
  std::optional<std::string> found;
  bool is_next = false;
  while (!arguments.empty()) {
    const std::size_t end = std::min(arguments.find('\0'), arguments.size());
    const std::string_view word = arguments.substr(0, end);
    arguments.remove_prefix(std::min(end + 1, arguments.size()));
    if (is_next) found = word;
    is_next = word == option;
    if (word.starts_with(option) && word.substr(option.size()).starts_with('=')) found = word.substr(option.size() + 1);
  }
  return found;
}

std::vector<std::string> rules_in_words(const Config& config, const Verdict& verdict) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < verdict.count; ++i) {
    const Rule& rule = config.rules[i];
    if (!rule.enabled || rule.action < Action::terminate) continue;
    const auto plan = plan_for(config, i, verdict);
    lines.push_back(fmt::format("{:<14} {}{}", rule.name, forestall::in_words(verdict.rules[i], verdict.headroom),
                                plan ? fmt::format(": {} away", human(plan->available - plan->limit))
                                     : " (no drill: " + plan.error().what + ")"));
  }
  return lines;
}

// ---- What became of it ----------------------------------------------------------------------------------------------

namespace {

/// What is less is beyond a clock that two processes read.
std::chrono::milliseconds in_milliseconds(Duration time) { return std::chrono::round<std::chrono::milliseconds>(time); }

/// "34 ms after the limit was crossed". The daemon may be quicker than the child's own look.
std::string after_crossing(const DrillEnd& end, Instant when) {
  const auto after = in_milliseconds(end.crossed ? when - *end.crossed : Duration(0));
  if (after.count() <= 0) return "at the moment the limit was crossed";
  return human(after) + " after the limit was crossed";
}

/// "gone 2 ms later".
std::string gone_after(Duration time) {
  const auto after = in_milliseconds(time);
  return after.count() <= 0 ? "gone at once" : fmt::format("gone {} later", human(after));
}

std::string took(const DrillEnd& end) { return fmt::format(" It held {}, and all is given back.", human(end.held)); }

DrillCheck judge_term(const DrillResult& r) {
  const DrillEnd& end = r.end;
  if (end.from != r.daemon) {
    const std::string who = end.from == 0 ? "somebody outside of this pid namespace"
                                          : fmt::format("{} (pid {})", escaped(r.sender, 64), end.from);
    return {"result", false, fmt::format("SIGTERM came, but from {} and not from forestalld.{}", who, took(end))};
  }
  return {"result", true,
          fmt::format("forestalld (pid {}) ended it {}, with SIGTERM; it was {}.{}", r.daemon,
                      after_crossing(end, *end.terminated), gone_after(end.gone - *end.terminated), took(end))};
}

DrillCheck judge_kill(const DrillResult& r) {
  const DrillEnd& end = r.end;
  if (r.kernel_kills > 0) return {"result", false, "the kernel was first: its OOM killer acted." + took(end)};
  if (end.killed_by == SIGKILL && r.action == Action::kill) {
    return {"result", true,
            fmt::format("It was ended {}, with SIGKILL, as the rule has it; who sends that cannot be seen, "
                        "\"journalctl -t forestalld\" says it.{}",
                        after_crossing(end, end.gone), took(end))};
  }
  return {"result", false,
          fmt::format("signal {} ended it, which forestalld would not send by this rule.{}", end.killed_by, took(end))};
}

}  // namespace

DrillCheck judge(const DrillResult& r, const DrillPlan& plan) {
  if (r.end.terminated) return judge_term(r);
  if (r.end.killed_by != 0 && !r.gave_up && !r.refused) return judge_kill(r);
  if (r.refused) {
    return {"result", false,
            "stopped before the limit. " + check_choice(*r.refused, plan.take(), false).what + took(r.end)};
  }
  if (r.end.crossed) {
    const std::string why = r.gave_up ? fmt::format("nothing came within {}", human(plan.patience))
                                      : "nothing had come when " + in_words(r.end.halt, plan);
    return {
        "result", false,
        fmt::format("the limit was crossed, and {}. Is another configuration in force (systemctl reload forestalld), "
                    "or does it hold back: journalctl -t forestalld.{}",
                    why, took(r.end))};
  }
  const std::string why = r.end.halt == Halt::none ? "memory did not fall so far" : in_words(r.end.halt, plan);
  return {"result", false, fmt::format("given up before the limit: {}.{}", why, took(r.end))};
}

}  // namespace forestall::cli
