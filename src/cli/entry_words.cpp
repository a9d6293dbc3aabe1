// SPDX-License-Identifier: MIT
#include "cli/entry_words.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace forestall::cli {

std::string entry_in_words(const Match& m) {
  std::vector<std::string> parts;
  const auto add = [&](std::string_view key, const std::optional<std::string>& value) {
    if (value) parts.push_back(fmt::format("{} = '{}'", key, escaped(*value)));
  };
  add("comm", m.comm);
  add("exe", m.exe);
  add("cmdline", m.cmdline);
  add("user", m.user);
  if (m.uid) parts.push_back(fmt::format("uid = {}", *m.uid));
  add("unit", m.unit);
  add("slice", m.slice);
  add("cgroup", m.cgroup);
  add("container", m.container);
  add("tty", m.tty);
  add("state", m.state);
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace forestall::cli
