// SPDX-License-Identifier: MIT
#include "cli/summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/retold.h"

namespace forestall::cli {

const StoryEvent& main_event(const Story& story) {
  for (const char* name : {"victim_gone", "victim_survived", "victim_killed", "victim_terminated"}) {
    const auto found = std::ranges::find(story.events, name, &StoryEvent::event);
    if (found != story.events.end()) return *found;
  }
  return story.events.front();
}

std::string what_was_done(const Story& story) {
  std::string text;
  for (const StoryEvent& e : story.events) {
    if (e.event == "recovered") continue;
    const std::string name = turn_name(e);
    if (text.find(name) == std::string::npos) text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

std::string victim_of(const StoryEvent& e) {
  const std::string comm = e.text("VICTIM_COMM");
  if (comm.empty()) return "—";
  const std::string kind = e.text("VICTIM_KIND");
  return kind.empty() || kind == "process" ? comm
                                           : fmt::format("{} ({} of {})", comm, kind, e.text("VICTIM_PROCESSES"));
}

}  // namespace forestall::cli
