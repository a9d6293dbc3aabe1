// SPDX-License-Identifier: MIT
// The way into the journal.
#pragma once

#include <span>
#include <string>

namespace forestall {

/// Sends one entry of "KEY=value" fields by sd_journal_sendv(3). May wait while journald is stalled. False if there is
/// no journal to be reached.
bool send_to_journal(std::span<const std::string> fields);

/// Whether stderr already ends in the journal (systemd.exec(5), JOURNAL_STREAM): then printing would say all twice.
bool stderr_is_journal();

}  // namespace forestall
