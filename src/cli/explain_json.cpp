// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "cli/explanation.h"
#include "engine/engine.h"
#include "engine/notes.h"
#include "report/incident_json.h"
#include "report/words.h"

namespace forestall::cli {
namespace {

using Json = nlohmann::ordered_json;

Json candidates_of(const Ranking& ranking) {
  std::vector<CandidateNote> notes;
  for (const Candidate& c : ranking.order) notes.push_back(note(c));
  return Json::parse(candidates_json(notes));
}

Json spared_of(const Ranking& ranking) {
  std::vector<SparedNote> notes;
  for (const Spared& s : ranking.spared) notes.push_back({note(*s.process), s.why, s.process->profile.protected_by});
  return Json::parse(spared_json(notes));
}

Json together_of(const Explanation& e) {
  Json all = Json::array();
  for (const Member& m : e.together) {
    all.push_back(Json::parse(process_json(m.process)));
    all.back()["depth"] = m.depth;
  }
  return all;
}

/// What the rule would do to the first.
Json supposed_of(const Rule& rule, const Explanation& e) {
  Json json = {{"name", rule.name}, {"enabled", rule.enabled}, {"action", name_of(rule.action)}};
  if (rule.action == Action::terminate && !e.ranking.order.empty()) {
    const Duration grace = grace_for(*e.ranking.order.front().process, rule, e.config);
    json["grace_usec"] = std::chrono::duration_cast<std::chrono::microseconds>(grace).count();
  }
  return json;
}

std::string_view name_of_standing(const Lot& lot, const Ranking& ranking) {
  if (!lot.place) return !lot.mercy ? "not_ranked" : *lot.mercy == Mercy::too_small ? "too_small" : "spared";
  if (!lot.goes) return "another_goes";
  return ranking.order[*lot.place].party.kind == Kind::process ? "goes" : "goes_together";
}

Json lot_of(const Lot& lot, const Ranking& ranking, const Json& candidates) {
  Json json = Json::parse(process_json(note(lot.process)));
  json["standing"] = name_of_standing(lot, ranking);
  if (lot.place) {
    json["place"] = *lot.place + 1;
    json["candidate"] = candidates[*lot.place];
  } else if (lot.mercy) {
    json["why"] = name_of(*lot.mercy);
    if (*lot.mercy == Mercy::protect) json["entry"] = lot.process.profile.protected_by + 1;
  }
  return json;
}

}  // namespace

std::string as_json(const Explanation& e) {
  const Headroom& h = e.verdict.headroom;
  const Json candidates = candidates_of(e.ranking);
  Json json;
  json["mem_available_bytes"] = h.available;
  json["user_memory_bytes"] = h.user_total;
  json["swap_left_bytes"] = h.swap_left;
  json["swap_total_bytes"] = h.swap_total;
  json["action"] = name_of(e.verdict.action);
  if (e.supposed != nullptr) json["rule"] = supposed_of(*e.supposed, e);
  if (!e.without.empty()) json["without"] = e.without;
  json["minimum_bytes"] = e.ranking.minimum;
  json["processes"] = e.ranking.seen;
  if (e.lot) json["process"] = lot_of(*e.lot, e.ranking, candidates);
  json["candidates"] = candidates;
  json["together"] = together_of(e);
  json["spared"] = spared_of(e.ranking);
  return json.dump(2) + "\n";
}

}  // namespace forestall::cli
