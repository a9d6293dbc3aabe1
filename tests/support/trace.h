// SPDX-License-Identifier: MIT
// The recorded history of a machine in trouble, to be judged again and again: samples, processes, and what is expected
// of whoever watches. A trace is plain ASCII text, for people, for plotting and for git:
//
//   forestall trace 1
//   # any number of lines that say what was recorded, and why
//   expect act leak|stress after 4s before 12.3s
//   lineage 812 1
//   columns time suspended mem_total …         one name for each number of a sample
//   process time pid start …                   likewise of a process
//   0 0 1003520 …                              a sample begins with its time
//   p 0 640 5120 …                             a process appeared, or changed by more than a little
//   x 1250 640 5120                            it is gone: time, pid, start
//   end                                        without it the trace was cut
//
// "=" stands for what the line before had in that place (of a process: its own line before), "-" for what the machine
// does not tell and for empty text. In text "\s" is a blank, "\\" a backslash, "\xNN" any byte that would do harm.
// Times are in ms since the trace began, sizes in KiB, totals of PSI in µs, counters as the kernel counts.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forestall/process.h"
#include "forestall/result.h"
#include "forestall/sample.h"

namespace forestall::testing {

/// What the first signal has to be, if there may be one.
struct Expectation {
  enum class What : std::uint8_t {
    quiet,      ///< no signal to the end, and nobody looked for in vain
    act,        ///< either of the next two
    terminate,  ///< SIGTERM first
    kill,       ///< SIGKILL at once
  };
  What what = What::quiet;
  std::vector<std::string> comms;  ///< the victim is one of these; none of What::quiet
  std::optional<Duration> after;   ///< since the trace began: not sooner
  std::optional<Duration> before;  ///< not later
  friend bool operator==(const Expectation&, const Expectation&) = default;
};

/// A process as it was from then on, or that it is gone (then only the id means something).
struct ProcessChange {
  Instant time{};
  bool gone = false;
  ProcessFacts facts;
};

struct Trace {
  std::vector<std::string> comments;  ///< without their "# "; those before the first sample
  std::optional<Expectation> expectation;
  std::vector<std::int32_t> lineage;   ///< of the recorder, in the place of the daemon: Census::lineage
  std::vector<Sample> samples;         ///< their times count from Instant{}, in order; `wall` is not kept
  std::vector<ProcessChange> changes;  ///< likewise. Of Profile only exe and cmdline: the rest is the configuration's
};

/// The text of a trace: read by parse_trace() it gives the trace again, with numbers rounded down to the units above
/// (and at most a day, 2^50 KiB, 2^50 µs), and units and slices as the kept 255 bytes of a cgroup path tell them.
std::string format(const Trace& trace);

/// The same, line by line without their newlines: for whoever has no room for the whole.
void format(const Trace& trace, const std::function<void(std::string_view line)>& put);

/// Code 0 and "line N: what is wrong" unless every line is as format() would write it: columns may be missing or in
/// another order, nothing may be made up.
Result<Trace> parse_trace(std::string_view text);

/// "act leak|stress after 4s before 12.3s" or "quiet"; an Error says what was found and what is allowed.
Result<Expectation> parse_expectation(std::string_view text);
std::string format(const Expectation& expectation);

}  // namespace forestall::testing
