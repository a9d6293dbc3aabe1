// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/replayed.h"
#include "replay/trace.h"
#include "report/words.h"

namespace forestall::cli {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t in_ms(Duration d) { return std::chrono::duration_cast<std::chrono::milliseconds>(d).count(); }

Json least_of(const Replayed::Worst& worst) {
  return {{"at_ms", in_ms(worst.at)},
          {"mem_available_bytes", worst.left.available},
          {"swap_left_bytes", worst.left.swap_left}};
}

Json signal_of(const Replayed::Acted& acted) {
  Json pids = Json::array();
  for (const ProcessId& id : acted.victims) pids.push_back(id.pid);
  return {{"at_ms", in_ms(acted.at)},
          {"signal", acted.action == Action::kill ? "SIGKILL" : "SIGTERM"},
          {"rule", escaped(acted.rule)},
          {"comm", escaped(acted.comm)},
          {"pids", pids},
          {"mem_available_bytes", acted.left.available},
          {"swap_left_bytes", acted.left.swap_left}};
}

Json event_of(Duration at, std::string_view event, const std::string& message) {
  return {{"at_ms", in_ms(at)}, {"event", event}, {"message", message}};
}

Json trial_of(const Trial& trial, const Recording& recording) {
  const Replayed& r = trial.replayed;
  Json json = {{"configuration", escaped(trial.configuration)}, {"ended_at_ms", in_ms(r.ended)}};
  json["signal"] = r.acted ? signal_of(*r.acted) : Json();
  json["events"] = Json::array();
  for (const Replayed::Told& t : r.told) json["events"].push_back(event_of(t.at, name_of(t.event), t.sentence));
  json["least"] = least_of(r.worst);
  if (const auto same = decides_as_it_did(r, recording)) json["decides_as_it_did"] = *same;
  if (const auto met = meets(recording.trace, r)) json["expectation_met"] = *met;
  return json;
}

}  // namespace

std::string as_json(const Comparison& c) {
  const Trace& trace = c.recording.trace;
  Json json = {{"file", escaped(c.file)},
               {"incident", c.recording.is_incident},
               {"duration_ms", in_ms(trace.samples.back().time - trace.samples.front().time)},
               {"samples", trace.samples.size()},
               {"cut", trace.cut}};
  if (trace.expectation) json["expectation"] = format(*trace.expectation);
  json["replays"] = Json::array();
  for (const Trial& trial : c.trials) json["replays"].push_back(trial_of(trial, c.recording));
  json["happened"] = Json::array();
  for (const Happened& h : c.recording.happened) {
    json["happened"].push_back(event_of(h.at, harmless(h.event), harmless(h.message)));
  }
  json["least"] = least_of(worst_of(trace));
  return json.dump(2) + "\n";
}

}  // namespace forestall::cli
