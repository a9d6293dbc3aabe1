// SPDX-License-Identifier: MIT
#include "report/words.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/container_name.h"
#include "base/quantity.h"
#include "base/text.h"

namespace forestall {
namespace {

Bytes bytes(std::int64_t n) { return static_cast<Bytes>(std::max<std::int64_t>(n, 0)); }

/// Two amounts side by side: where they would look alike, to the MiB.
std::string amount_and_limit(const Reading& r) {
  const std::string measured = human(bytes(r.measured));
  const std::string limit = human(bytes(r.limit));
  if (measured != limit) return fmt::format("{}, limit {}", measured, limit);
  return fmt::format("{} MiB, limit {} MiB", bytes(r.measured) / kMiB, bytes(r.limit) / kMiB);
}

std::string swap_in_words(const Reading& r, const Headroom& h) {
  return h.swap_total == 0 ? "no swap" : "swap left " + amount_and_limit(r);
}

std::string exhaustion_in_words(const Reading& r) {
  const std::string limit = human(Duration(r.limit));
  if (r.measured == INT64_MAX) return "memory does not fall, limit exhaustion within " + limit;
  return fmt::format("memory exhausted in {}, limit {}", human(Duration(r.measured)), limit);
}

/// "SIGTERM to the best victim, SIGKILL after 5 s".
std::string action_in_words(const Rule& rule, Duration default_grace) {
  switch (rule.action) {
    case Action::notify: return "warn";
    case Action::terminate:
      return fmt::format("SIGTERM to the best victim, SIGKILL after {}", human(rule.grace.value_or(default_grace)));
    case Action::kill: return "SIGKILL to the best victim at once";
    case Action::none: break;
  }
  return "nothing";
}

void add_swap(const Rule& rule, const Headroom& h, std::vector<std::string>& parts) {
  if (!rule.swap_free_below) return;
  if (h.swap_total == 0) {
    parts.emplace_back("no swap left (there is none)");
  } else {
    parts.push_back(fmt::format("less than {} of swap left", human(rule.swap_free_below->in(h.swap_total))));
  }
}

/// "the unit batch.service", "the container 0a1b2c3d4e5f".
std::string all_of(std::string_view unit) {
  return fmt::format("the {}{}", container_named(unit) ? "" : "unit ", unit_in_words(unit));
}

}  // namespace

std::string in_words(Condition condition, const Reading& r, const Headroom& h) {
  if (!r.known) return fmt::format("{} cannot be told on this machine", name_of(condition));
  switch (condition) {
    case Condition::mem_available_below: return "memory available " + amount_and_limit(r);
    case Condition::swap_free_below: return swap_in_words(r, h);
    case Condition::psi_some_above:
      return fmt::format("some task stalled {} of the time, limit {}", human(Share{r.measured}), human(Share{r.limit}));
    case Condition::psi_full_above:
      return fmt::format("all tasks stalled {} of the time, limit {}", human(Share{r.measured}), human(Share{r.limit}));
    case Condition::refaults_above:
      return fmt::format("refaults {} of the file cache per second, limit {}", human(Share{r.measured}),
                         human(Share{r.limit}));
    case Condition::exhausted_within: return exhaustion_in_words(r);
    case Condition::commit_free_below: return "commit limit left " + amount_and_limit(r);
  }
  return {};
}

std::string in_words(const RuleVerdict& verdict, const Headroom& headroom) {
  std::string all;
  for (const Condition condition : kAllConditions) {
    const Reading& reading = verdict.readings[index(condition)];
    if (!reading.given) continue;
    if (!all.empty()) all += "; ";
    all += in_words(condition, reading, headroom);
  }
  return all;
}

std::string in_words(const Rule& rule, const Headroom& h, Duration default_grace) {
  std::vector<std::string> parts;
  if (rule.mem_available_below) {
    parts.push_back(fmt::format("less than {} of memory available", human(rule.mem_available_below->in(h.user_total))));
  }
  add_swap(rule, h, parts);
  const std::string window = human(rule.psi_window);
  if (rule.psi_some_above) {
    parts.push_back(fmt::format("some task stalled for more than {} of {}", human(*rule.psi_some_above), window));
  }
  if (rule.psi_full_above) {
    parts.push_back(fmt::format("all tasks stalled for more than {} of {}", human(*rule.psi_full_above), window));
  }
  if (rule.refaults_above) {
    parts.push_back(fmt::format("more than {} of the file cache refaulting per second", human(*rule.refaults_above)));
  }
  if (rule.exhausted_within) {
    parts.push_back(fmt::format("memory and swap exhausted within {}", human(*rule.exhausted_within)));
  }
  if (rule.commit_free_below) {
    parts.push_back(
        fmt::format("less than {} of the commit limit left", human(rule.commit_free_below->in(h.commit_limit))));
  }
  const std::string lasting = rule.hold > Duration(0) ? fmt::format(", for {}", human(rule.hold)) : "";
  return fmt::format("{}{}: {}", fmt::join(parts, ", and "), lasting, action_in_words(rule, default_grace));
}

std::string in_words(const Headroom& h) {
  const std::string memory = fmt::format("{} of {} available", human(h.available), human(h.user_total));
  if (h.swap_total == 0) return memory + ", no swap";
  return fmt::format("{}, {} of {} swap left", memory, human(h.swap_left), human(h.swap_total));
}

std::string in_words(Mercy mercy, std::uint16_t protected_by) {
  switch (mercy) {
    case Mercy::init: return "is PID 1";
    case Mercy::kernel_thread: return "is a kernel thread";
    case Mercy::forestall: return "is forestall itself";
    case Mercy::ancestor: return "is an ancestor of forestall";
    case Mercy::system_unit: return "belongs to a unit that the system needs";
    case Mercy::oom_score_adj: return "has oom_score_adj -1000";
    case Mercy::protect: return fmt::format("matches [[protect]] entry {}", protected_by + 1);
    case Mercy::omit: return "belongs to a unit with ManagedOOMPreference=omit";
    case Mercy::other_node: return "holds, or may use, no memory of the NUMA node that is short";
    case Mercy::out_of_reach: return "could not be killed a moment ago";
    case Mercy::too_small: return "is below [victim] minimum";
  }
  return {};
}

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::none: return "none";
    case Outcome::memory_back: return "memory_back";
    case Outcome::fruitless: return "fruitless";
    case Outcome::unkillable: return "unkillable";
    case Outcome::not_permitted: return "not_permitted";
    case Outcome::vanished: return "vanished";
  }
  return {};
}

