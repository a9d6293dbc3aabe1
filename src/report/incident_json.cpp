// SPDX-License-Identifier: MIT
#include "report/incident_json.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "report/words.h"

namespace forestall {
namespace {

using Json = nlohmann::ordered_json;

double per_mille_number(Points points) { return static_cast<double>(points) / static_cast<double>(kPerMille); }

Json json_of(const ProcessNote& p) {
  return {{"pid", p.id.pid},   {"comm", escaped(p.comm.view())},  {"uid", p.uid}, {"unit", escaped(p.unit.view())},
          {"bytes", p.memory}, {"oom_score_adj", p.oom_score_adj}};
}

}  // namespace

std::string process_json(const ProcessNote& process) { return json_of(process).dump(); }

std::string candidates_json(std::span<const CandidateNote> candidates) {
  Json all = Json::array();
  for (const CandidateNote& c : candidates) {
    Json one = json_of(c.process);
    one["kind"] = name_of(c.process.kind);
    one["processes"] = c.process.processes;
    one["counted_together"] = c.counted;
    one["score"] = per_mille_number(c.score);
    one["terms"] = Json::array();
    for (const Term& term : std::span(c.terms).first(c.term_count)) {
      one["terms"].push_back({{"name", term.name}, {"points", per_mille_number(term.points)}});
    }
    all.push_back(std::move(one));
  }
  return all.dump();
}

std::string spared_json(std::span<const SparedNote> spared) {
  Json all = Json::array();
  for (const SparedNote& s : spared) {
    Json one = json_of(s.process);
    one["why"] = name_of(s.why);
    if (s.why == Mercy::protect) one["entry"] = s.protected_by + 1;
    all.push_back(std::move(one));
  }
  return all.dump();
}

std::string ranking_json(const Incident& i) {
  const Headroom& h = i.now;
  Json json;
  json["mem_available_bytes"] = h.available;
  json["user_memory_bytes"] = h.user_total;
  json["swap_left_bytes"] = h.swap_left;
  json["swap_total_bytes"] = h.swap_total;
  json["action"] = name_of(i.verdict.action);
  json["minimum_bytes"] = i.minimum;
  json["processes"] = i.seen;
  json["eligible"] = i.eligible;
  json["candidates"] = Json::parse(candidates_json(std::span(i.candidates).first(i.candidate_count)));
  json["spared"] = Json::parse(spared_json(std::span(i.spared).first(i.spared_count)));
  return json.dump();
}

}  // namespace forestall
