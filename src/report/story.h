// SPDX-License-Identifier: MIT
// The story of one incident as it is kept on disk: JSON, one object in each line. Pure.
//
//   {"forestall":"incident","version":1,"id":"…","began":"2026-03-01T02:59:14Z","began_at_ms":60013,…}
//   {"event":"victim_terminated","at_ms":60020,"message":"…","fields":{"RULE":"low-memory",…}}
//   {"trace":"forestall trace 1"}          and so on: the lines of a trace (replay/trace.h)
//
// Moments are in ms since the trace began. The fields are those of the journal (docs/operations.md), those that end in
// _JSON as JSON.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forestall/incident.h"
#include "forestall/result.h"

namespace forestall {

/// One candidate, or one who was spared, as the record shows it. Text is harmless already (escaped()).
struct StoryProcess {
  std::int64_t pid = 0;
  std::uint64_t uid = 0;
  std::string comm;
  std::string unit;
  std::uint64_t bytes = 0;
  std::int64_t oom_score_adj = 0;
  std::string kind;             ///< of a candidate: "process", "family", "unit"
  std::uint64_t processes = 1;  ///< that go with it
  double score = 0;             ///< in ‰ of RAM + swap
  struct Term {
    std::string name;
    double points = 0;
  };
  std::vector<Term> terms;
  std::string why;  ///< of one who was spared: "matches [[protect]] entry 2"
};

struct StoryEvent {
  std::string event;  ///< "victim_terminated": name_of(Event)
  Duration at{0};     ///< since the trace began
  std::string message;
  std::map<std::string, std::string> fields;  ///< without those that follow
  std::vector<StoryProcess> candidates;
  std::vector<StoryProcess> spared;

  /// A field as a number; none if it is not there or is none.
  [[nodiscard]] std::optional<std::uint64_t> number(const std::string& field) const;
  [[nodiscard]] std::string text(const std::string& field) const;
};

struct Story {
  std::string id;                               ///< 32 hexadecimal digits
  WallTime began{};                             ///< when the rule was found to hold
  Duration began_at{0};                         ///< the same, since the trace began
  std::string forestalld;                       ///< the version that wrote it
  std::map<std::string, std::uint64_t> limits;  ///< of the rule: "mem_available_below" in bytes
  std::vector<StoryEvent> events;               ///< in order, at least one
  std::string trace;                            ///< the text of a trace
};

/// No line is longer, in bytes, and no more events are in one file.
inline constexpr std::size_t kLongestStoryLine = kMiB;
inline constexpr std::size_t kMostStoryEvents = 64;

/// The first line. `trace_began` is where the times of the trace count from.
std::string story_head(const Incident& incident, Instant trace_began);
/// The line of an event.
std::string story_event(Event event, const Incident& incident, Instant trace_began);
/// The line that holds a line of a trace.
std::string story_trace(std::string_view line);

/// Code 0 and "line N: what is wrong" if it is no such text. It may have been written by a later version: what is not
/// known is passed over.
Result<Story> parse_story(std::string_view text);
/// The same without the trace and without reading it: enough for a list.
Result<Story> parse_story_head(std::string_view text);

}  // namespace forestall
