// SPDX-License-Identifier: MIT
// What is known of one process. Plain values of bounded size; names in them belong to strangers.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "forestall/fixed_string.h"
#include "forestall/units.h"

namespace forestall {

/// A process, and not another one that got its number later.
struct ProcessId {
  std::int32_t pid = 0;
  std::uint64_t start_time = 0;  ///< clock ticks after boot: proc_pid_stat(5), field 22
  friend auto operator<=>(const ProcessId&, const ProcessId&) = default;
};

/// Where in the tree of cgroups a process lives, and what systemd calls that place (systemd.unit(5)).
struct CgroupPlace {
  FixedString<255> path;      ///< the path, from the root of the hierarchy
  FixedString<95> unit;       ///< the unit that the system manager made: "ssh.service", "user@1000.service"
  FixedString<95> user_unit;  ///< the unit a user's own manager made below that, or empty
  FixedString<95> slice;      ///< the innermost slice of the system manager: "system.slice"

  /// The user's unit where there is one, else the system's.
  [[nodiscard]] const FixedString<95>& innermost_unit() const { return user_unit.empty() ? unit : user_unit; }
};

/// ManagedOOMPreference= of a unit (systemd.resource-control(5)): what systemd-oomd is to spare.
enum class OomPreference : std::uint8_t { none, avoid, omit };

/// What the [[protect]], [[avoid]] and [[prefer]] entries and its unit say of a process: learnt before it matters.
struct Standing {
  bool complete = false;  ///< false: not looked at yet, or not with all that the entries ask for
  bool is_protected = false;
  std::uint16_t protected_by = 0;                  ///< which [[protect]] entry, from 0
  OomPreference preference = OomPreference::none;  ///< of its unit
  std::int64_t prefer_points = 0;                  ///< ‰ of RAM + swap, of all entries that match
  std::int64_t avoid_points = 0;
  std::optional<Duration> grace;  ///< the longest of the entries that match

  friend bool operator==(const Standing&, const Standing&) = default;

  [[nodiscard]] bool must_live() const { return is_protected || preference == OomPreference::omit; }
};

struct Profile : Standing {
  FixedString<255> exe;      ///< empty: not readable without CAP_SYS_PTRACE
  FixedString<511> cmdline;  ///< arguments with blanks between
};

/// The oom_score_adj of whom nobody may kill for want of memory (OOM_SCORE_ADJ_MIN, include/uapi/linux/oom.h).
inline constexpr std::int32_t kImmune = -1000;

struct ProcessFacts {
  ProcessId id;
  std::int32_t parent = 0;
  std::int32_t process_group = 0;  ///< proc_pid_stat(5), field 5: the job of a shell, a daemon and its children
  std::uint32_t uid = 0;           ///< real uid
  bool kernel_thread = false;      ///< PF_KTHREAD in the flags of stat (include/linux/sched.h): no user can set it
  char state = '?';                ///< proc_pid_stat(5), field 3
  std::int32_t terminal = 0;       ///< field 7, a device number; 0: none
  std::int32_t nice = 0;           ///< -20 to 19: proc_pid_stat(5), field 19
  Duration cpu_time{0};            ///< that it has used, in user and kernel mode: fields 14 and 15
  FixedString<64> comm;            ///< what it calls itself; up to 15 bytes, kernel threads more
  Bytes anon = 0;                  ///< RssAnon
  Bytes swap = 0;                  ///< VmSwap
  Bytes page_tables = 0;           ///< VmPTE
  Bytes shmem = 0;                 ///< RssShmem: comes back only when the last one that maps it is gone
  std::int32_t oom_score_adj = 0;  ///< -1000 to 1000
  NodeMask nodes = kAllNodes;      ///< whose memory it may use (Mems_allowed, cpuset(7)), and KnownPlace::nodes
  CgroupPlace place;
  Profile profile;

  /// What ending it gives back for sure: clean file pages were available all along, shared ones may stay.
  [[nodiscard]] Bytes freed_by_death() const { return anon + swap + page_tables; }
};

/// What is known of a unit beside who lives in it.
struct UnitFacts {
  bool whole = false;  ///< it is of no use in part: a virtual machine, or memory.oom.group (cgroup-v2)
  OomPreference preference = OomPreference::none;
  /// What it has lately put into tmpfs and other shared memory, by the charge to its cgroup. Nobody's death gives back
  /// the files among it.
  Bytes filled = 0;
  /// How much its members hold together beyond the charge to its cgroup. Since a fork, parent and child hold the same
  /// pages until one of them writes to them, and each counts all of them (RssAnon, proc_pid_status(5)).
  Bytes counted_twice = 0;
  friend bool operator==(const UnitFacts&, const UnitFacts&) = default;
};

/// A place where processes live, as Kin speak of it. Of a unit the first that is known has its facts.
struct KnownPlace : UnitFacts {
  CgroupPlace cgroup;
  std::uint16_t unit = 0;  ///< the first known place of the same unit; 0: in no unit that could be ended as one
  /// Of the first one of its unit: where the unit holds enough to help a node that is short; all while none is.
  NodeMask nodes = kAllNodes;
};

/// One process as a part of what it belongs to: kept of everybody, of the small ones too.
struct Kin {
  ProcessId id;
  std::int32_t parent = 0;
  std::int32_t process_group = 0;
  std::uint32_t uid = 0;
  std::int32_t oom_score_adj = 0;
  std::int32_t nice = 0;
  std::uint16_t place = 0;     ///< in Census::places; 0: nowhere
  bool must_live = false;      ///< there is a Mercy for it
  bool profile_known = false;  ///< false: a [[protect]] entry may yet turn out to match
  Duration cpu_time{0};
  NodeMask nodes = kAllNodes;
  FixedString<15> comm;
  Bytes memory = 0;       ///< freed_by_death(); of small ones mostly without page tables
  Bytes swap = 0;         ///< the part of it that is swapped out
  Bytes page_tables = 0;  ///< and the part that is page tables
  std::int32_t prefer_points = 0;
  std::int32_t avoid_points = 0;
};

}  // namespace forestall
