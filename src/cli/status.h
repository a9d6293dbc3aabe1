// SPDX-License-Identifier: MIT
// One look at how things stand, and how `forestall status` says so, in words or as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/daemons.h"
#include "cli/lookout.h"
#include "cli/nearness.h"
#include "forestall/incident.h"
#include "report/story.h"

namespace forestall::cli {

/// Of the time between two looks: the part in which some task, or every task, stood still for want of memory.
struct Stalled {
  Share some;
  Share full;
};

/// None without PSI, or if no time has passed.
std::optional<Stalled> stalled_between(const Sample& before, const Sample& now);

/// The newest story, or why there is none to be shown.
struct LastIncident {
  std::optional<Story> story;
  std::string why_not;
};

struct Status {
  std::optional<std::string> cgroup;  ///< what is looked at; none: the machine
  std::vector<Rule> rules;
  Verdict verdict;
  std::vector<Nearness> nearness;  ///< nearness_of(rules, verdict)
  Duration looked{0};              ///< how long
  std::optional<Stalled> stalled;  ///< in that time
  Bytes falling = 0;               ///< memory and swap together, bytes per second in that time
  std::optional<CandidateNote> next;
  LastIncident last;
  Daemons daemons;
};

/// "falls by 12 MiB/s: nothing is left in 14 min".
std::string fall_in_words(Bytes falling, std::optional<Duration> exhausted_in);

/// One screen: at most 24 lines of at most 80 columns.
std::string in_plain_words(const Status& status);

std::string as_json(const Status& status);

}  // namespace forestall::cli
