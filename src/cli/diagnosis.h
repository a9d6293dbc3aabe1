// SPDX-License-Identifier: MIT
// The machine as an OOM daemon sees it, and what is wrong with it. Pure: what was read goes in, findings come out.
// A finding says what is so, why it matters, and what mends it; what could not be read is no finding.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "forestall/config.h"
#include "forestall/sample.h"

namespace forestall::cli {

/// Numbers of capabilities (include/uapi/linux/capability.h).
inline constexpr unsigned kCapKill = 5;
inline constexpr unsigned kCapSysPtrace = 19;

/// A running program that ends others for want of memory.
struct Guard {
  std::string program;  ///< "forestalld", "earlyoom": one of a known few
  std::int32_t pid = 0;
  std::string unit;                ///< the service that it is, "earlyoom.service"; empty: none
  std::uint64_t capabilities = 0;  ///< CapEff of proc_pid_status(5); 0 of one whose name anybody could have taken
  std::vector<std::uint32_t> groups;
  bool dry_run = false;          ///< it only says what it would do
  bool one_cgroup = false;       ///< forestalld --cgroup
  std::uint64_t start_time = 0;  ///< ProcessId::start_time

  [[nodiscard]] bool has(unsigned capability) const { return (capabilities >> capability & 1U) != 0; }
};

/// "earlyoom (pid 612)"
std::string in_words(const Guard& guard);

/// How /proc hides processes from other users (proc(5), hidepid).
struct HidePid {
  std::string mode;         ///< "noaccess", "invisible", "ptraceable", or its number
  std::uint32_t group = 0;  ///< whose members see everybody all the same; 0 where /proc is mounted without gid
};

/// A unit that asks systemd-oomd to act (systemd.resource-control(5)).
struct ManagedUnit {
  std::string path;     ///< the file that says so
  std::string setting;  ///< "ManagedOOMSwap=kill"
};

/// What was read. Whatever is not there is left empty: a container shows little.
struct Machine {
  Sample sample;
  Config config;
  bool in_container = false;                                                 ///< swap and the kernel are the host's
  std::optional<std::uint64_t> swappiness, overcommit_memory, panic_on_oom;  ///< of /proc/sys/vm
  std::optional<std::uint64_t> lru_gen_enabled, min_ttl_ms;                  ///< of /sys/kernel/mm/lru_gen
  std::optional<HidePid> hidepid;                                            ///< none: everybody sees everybody
  bool sees_everybody = true;                                                ///< we do
  bool installed = false;                                                    ///< there is a forestalld.service
  std::vector<Guard> guards;
  bool oomd_installed = false;  ///< there is a systemd-oomd.service, and it is not masked
  std::vector<ManagedUnit> managed;
  Bytes protected_memory = 0;       ///< RAM held by those whom [[protect]] covers
  std::string largest_protected;    ///< "java (pid 7, 4 GiB)": the largest of them, made harmless
  std::vector<std::string> silent;  ///< "[[avoid]] 2: comm = '^x$'": entries that match nobody, made harmless
};

enum class Severity : std::uint8_t {
  must,    ///< forestall cannot do its work, or two compete
  should,  ///< it works less well than it could
  note,    ///< worth knowing
};

/// "must", "should", "note": for records.
std::string_view name_of(Severity severity);

struct Finding {
  std::string_view check;  ///< "panic-on-oom": which check it is from, static text
  Severity severity = Severity::note;
  std::string title;              ///< what is so: one sentence
  std::string why;                ///< why it matters
  std::vector<std::string> mend;  ///< what to do: commands, a line each
};

struct Check {
  std::string_view name;
  std::optional<Finding> (*look)(const Machine& machine);  ///< need not name the check
};

/// What is looked at of the kernel and of swap; of daemons, and of the configuration.
std::span<const Check> kernel_checks();
std::span<const Check> guard_checks();

/// All findings, the gravest first.
std::vector<Finding> diagnose(const Machine& machine);

/// The daemons of ours that guard this machine, or in a container the container, and may act. More than one is one
/// too many.
std::vector<const Guard*> acting(const Machine& machine);

}  // namespace forestall::cli
