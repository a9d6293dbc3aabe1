// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "cli/retold.h"

namespace forestall::cli {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t in_ms(Duration d) { return d / std::chrono::milliseconds(1); }

Json json_of(const StoryProcess& p) {
  Json json = {{"pid", p.pid},   {"uid", p.uid},     {"comm", p.comm},
               {"unit", p.unit}, {"bytes", p.bytes}, {"oom_score_adj", p.oom_score_adj}};
  if (!p.why.empty()) {
    json["why"] = p.why;
    return json;
  }
  json["kind"] = p.kind;
  json["processes"] = p.processes;
  json["score"] = p.score;
  json["terms"] = Json::object();
  for (const StoryProcess::Term& term : p.terms) json["terms"][term.name] = term.points;
  return json;
}

Json json_of(const std::vector<StoryProcess>& all) {
  Json json = Json::array();
  for (const StoryProcess& p : all) json.push_back(json_of(p));
  return json;
}

}  // namespace

std::string as_json(const Retold& r) {
  Json json = {{"id", r.story.id},
               {"began", in_utc(r.story.began)},
               {"forestalld", r.story.forestalld},
               {"limits", r.story.limits},
               {"headline", r.headline}};
  for (std::size_t i = 0; i < r.turns.size(); ++i) {
    json["events"].push_back({{"after_ms", in_ms(r.turns[i].at)},
                              {"event", r.story.events[i].event},
                              {"message", r.turns[i].message},
                              {"fields", r.story.events[i].fields}});
  }
  const StoryEvent* choice = r.choice();
  json["candidates"] = choice == nullptr ? Json::array() : json_of(choice->candidates);
  json["spared"] = choice == nullptr ? Json::array() : json_of(choice->spared);
  json["afterthoughts"] = r.afterthoughts;
  json["moments"] = Json::array();
  for (const Moment& m : r.moments) {
    json["moments"].push_back({{"after_ms", in_ms(m.at)},
                               {"available_bytes", m.available},
                               {"swap_left_bytes", m.swap_left},
                               {"stalled", m.stalled}});
  }
  return json.dump(2) + "\n";
}

}  // namespace forestall::cli
