// SPDX-License-Identifier: MIT
// The text of a trace: plain ASCII, for people, for plotting and for git.
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
//   u 0 /system.slice/x.service 0 none 51200 0 what is known of a unit from then on: time, cgroup, 1 if it is of no use
//                                              in part, ManagedOOMPreference=, what it has lately put into tmpfs, what
//                                              its members count twice
//   end                                        without it the trace was cut: it is good up to its last whole line
//
// "=" stands for what the line before had in that place (of a process: its own line before), "-" for what the machine
// does not tell and for empty text. In text "\s" is a blank, "\\" a backslash, "\xNN" any byte that would do harm.
// Times are in ms since the trace began, with what is left of a sample's in "us"; sizes in KiB, totals of PSI in µs,
// counters as the kernel counts.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "forestall/result.h"
#include "forestall/trace.h"

namespace forestall {

/// The text of a trace: read by parse_trace() it gives the trace again, with numbers rounded down to the units above
/// (and at most a day, 2^50 KiB, 2^50 µs), and units and slices as the kept 255 bytes of a cgroup path tell them.
std::string format(const Trace& trace);

/// One line of a text, and which it is there, from 1.
struct TraceLine {
  std::size_t number = 0;
  std::string_view text;  ///< without its newline
};

/// No trace is longer: a day of samples, and a million changes of processes and units.
inline constexpr std::size_t kMostSamples = 2'000'000;
inline constexpr std::size_t kMostChanges = 1'000'000;

/// Code 0 and "line N: what is wrong" unless every line is as format() would write it: columns may be missing (then the
/// trace does not know: none, or what is usual) or in another order, nothing may be made up. A last line without a
/// newline, of a text that does not say "end", is half a line and left out.
Result<Trace> parse_trace(std::string_view text);

/// The same of lines that come from elsewhere: all of them are whole.
Result<Trace> parse_trace(std::span<const TraceLine> lines);

/// "act leak|stress after 4s before 12.3s" or "quiet"; an Error says what was found and what is allowed.
Result<Expectation> parse_expectation(std::string_view text);
std::string format(const Expectation& expectation);

}  // namespace forestall
