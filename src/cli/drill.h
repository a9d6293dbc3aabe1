// SPDX-License-Identifier: MIT
// What a fire drill finds out, and how `forestall drill` says so, in words or as JSON. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/diagnosis.h"
#include "cli/drill_child_linux.h"
#include "cli/drill_plan.h"
#include "cli/drill_standing.h"

namespace forestall::cli {

/// One link of the chain from a rule that holds to the signal.
struct DrillCheck {
  std::string_view name;  ///< "daemon": for records
  bool ok = false;
  std::string what;  ///< what is so; if it is not well, what is in the way and what to do
};

/// Whether the daemon's loop goes round.
enum class Pulse : std::uint8_t { unknown, beats, none, stopped };

/// "daemon", "awake", "alone", "sight": who would act, and whether anything keeps it from that. `waited`: for the
/// pulse.
std::vector<DrillCheck> check_daemon(const Machine& machine, Pulse pulse, Duration waited);

/// "choice": would it take the child? `is_dry`: that another one would go before it keeps only a drill with memory
/// back.
DrillCheck check_choice(const Standing& standing, Bytes size, bool is_dry);

/// "room": the cgroup that the child lives in leaves so much. At its limit the kernel would kill.
DrillCheck check_room(Bytes available, const DrillPlan& plan, std::string_view cgroup);

/// The file after --config in the arguments of a daemon, each ended by a NUL; none if it goes by /etc/forestall.
std::optional<std::string> config_of(std::string_view arguments);

/// How far each rule is that ends somebody, a line for each.
std::vector<std::string> rules_in_words(const Config& config, const Verdict& verdict);

/// What became of a drill with memory.
struct DrillResult {
  DrillEnd end;
  Action action = Action::terminate;  ///< of the rule
  std::int32_t daemon = 0;            ///< its pid
  std::string sender;                 ///< the name of DrillEnd::from, if it is somebody else
  std::uint64_t kernel_kills = 0;     ///< since the beginning
  std::optional<Standing> refused;    ///< on the way it turned out that somebody else would go
  bool gave_up = false;               ///< nothing came although the limit was crossed
};

/// "result": did the daemon end it?
DrillCheck judge(const DrillResult& result, const DrillPlan& plan);

struct DrillReport {
  std::vector<DrillCheck> checks;
  std::vector<std::string> rules;
  std::optional<DrillPlan> plan;
  std::string rule;     ///< the name of the plan's
  std::string no_plan;  ///< why there is none
  std::optional<DrillResult> result;

  /// Nothing is in the way.
  [[nodiscard]] bool is_well() const;
};

/// "ok          forestalld (pid 7) runs", "IN THE WAY  …".
std::string in_plain_words(const DrillCheck& check);
/// What is going to be taken, and when it is given up.
std::string plan_in_words(const DrillReport& report, const Standing& standing);
/// For programs; times in microseconds.
std::string as_json(const DrillReport& report);

}  // namespace forestall::cli
