// SPDX-License-Identifier: MIT
// Stands in for systemd-journald: takes what sd_journal_sendv(3) sends, and keeps it for a test to look at.
// The protocol: https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd_linux.h"
#include "forestall/units.h"

namespace forestall::testing {

/// One journal entry. Of a field that is given twice, the last counts.
struct JournalRecord {
  std::map<std::string, std::string, std::less<>> fields;
  Instant arrived{};

  [[nodiscard]] bool has(std::string_view field) const { return fields.find(field) != fields.end(); }
  /// Empty where the field is missing.
  [[nodiscard]] std::string text(std::string_view field) const;
  /// None where the field is missing or is no decimal number.
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view field) const;
};

/// Splits one datagram into its fields. None if it breaks the protocol.
std::optional<JournalRecord> parse_journal_datagram(std::string_view bytes);

class FakeJournald {
 public:
  /// Where libsystemd looks for the journal.
  static constexpr const char* kSocket = "/run/systemd/journal/socket";

  /// Binds the socket, anew if there is an old one. To be done in a private world only.
  FakeJournald();

  /// Takes everything that waits. Never blocks. The sender does, once some ten entries wait: call it often.
  void drain();
  [[nodiscard]] int fd() const { return socket_.get(); }

  [[nodiscard]] const std::vector<JournalRecord>& records() const { return records_; }
  /// How many datagrams broke the protocol.
  [[nodiscard]] int broken() const { return broken_; }
  /// The entries whose EVENT is `event`, oldest first.
  [[nodiscard]] std::vector<JournalRecord> events(std::string_view event) const;
  [[nodiscard]] bool has_event(std::string_view event) const { return !events(event).empty(); }

 private:
  void take(std::string_view bytes);

  Fd socket_;
  std::string buffer_;
  std::vector<JournalRecord> records_;
  int broken_ = 0;
};

}  // namespace forestall::testing
