// SPDX-License-Identifier: MIT
// Rules, readings and reasons in words: the same words in the journal, on the terminal and in `forestall check`.
#pragma once

#include <string>
#include <string_view>

#include "forestall/incident.h"
#include "forestall/rules.h"
#include "forestall/sample.h"
#include "forestall/verdict.h"

namespace forestall {

/// "memory available 1.41 GiB, limit 1.5 GiB": what was measured beside its limit.
std::string in_words(Condition condition, const Reading& reading, const Headroom& headroom);

/// "memory available 1.41 GiB, limit 1.5 GiB; no swap": all readings of a rule.
std::string in_words(const RuleVerdict& verdict, const Headroom& headroom);

/// "less than 1.5 GiB of memory available, and less than 102 MiB of swap left: SIGTERM to the best victim, SIGKILL
/// after 5 s". The sizes are those the rule has on a machine with this headroom.
std::string in_words(const Rule& rule, const Headroom& headroom, Duration default_grace);

/// "22.3 GiB of 23.5 GiB available, no swap": what is left.
std::string in_words(const Headroom& headroom);

/// "is PID 1", "matches [[protect]] entry 2": completes "spared because it …".
std::string in_words(Mercy mercy, std::uint16_t protected_by);

/// "memory_back": for records.
std::string_view name_of(Outcome outcome);
/// "victim_terminated": for records.
std::string_view name_of(Event event);
std::string_view name_of(Phase phase);
/// "oom_score_adj": for records.
std::string_view name_of(Mercy mercy);

/// "+12.3": a score or term in ‰ of RAM + swap.
std::string per_mille(Points points);

/// "ssh.service", made harmless; of a container or virtual machine "container 0a1b2c3d4e5f", "machine web".
std::string unit_in_words(std::string_view unit);

/// "firefox (pid 123, uid 1000, app-firefox.scope)": one process, its name made harmless. Of several: "the family of
/// make (33 processes from pid 123 down, uid 1000)", "the unit batch.service (40 processes, the oldest is …)".
std::string in_words(const ProcessNote& process);

/// Who goes with a candidate, and who is weighed with it: "family of 33 processes", "weighed together with 11 others";
/// empty if there is nothing to say.
std::string company_in_words(const CandidateNote& candidate);

/// 32 hexadecimal digits.
std::string in_words(const IncidentId& id);

}  // namespace forestall
