// SPDX-License-Identifier: MIT
#include "bus/past_incidents.h"

#include <algorithm>

#include "report/story.h"
#include "report/telling.h"
#include "report/words.h"

namespace forestall::bus {

void PastIncidents::note(Event event, const Incident& incident) {
  auto past = std::ranges::find(all_, incident.id, &Past::id);
  if (past == all_.end()) {
    if (all_.size() == kMost) all_.pop_front();
    all_.push_back({incident.id, incident.wall, {}, story_head(incident, incident.begun) + "\n"});
    past = all_.end() - 1;
  }
  past->said = sentence(event, incident);
  if (past->events++ < kMostEvents) past->lines += story_event(event, incident, incident.begun) + "\n";
}

const PastIncidents::Past* PastIncidents::find(std::string_view id) const {
  const auto found = std::ranges::find_if(all_, [id](const Past& p) { return in_words(p.id) == id; });
  return found == all_.end() ? nullptr : &*found;
}

}  // namespace forestall::bus