std::string_view name_of(Event event) {
  switch (event) {
    case Event::pressure_warning: return "pressure_warning";
    case Event::victim_terminated: return "victim_terminated";
    case Event::victim_killed: return "victim_killed";
    case Event::victim_gone: return "victim_gone";
    case Event::victim_survived: return "victim_survived";
    case Event::stood_down: return "stood_down";
    case Event::no_victim: return "no_victim";
    case Event::breaker_opened: return "breaker_opened";
    case Event::kernel_killed: return "kernel_killed";
    case Event::restart_loop: return "restart_loop";
    case Event::recovered: return "recovered";
  }
  return {};
}

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::calm: return "calm";
    case Phase::recovering: return "recovering";
    case Phase::pending: return "pending";
    case Phase::firing: return "firing";
  }
  return {};
}

std::string_view name_of(Mercy mercy) {
  switch (mercy) {
    case Mercy::init: return "init";
    case Mercy::kernel_thread: return "kernel_thread";
    case Mercy::forestall: return "forestall";
    case Mercy::ancestor: return "ancestor";
    case Mercy::system_unit: return "system_unit";
    case Mercy::oom_score_adj: return "oom_score_adj";
    case Mercy::protect: return "protect";
    case Mercy::omit: return "omit";
    case Mercy::other_node: return "other_node";
    case Mercy::out_of_reach: return "out_of_reach";
    case Mercy::too_small: return "too_small";
  }
  return {};
}

std::string per_mille(Points points) {
  return fmt::format("{:+.1f}", static_cast<double>(points) / static_cast<double>(kPerMille));
}

std::string unit_in_words(std::string_view unit) {
  const auto container = container_named(unit);
  if (!container) return escaped(unit);
  // An id is shown as those who make them show it: the beginning is enough to find it by.
  constexpr std::size_t length_of_id = 64, shown_of_id = 12;
  const bool is_id = container->name.size() == length_of_id;
  return fmt::format("{} {}", container->is_machine ? "machine" : "container",
                     escaped(is_id ? container->name.substr(0, shown_of_id) : container->name));
}

std::string in_words(const ProcessNote& p) {
  const std::string unit = p.unit.empty() ? "" : ", " + unit_in_words(p.unit.view());
  const std::string name = escaped(p.comm.view());
  switch (p.kind) {
    case Kind::family:
      return fmt::format("the family of {} ({} processes from pid {} down, uid {}{})", name, p.processes, p.id.pid,
                         p.uid, unit);
    case Kind::unit:
      if (p.processes == 1) {
        return fmt::format("{} (its only process is {}, pid {}, uid {})", all_of(p.unit.view()), name, p.id.pid, p.uid);
      }
      return fmt::format("{} ({} processes, the oldest is {}, pid {}, uid {})", all_of(p.unit.view()), p.processes,
                         name, p.id.pid, p.uid);
    case Kind::process:
    case Kind::automatic: break;
  }
  return fmt::format("{} (pid {}, uid {}{})", name, p.id.pid, p.uid, unit);
}

std::string company_in_words(const CandidateNote& c) {
  const ProcessNote& p = c.process;
  std::string text;
  if (p.kind != Kind::process) text = fmt::format("{} of {} processes", name_of(p.kind), p.processes);
  if (c.counted <= p.processes) return text;
  const std::uint32_t others = c.counted - p.processes;
  return text +
         fmt::format("{}weighed together with {} other{}", text.empty() ? "" : ", ", others, others > 1 ? "s" : "");
}

std::string in_words(const IncidentId& id) { return fmt::format("{:016x}{:016x}", id.high, id.low); }

}  // namespace forestall
