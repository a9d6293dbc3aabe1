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

/// The reason of an incident: the rule, each number beside its limit.
std::string reason(const Incident& incident);

/// syslog(3) priority: how soon somebody should look.
int priority_of(Event event);

std::string_view message_id_of(Event event);

/// "KEY=value", one per field of systemd.journal-fields(7), MESSAGE first. The meaning of each is in
/// docs/operations.md. Names and command lines are escaped.
std::vector<std::string> journal_fields(Event event, const Incident& incident);

}  // namespace forestall
