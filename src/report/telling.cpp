// SPDX-License-Identifier: MIT
#include "report/telling.h"

#include <fmt/format.h>

#include "base/quantity.h"
#include "base/text.h"
#include "report/incident_json.h"
#include "report/message_ids.h"
#include "report/words.h"

namespace forestall {
namespace {

std::string victim_in_words(const Incident& i) {
  const ProcessFacts& v = i.attempt.victim;
  return in_words(ProcessNote{v.id, v.uid, v.comm.view(), v.place.innermost_unit(), 0, 0, i.attempt.party.kind,
                              i.attempt.party.processes});
}

/// As the beginning of a sentence: a process begins with its name as it is.
std::string victim_at_first(const Incident& i) {
  std::string text = victim_in_words(i);
  if (i.attempt.party.kind != Kind::process) text.front() = 'T';
  return text;
}

std::string_view would(const Incident& i) { return i.dry_run ? "Dry run: would have sent" : "Sent"; }

/// Who fills tmpfs gives nothing back: to be said before somebody waits for it.
std::string what_stays(const Attempt& a) {
  if (!a.gives_nothing_back()) return "";
  return fmt::format(" It has put {} into tmpfs lately; the files stay when it is gone.", human(a.party.filled));
}

std::string how_it_ended(const Incident& i) {
  const Attempt& a = i.attempt;
  const Instant signal = a.terminated ? *a.terminated : a.killed.value_or(i.begun);
  std::string text = victim_at_first(i);
  text += a.gone ? fmt::format(" is gone after {}", human(*a.gone - signal)) : " is not gone yet";
  text += fmt::format("; {} came back ({} promised)", human(a.freed), human(a.promised));
  if (a.gives_nothing_back()) {
    return text +
           ". It filled tmpfs, and its files are still there: delete them (df -t tmpfs). Nobody else is ended for them "
           "while no more is lost.";
  }
  if (a.outcome == Outcome::fruitless) {
    return text + ". That was not enough, and the memory did not return in time; look for tmpfs (df -t tmpfs).";
  }
  if (a.was_needless()) {
    return text +
           ". It was not needed: memory had recovered before it gave any back. If that happens often, let the "
           "rule hold for a moment before it acts (\"for\").";
  }
  const Duration back = a.memory_back.value_or(i.now_time) - signal;
  return text + fmt::format(", memory was back {} after the signal. Now {}.", human(back), in_words(i.now));
}

std::string why_it_survived(const Incident& i) {
  if (i.attempt.outcome == Outcome::not_permitted) {
    return fmt::format("Not permitted to signal {}; the next candidate is tried. forestalld needs CAP_KILL.",
                       victim_in_words(i));
  }
  return fmt::format("{} does not die of SIGKILL, it is stuck in the kernel (state {}); the next candidate is tried.",
                     victim_at_first(i), i.attempt.victim.state);
}

void add_victim(const Incident& i, std::vector<std::string>& fields) {
  const ProcessFacts& v = i.attempt.victim;
  const auto add = [&](std::string_view key, const auto& value) { fields.push_back(fmt::format("{}={}", key, value)); };
  add("VICTIM_PID", v.id.pid);
  add("VICTIM_COMM", escaped(v.comm.view()));
  add("VICTIM_CMDLINE", escaped(v.profile.cmdline.view(), 512));
  add("VICTIM_EXE", escaped(v.profile.exe.view()));
  add("VICTIM_UID", v.uid);
  add("VICTIM_UNIT", escaped(v.place.innermost_unit().view()));
  add("VICTIM_CGROUP", escaped(v.place.path.view()));
  add("VICTIM_KIND", name_of(i.attempt.party.kind));
  add("VICTIM_PROCESSES", i.attempt.party.processes);
  add("VICTIM_SCORE", fmt::format("{:.1f}", static_cast<double>(i.attempt.score) / kPerMille));
  add("VICTIM_ANON_BYTES", v.anon);
  add("VICTIM_SWAP_BYTES", v.swap);
  add("VICTIM_OOM_SCORE_ADJ", v.oom_score_adj);
  add("PROMISED_BYTES", i.attempt.promised);
}

void add_ending(const Incident& i, std::vector<std::string>& fields) {
  const Attempt& a = i.attempt;
  const auto signal = a.terminated ? a.terminated : a.killed;
  const auto since_signal = [&](Instant t) {
    return std::chrono::duration_cast<std::chrono::microseconds>(t - *signal).count();
  };
  fields.push_back(fmt::format("OUTCOME={}", name_of(a.outcome)));
  fields.push_back(fmt::format("FREED_BYTES={}", a.freed));
  fields.push_back(fmt::format("NEEDLESS={}", a.was_needless() ? 1 : 0));
  if (signal && a.gone) fields.push_back(fmt::format("EXIT_USEC={}", since_signal(*a.gone)));
  if (signal && a.memory_back) fields.push_back(fmt::format("MEMORY_BACK_USEC={}", since_signal(*a.memory_back)));
}

}  // namespace

bool has_victim(Event event) {
  return event == Event::victim_terminated || event == Event::victim_killed || event == Event::victim_gone ||
         event == Event::victim_survived || event == Event::stood_down;
}

std::string reason(const Incident& i) {
  const bool decided = i.verdict.action != Action::none;
  if (!decided) return "no rule asked for it";
  return fmt::format("rule \"{}\": {}", escaped(i.rule_name.view()),
                     in_words(i.verdict.deciding(), i.verdict.headroom));
}

std::string sentence(Event event, const Incident& i) {
  const Attempt& a = i.attempt;
  switch (event) {
    case Event::pressure_warning: return fmt::format("Memory is getting short: {}.", reason(i));
    case Event::victim_terminated:
      return fmt::format("{} SIGTERM to {}: {}. Its end should free {}; SIGKILL follows after {}.{}", would(i),
                         victim_in_words(i), reason(i), human(a.promised), human(a.grace), what_stays(a));
    case Event::victim_killed:
      if (a.grace_over) {
        return fmt::format("{} SIGKILL to {}: it ignored SIGTERM for {}.", would(i), victim_in_words(i),
                           human(a.grace));
      }
      return fmt::format("{} SIGKILL to {}: {}. Its end should free {}.{}", would(i), victim_in_words(i), reason(i),
                         human(a.promised), what_stays(a));
    case Event::victim_gone: return how_it_ended(i);
    case Event::victim_survived: return why_it_survived(i);
    case Event::stood_down:
      return fmt::format("Memory recovered before {} was signalled; nothing was done. It had been {}.",
                         victim_in_words(i), reason(i));
    case Event::no_victim:
      return fmt::format(
          "Memory is short, but none of {} processes may be killed: {}. See who is spared and why with "
          "\"forestall explain\".",
          i.seen, reason(i));
    case Event::breaker_opened:
      return fmt::format(
          "{} kills in a row freed next to nothing: no more for {}. Something else holds the memory; look at "
          "\"df -t tmpfs\" and at Shmem, HugePages and Slab in /proc/meminfo.",
          i.fruitless_kills, human(i.pause));
    case Event::kernel_killed:
      return fmt::format(
          "The kernel killed {} process(es) for want of memory before forestall did ({}). If a cgroup's own limit was "
          "the cause that is as it should be; otherwise raise the limits in /etc/forestall/forestall.toml.",
          i.kernel_kills, in_words(i.now));
    case Event::restart_loop:
      return fmt::format(
          "The service {} of {} was started again within a minute each of the last {} times that it was ended for "
          "want of memory, so ending it does not help for long. Stop it, or give it a limit of its own (MemoryMax=).",
          escaped(i.restart.unit.view()), i.restart.of_user ? "a user's own manager" : "the system", i.restart.times);
    case Event::recovered: return fmt::format("Memory has recovered: {}.", in_words(i.now));
  }
  return {};
}

int priority_of(Event event) {
  switch (event) {
    case Event::recovered:
    case Event::stood_down: return priority::kInfo;
    case Event::victim_gone: return priority::kNotice;
    case Event::pressure_warning:
    case Event::victim_terminated:
    case Event::victim_killed: return priority::kWarning;
    case Event::victim_survived:
    case Event::restart_loop:
    case Event::kernel_killed: return priority::kError;
    case Event::no_victim:
    case Event::breaker_opened: return priority::kCritical;
  }
  return priority::kError;
}

std::string_view message_id_of(Event event) {
  switch (event) {
    case Event::pressure_warning: return message_id::kPressureWarning;
    case Event::victim_terminated: return message_id::kVictimTerminated;
    case Event::victim_killed: return message_id::kVictimKilled;
    case Event::victim_gone: return message_id::kVictimGone;
    case Event::victim_survived: return message_id::kVictimSurvived;
    case Event::stood_down: return message_id::kStoodDown;
    case Event::no_victim: return message_id::kNoVictim;
    case Event::breaker_opened: return message_id::kBreakerOpened;
    case Event::kernel_killed: return message_id::kKernelKilled;
    case Event::restart_loop: return message_id::kRestartLoop;
    case Event::recovered: return message_id::kRecovered;
  }
  return {};
}

std::vector<std::string> journal_fields(Event event, const Incident& i) {
  std::vector<std::string> fields;
  const auto add = [&](std::string_view key, const auto& value) { fields.push_back(fmt::format("{}={}", key, value)); };
  add("MESSAGE", sentence(event, i));
  add("MESSAGE_ID", message_id_of(event));
  add("PRIORITY", priority_of(event));
  add("EVENT", name_of(event));
  add("INCIDENT_ID", in_words(i.id));
  add("DRY_RUN", i.dry_run ? 1 : 0);
  add("MEM_AVAILABLE_BYTES", i.now.available);
  add("SWAP_LEFT_BYTES", i.now.swap_left);
  if (i.verdict.action != Action::none) {
    add("RULE", escaped(i.rule_name.view()));
    add("RULE_ACTION", name_of(i.verdict.action));
    add("REASON", reason(i));
  }
  if (has_victim(event)) {
    add_victim(i, fields);
    add("CANDIDATES_JSON", candidates_json(std::span(i.candidates).first(i.candidate_count)));
  }
  if (has_victim(event) || event == Event::no_victim) {
    add("SPARED_JSON", spared_json(std::span(i.spared).first(i.spared_count)));
  }
  if (event == Event::victim_terminated) add("OOM_SIGNAL", "SIGTERM");
  if (event == Event::victim_killed) add("OOM_SIGNAL", "SIGKILL");
  if (event == Event::victim_gone || event == Event::victim_survived) add_ending(i, fields);
  if (event == Event::restart_loop) {
    add("RESTARTED_UNIT", escaped(i.restart.unit.view()));
    add("RESTARTS", i.restart.times);
  }
  return fields;
}

}  // namespace forestall
