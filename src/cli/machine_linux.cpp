// SPDX-License-Identifier: MIT
#include "cli/machine_linux.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <map>
#include <utility>

#include "base/quantity.h"
#include "base/read_linux.h"
#include "base/text.h"
#include "cli/entry_words.h"
#include "cli/machine_files.h"
#include "score/cgroup_place.h"
#include "score/status_linux.h"
#include "score/traits_linux.h"

namespace forestall::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOurs = "forestalld";

/// Longer than any line that is looked at; a longer file of a unit is cut.
using Buffer = std::array<char, 32 * kKiB>;

/// A decimal number, or a hexadecimal one with 0x before it.
std::optional<std::uint64_t> read_number(const std::string& path) {
  std::array<char, 64> buffer{};
  auto text = read_once(AT_FDCWD, path.c_str(), buffer);
  if (!text) return std::nullopt;
  const std::string_view line = trimmed(take_line(*text));
  if (!line.starts_with("0x")) return parse_unsigned(line);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(line.data() + 2, line.data() + line.size(), number, 16);
  return error == std::errc{} && end == line.data() + line.size() ? std::optional(number) : std::nullopt;
}

template <typename Take>
void each_line(const std::string& path, Take take) {
  const Fd file = open_to_read(AT_FDCWD, path.c_str());
  if (!file) return;
  Buffer buffer{};
  read_lines(file, buffer, [&](std::string_view& text) {
    while (text.find('\n') != std::string_view::npos) take(take_line(text));
  });
}

// ---- Processes ------------------------------------------------------------------------------------------------------

/// Anybody can take a name, and in a user namespace of his own every capability. Not to be had are root's uid, and a
/// place in the service that is called like the program.
bool is_genuine(const OwnedTraits& p, std::string_view program) {
  return p.uid == 0 || p.place.unit.view() == std::string(program) + ".service" ||
         (program == "nohang" && p.place.unit.view() == "nohang-desktop.service");
}

/// Those in a container guard that container.
std::optional<Guard> guard_of(const OwnedTraits& p, const std::string& proc) {
  const std::string_view program = guard_program(p.comm, p.cmdline);
  if (program.empty() || !container_of(p.place).empty()) return std::nullopt;
  Guard guard;
  guard.program = program;
  guard.pid = p.id.pid;
  guard.start_time = p.id.start_time;
  if (p.place.unit.view().ends_with(".service") && p.place.user_unit.empty()) guard.unit = p.place.unit.view();
  take_command_line(p.cmdline, guard);
  each_line(fmt::format("{}/{}/status", proc, p.id.pid), [&](std::string_view line) { take_status_line(line, guard); });
  if (!is_genuine(p, program)) guard.capabilities = 0;
  return guard;
}

/// RAM that its death would free.
Bytes held_by(const OwnedTraits& p, const std::string& proc) {
  const auto status = read_status(AT_FDCWD, fmt::format("{}/{}/status", proc, p.id.pid).c_str());
  return status ? status->anon + status->page_tables : 0;
}

void read_protected(const std::string& proc, const MatchBook& book, const std::vector<OwnedTraits>& processes,
                    Machine& machine) {
  Bytes most = 0;
  for (const OwnedTraits& p : processes) {
    if (std::ranges::none_of(book.protect(), [&](const Matcher& m) { return m.protects(p.view()); })) continue;
    const Bytes held = held_by(p, proc);
    machine.protected_memory += held;
    if (held <= std::exchange(most, std::max(most, held))) continue;
    machine.largest_protected = fmt::format("{} (pid {}, {})", escaped(p.comm, 64), p.id.pid, human(held));
  }
}

/// Where a program's file could not be read, an entry that asks for it may yet match.
void read_silent(std::string_view table, const std::vector<Matcher>& entries,
                 bool (Matcher::*matches)(const Traits&) const, const std::vector<OwnedTraits>& processes,
                 Machine& machine) {
  const bool unreadable = std::ranges::any_of(processes, [](const OwnedTraits& p) { return p.exe.empty(); });
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Matcher& entry = entries[i];
    if (entry.entry().exe && unreadable) continue;
    if (std::ranges::any_of(processes, [&](const OwnedTraits& p) { return (entry.*matches)(p.view()); })) continue;
    machine.silent.push_back(fmt::format("[[{}]] {}: {}", table, i + 1, entry_in_words(entry.entry())));
  }
}

void read_processes(const std::string& proc, const MatchBook& book, Machine& machine) {
  auto processes = read_all_traits(proc);
  std::erase_if(processes, [](const OwnedTraits& p) { return p.id.pid == ::getpid(); });
  std::ranges::sort(processes, {}, &OwnedTraits::id);
  for (const OwnedTraits& p : processes) {
    if (auto guard = guard_of(p, proc)) machine.guards.push_back(std::move(*guard));
  }
  read_protected(proc, book, processes, machine);
  if (!machine.sees_everybody) return;
  read_silent("protect", book.protect(), &Matcher::protects, processes, machine);
  read_silent("avoid", book.avoid(), &Matcher::matches, processes, machine);
  read_silent("prefer", book.prefer(), &Matcher::matches, processes, machine);
}

