// SPDX-License-Identifier: MIT
// What is looked at of daemons, ours and others, and of what the configuration says about processes.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/quantity.h"
#include "base/text.h"
#include "cli/diagnosis.h"

namespace forestall::cli {
namespace {

bool is_ours(const Guard& guard) { return guard.program == "forestalld"; }

/// A name that a shell takes as it is.
bool is_plain(std::string_view name) {
  return !name.empty() && name.front() != '-' && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_' || c == '@' || c == ':';
  });
}

constexpr const char* kMaskOomd = "sudo systemctl mask --now systemd-oomd.socket systemd-oomd.service";

std::string stop(const Guard& guard) {
  if (guard.program == "systemd-oomd") return kMaskOomd;  // disabled alone, units would pull it in again
  if (is_plain(guard.unit)) return "sudo systemctl disable --now " + guard.unit;
  return fmt::format("sudo kill {}", guard.pid);
}

// ---- Ours -----------------------------------------------------------------------------------------------------------

/// Where some are hidden from us it may well be there.
std::optional<Finding> look_for_forestalld(const Machine& m) {
  const bool runs =
      std::ranges::any_of(m.guards, [](const Guard& guard) { return is_ours(guard) && !guard.one_cgroup; });
  if (runs || !m.sees_everybody) return std::nullopt;
  Finding finding{{},
                  Severity::should,
                  fmt::format("No forestalld watches over this {}.", m.in_container ? "container" : "machine"),
                  "When memory runs out, the kernel is the first to act: late, and by rules of its own.",
                  {"sudo systemctl enable --now forestalld"}};
  if (m.installed) {
    finding.severity = Severity::must;
    finding.mend.emplace_back("journalctl -u forestalld -e    # if it does not stay");
  } else {
    finding.mend.insert(finding.mend.begin(), "install the package that `./dev deb` makes, then:");
  }
  return finding;
}

std::optional<Finding> look_at_capabilities(const Machine& m) {
  if (!acting(m).empty()) return std::nullopt;  // whoever has taken its name besides does not matter
  const auto weak = std::ranges::find_if(m.guards, [](const Guard& guard) {
    return is_ours(guard) && !guard.one_cgroup && !guard.dry_run && !guard.has(kCapKill);
  });
  if (weak == m.guards.end()) return std::nullopt;
  return Finding{{},
                 Severity::must,
                 in_words(*weak) + " runs without CAP_KILL.",
                 "It can end only processes of its own user: most victims are out of its reach.",
                 {"sudo systemctl enable --now forestalld    # its service has what it needs",
                  "systemctl cat forestalld    # if it is the service: is there a drop-in that takes it away?"}};
}

std::optional<Finding> look_for_dry_run(const Machine& m) {
  if (!acting(m).empty()) return std::nullopt;
  const auto dry = std::ranges::find_if(m.guards, [](const Guard& guard) { return is_ours(guard) && guard.dry_run; });
  if (dry == m.guards.end()) return std::nullopt;
  return Finding{{},
                 Severity::should,
                 in_words(*dry) + " only says what it would do (--dry-run).",
                 "Nobody is ended: when memory runs out, the kernel is the first to act.",
                 {"start it without --dry-run; of the service: sudo systemctl edit forestalld"}};
}

std::optional<Finding> look_for_second(const Machine& m) {
  const auto ours = acting(m);
  if (ours.size() < 2) return std::nullopt;
  std::vector<std::string> pids(ours.size());
  std::ranges::transform(ours, pids.begin(), [](const Guard* guard) { return std::to_string(guard->pid); });
  // The service stays; where there is none, the first.
  const auto service = std::ranges::find(ours, "forestalld.service", &Guard::unit);
  const Guard* stays = service == ours.end() ? ours.front() : *service;
  std::vector<std::string> mend;
  for (const Guard* guard : ours) {
    if (guard != stays) mend.push_back(stop(*guard));
  }
  return Finding{{},
                 Severity::must,
                 fmt::format("forestalld runs {} times: pids {}.", ours.size(), enumeration(pids)),
                 "Each takes a victim of its own where one would have been enough.",
                 std::move(mend)};
}

/// Whether our daemon sees through hidepid; where none runs, its service as it is installed would not.
bool is_blind(const Machine& m) {
  const auto ours = acting(m);
  const auto sees = [&](const Guard* guard) {
    const bool by_group = m.hidepid->mode != "ptraceable" && m.hidepid->mode != "4" &&
                          std::ranges::find(guard->groups, m.hidepid->group) != guard->groups.end();
    return by_group || guard->has(kCapSysPtrace);
  };
  return ours.empty() || !std::ranges::all_of(ours, sees);
}

std::optional<Finding> look_for_hidepid(const Machine& m) {
  if (!m.hidepid || !is_blind(m)) return std::nullopt;
  Finding finding{{},
                  Severity::must,
                  fmt::format("/proc hides other users' processes from forestalld (hidepid={}).", m.hidepid->mode),
                  "Whom it does not see it cannot choose: somebody else dies for the one who took the memory.",
                  {"sudo mount -o remount,hidepid=0 /proc    # and the line of /proc in /etc/fstab"}};
  if (m.hidepid->group != 0) {
    finding.mend.push_back(fmt::format(
        "or, in `sudo systemctl edit forestalld`, below [Service]: SupplementaryGroups={}", m.hidepid->group));
  }
  return finding;
}

