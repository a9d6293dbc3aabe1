// SPDX-License-Identifier: MIT
// One event of one incident as journal fields and as a sentence. Pure: who sends it where is another matter.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "forestall/incident.h"

namespace forestall {

/// The sentence an administrator reads first: what happened, to whom, why, what comes next.
std::string sentence(Event event, const Incident& incident);

/// Whether it is about somebody who was chosen: Incident::attempt.
bool has_victim(Event event);

/// The reason of an incident: the rule, each number beside its limit.
std::string reason(const Incident& incident);

/// The levels of syslog(3), by which journalctl -p selects.
namespace priority {
inline constexpr int kCritical = 2;
inline constexpr int kError = 3;
inline constexpr int kWarning = 4;
inline constexpr int kNotice = 5;
inline constexpr int kInfo = 6;
inline constexpr int kDebug = 7;
}  // namespace priority

/// How soon somebody should look.
int priority_of(Event event);

std::string_view message_id_of(Event event);

/// "KEY=value", one per field of systemd.journal-fields(7), MESSAGE first. The meaning of each is in
/// docs/operations.md. Names and command lines are escaped.
std::vector<std::string> journal_fields(Event event, const Incident& incident);

}  // namespace forestall