// ---- Units ----------------------------------------------------------------------------------------------------------

/// By unit and drop-in: of files of one name the first counts.
using Units = std::map<std::pair<std::string, std::string>, UnitFile>;

/// A masked one, a link to /dev/null, is there and empty.
void add_file(const fs::path& path, std::string unit, std::string drop_in, Units& units) {
  std::error_code error;
  const fs::path target = fs::read_symlink(path, error);
  // Another name of a unit says nothing new.
  if (!error && target != "/dev/null" && target.filename() != path.filename()) return;
  Buffer buffer{};
  const auto text = target == "/dev/null" || !fs::is_regular_file(path, error)
                        ? std::nullopt
                        : read_once(AT_FDCWD, path.c_str(), buffer);
  auto key = std::pair(unit, drop_in);
  units.try_emplace(std::move(key), UnitFile{std::move(unit), std::move(drop_in), path.string(),
                                             std::string(text.value_or(std::string_view{}))});
}

/// `manager`: "system" or "user".
void add_directory(const fs::path& directory, const std::string& manager, Units& units) {
  constexpr std::array<std::string_view, 3> managed{".service", ".slice", ".scope"};
  const auto is_managed = [&](const fs::path& name) {
    return std::ranges::find(managed, name.extension().native()) != managed.end();
  };
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const fs::path name = entry.path().filename();
    if (is_managed(name)) add_file(entry.path(), manager + "/" + name.string(), "", units);
    if (name.extension() != ".d" || !is_managed(name.stem())) continue;
    for (const auto& drop_in : fs::directory_iterator(entry.path(), error)) {
      if (drop_in.path().extension() != ".conf") continue;
      add_file(drop_in.path(), manager + "/" + name.stem().string(), drop_in.path().filename().string(), units);
    }
  }
}

Units read_units(const std::vector<std::string>& roots) {
  Units units;
  for (const char* first : {"system.control", "transient"}) {  // where systemctl set-property writes
    for (const std::string& root : roots) add_directory(fs::path(root) / first, "system", units);
  }
  for (const char* manager : {"system", "user"}) {
    for (const std::string& root : roots) add_directory(fs::path(root) / manager, manager, units);
  }
  return units;
}

void judge_units(const Units& units, Machine& machine) {
  const auto is_there = [&](const char* unit) {
    const auto found = units.find({unit, ""});
    return found != units.end() && !found->second.text.empty();
  };
  machine.installed = is_there("system/forestalld.service");
  machine.oomd_installed = is_there("system/systemd-oomd.service");
  std::vector<UnitFile> files;
  for (const auto& [key, file] : units) files.push_back(file);
  machine.managed = managed_units(std::move(files));
}

}  // namespace

std::vector<Guard> read_ours(const std::string& proc) {
  std::vector<Guard> ours;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(proc, error)) {
    const auto pid = parse_unsigned(entry.path().filename().native());
    std::array<char, 64> buffer{};
    if (!pid || *pid > INT32_MAX) continue;
    auto comm = read_once(AT_FDCWD, (entry.path() / "comm").c_str(), buffer);
    if (!comm || take_line(*comm) != kOurs) continue;
    const auto traits = read_traits(proc, static_cast<std::int32_t>(*pid));
    if (!traits) continue;
    if (auto guard = guard_of(*traits, proc); guard && guard->program == kOurs) ours.push_back(std::move(*guard));
  }
  std::ranges::sort(ours, {}, &Guard::start_time);
  return ours;
}

void read_machine(const Roots& roots, const MatchBook& book, Machine& machine) {
  machine.swappiness = read_number(roots.proc + "/sys/vm/swappiness");
  machine.overcommit_memory = read_number(roots.proc + "/sys/vm/overcommit_memory");
  machine.panic_on_oom = read_number(roots.proc + "/sys/vm/panic_on_oom");
  machine.lru_gen_enabled = read_number(roots.sys + "/kernel/mm/lru_gen/enabled");
  machine.min_ttl_ms = read_number(roots.sys + "/kernel/mm/lru_gen/min_ttl_ms");
  ProcMount mount;
  each_line(roots.proc + "/self/mounts", [&](std::string_view line) { mount.take(line); });
  machine.hidepid = mount.hidepid();
  machine.sees_everybody = ::access((roots.proc + "/1/stat").c_str(), R_OK) == 0;
  read_processes(roots.proc, book, machine);
  judge_units(read_units(roots.systemd), machine);
}

}  // namespace forestall::cli