// ---- Others ---------------------------------------------------------------------------------------------------------

/// They compete only if there is one of ours to compete with.
std::optional<Finding> look_for_others(const Machine& m) {
  std::vector<std::string> names;
  std::vector<std::string> mend;
  for (const Guard& guard : m.guards) {
    if (is_ours(guard) || guard.dry_run || !guard.has(kCapKill)) continue;
    names.push_back(in_words(guard));
    mend.push_back(stop(guard));
  }
  if (names.empty()) return std::nullopt;
  const bool compete = m.installed || std::ranges::any_of(m.guards, is_ours);
  return Finding{{},
                 compete ? Severity::must : Severity::should,
                 fmt::format("{} {} processes here too.", enumeration(names), names.size() > 1 ? "end" : "ends"),
                 "Neither knows of the other: two victims die where one was enough, and the one who is first need not "
                 "be the one who chooses better.",
                 std::move(mend)};
}

/// systemd starts systemd-oomd for every unit that asks for it (systemd.resource-control(5), ManagedOOMSwap=).
std::optional<Finding> look_for_managed_units(const Machine& m) {
  constexpr std::size_t shown = 3;
  if (!m.oomd_installed || m.managed.empty()) return std::nullopt;
  const std::size_t count = m.managed.size();
  std::string why =
      "systemd starts systemd-oomd for whoever asks, even if it is disabled, and it kills beside forestalld:";
  for (std::size_t i = 0; i < std::min(count, shown); ++i) {
    why += fmt::format("{} {} in {}", i == 0 ? "" : ",", m.managed[i].setting, escaped(m.managed[i].path));
  }
  if (count > shown) why += fmt::format(", and {} more", count - shown);
  return Finding{{},
                 Severity::should,
                 fmt::format("{} unit{} systemd-oomd in.", count, count > 1 ? "s pull" : " pulls"),
                 why + ".",
                 {kMaskOomd}};
}

// ---- The configuration ----------------------------------------------------------------------------------------------

std::optional<Finding> look_at_protected(const Machine& m) {
  const Bytes ram = m.sample.memory.mem_total;
  if (m.protected_memory <= ram / 2) return std::nullopt;
  return Finding{{},
                 Severity::must,
                 fmt::format("[[protect]] covers {} of {} of RAM.", human(m.protected_memory), human(ram)),
                 fmt::format("If one of these takes the memory, everybody else dies in vain. The largest is {}.",
                             m.largest_protected),
                 {"forestall check    # what each entry covers; make them fewer or narrower in /etc/forestall",
                  "[[avoid]] in place of [[protect]] spares as long as there is somebody else"}};
}

/// Of other users' processes exe can be read only with CAP_SYS_PTRACE (proc_pid_exe(5)).
std::optional<Finding> look_at_exe_patterns(const Machine& m) {
  const auto names_exe = [](const std::vector<Match>& entries) {
    return std::ranges::any_of(entries, [](const Match& entry) { return entry.exe.has_value(); });
  };
  const auto ours = acting(m);
  const bool can_read = std::ranges::all_of(ours, [](const Guard* guard) { return guard->has(kCapSysPtrace); });
  const bool wanted = names_exe(m.config.protect) || names_exe(m.config.avoid) || names_exe(m.config.prefer);
  if (!wanted || ours.empty() || can_read) return std::nullopt;
  return Finding{{},
                 Severity::should,
                 "Entries with exe match nobody: forestalld runs without CAP_SYS_PTRACE.",
                 "The kernel tells the program file of other users' processes only to those who have it.",
                 {"write comm or unit in place of exe", "or, in `sudo systemctl edit forestalld`, below [Service]:",
                  "AmbientCapabilities=CAP_SYS_PTRACE", "CapabilityBoundingSet=CAP_SYS_PTRACE"}};
}

std::optional<Finding> look_for_silent_entries(const Machine& m) {
  if (m.silent.empty()) return std::nullopt;
  const std::size_t count = m.silent.size();
  return Finding{{},
                 Severity::note,
                 count > 1 ? fmt::format("{} entries cover no running process.", count)
                           : std::string("One entry covers no running process."),
                 fmt::format("A typing mistake protects and prefers nobody: {}.", fmt::join(m.silent, "; ")),
                 {"forestall check    # what each entry matches now"}};
}

constexpr std::array<Check, 10> kChecks{{
    {"not-running", look_for_forestalld},
    {"capabilities", look_at_capabilities},
    {"dry-run", look_for_dry_run},
    {"second-forestalld", look_for_second},
    {"other-daemon", look_for_others},
    {"hidepid", look_for_hidepid},
    {"protect-too-much", look_at_protected},
    {"systemd-oomd-units", look_for_managed_units},
    {"exe-patterns", look_at_exe_patterns},
    {"silent-patterns", look_for_silent_entries},
}};

}  // namespace

std::string in_words(const Guard& guard) { return fmt::format("{} (pid {})", guard.program, guard.pid); }

std::span<const Check> guard_checks() { return kChecks; }

}  // namespace forestall::cli
