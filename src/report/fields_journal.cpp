// SPDX-License-Identifier: MIT
#include "report/fields_journal.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

namespace forestall {

bool send_to_journal(std::span<const std::string> fields) {
  std::vector<iovec> parts;
  parts.reserve(fields.size() + 1);
  static const std::string identifier = "SYSLOG_IDENTIFIER=forestalld";
  const auto add = [&](const std::string& field) {
    // sendmsg(2) does not write to what an iovec points to; its type is only not const.
    parts.push_back({const_cast<char*>(field.data()), field.size()});
  };
  add(identifier);
  for (const std::string& field : fields) add(field);
  return ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) >= 0;
}

bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

}  // namespace forestall
