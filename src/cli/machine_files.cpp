// SPDX-License-Identifier: MIT
#include "cli/machine_files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <tuple>
#include <utility>

#include "base/text.h"

namespace forestall::cli {
namespace {

/// Cuts what stands before the next `separator` off `rest`.
std::string_view take_until(char separator, std::string_view& rest) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

std::optional<std::uint32_t> parse_id(std::string_view text) {
  const auto id = parse_unsigned(text);
  return id && *id <= UINT32_MAX ? std::optional(static_cast<std::uint32_t>(*id)) : std::nullopt;
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

void ProcMount::take(std::string_view line) {
  take_word(line);  // what is mounted
  if (take_word(line) != "/proc" || take_word(line) != "proc") return;
  std::string_view options = take_word(line);
  HidePid found;
  while (!options.empty()) {
    std::string_view value = take_until(',', options);
    const std::string_view key = take_until('=', value);
    if (key == "hidepid" && value != "0" && value != "off") found.mode = escaped(value, 16);
    if (key == "gid") found.group = parse_id(value).value_or(0);
  }
  hidepid_ = found.mode.empty() ? std::nullopt : std::optional(std::move(found));
}

void take_status_line(std::string_view line, Guard& guard) {
  const std::string_view key = take_until(':', line);
  if (key == "CapEff") {
    const std::string_view text = trimmed(line);
    std::uint64_t mask = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mask, 16);
    if (error == std::errc{} && end == text.data() + text.size()) guard.capabilities = mask;
  } else if (key == "Gid" || key == "Groups") {
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
      if (const auto group = parse_id(word)) guard.groups.push_back(*group);
    }
  }
}

std::string_view guard_program(std::string_view comm, std::string_view cmdline) {
  constexpr std::array<std::string_view, 5> known{"forestalld", "earlyoom", "systemd-oomd", "nohang", "oomd"};
  std::string_view name = comm;
  if (comm.starts_with("python")) {
    take_word(cmdline);
    name = base_name(take_word(cmdline));
  }
  const auto* const found = std::ranges::find(known, name);
  return found == known.end() ? std::string_view{} : *found;
}

void take_command_line(std::string_view cmdline, Guard& guard) {
  for (std::string_view word = take_word(cmdline); !word.empty(); word = take_word(cmdline)) {
    const std::string_view option = word.substr(0, word.find('='));
    if (option == "--dry-run" || option == "--dryrun") guard.dry_run = true;
    if (option == "--cgroup" && guard.program == "forestalld") guard.one_cgroup = true;
  }
}

std::vector<ManagedUnit> managed_units(std::vector<UnitFile> files) {
  std::ranges::sort(files, {}, [](const UnitFile& f) { return std::tie(f.unit, f.drop_in); });
  constexpr std::array<std::string_view, 2> keys{"ManagedOOMMemoryPressure", "ManagedOOMSwap"};
  std::map<std::pair<std::string, std::string_view>, std::string> asking;  // unit and key: by which file
  for (const UnitFile& file : files) {
    std::string_view text = file.text;
    while (!text.empty()) {
      std::string_view value = take_line(text);
      const std::string_view key = trimmed(take_until('=', value));
      const auto* const known = std::ranges::find(keys, key);
      if (known == keys.end()) continue;
      if (trimmed(value) == "kill") {
        asking[{file.unit, *known}] = file.path;
      } else {
        asking.erase({file.unit, *known});
      }
    }
  }
  std::vector<ManagedUnit> units;
  units.reserve(asking.size());
  for (const auto& [what, path] : asking) units.push_back({path, std::string(what.second) + "=kill"});
  return units;
}

}  // namespace forestall::cli
