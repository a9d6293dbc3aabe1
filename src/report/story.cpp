// SPDX-License-Identifier: MIT
#include "report/story.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "report/telling.h"
#include "report/words.h"

namespace forestall {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t in_ms(Duration d) { return d / std::chrono::milliseconds(1); }

/// Whatever is no UTF-8 was escaped before; should some be left it must not spoil the line.
std::string line_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// The conditions that are limits of an amount, so that they can be drawn.
Json limits_of(const Incident& i) {
  Json limits = Json::object();
  if (i.verdict.action == Action::none) return limits;
  for (const Condition c : {Condition::mem_available_below, Condition::swap_free_below}) {
    const Reading& reading = i.verdict.deciding().readings[static_cast<std::size_t>(c)];
    if (reading.given && reading.known) limits[std::string(name_of(c))] = reading.limit;
  }
  return limits;
}

bool is_said_elsewhere(std::string_view key) {
  return key == "MESSAGE" || key == "EVENT" || key == "INCIDENT_ID" || key == "MESSAGE_ID" || key == "PRIORITY";
}

}  // namespace

// ---- Writing --------------------------------------------------------------------------------------------------------

std::string story_head(const Incident& incident, Instant trace_began) {
  return line_of({{"forestall", "incident"},
                  {"version", 1},
                  {"id", in_words(incident.id)},
                  {"began", fmt::format("{:%FT%T}Z", std::chrono::floor<std::chrono::milliseconds>(incident.wall))},
                  {"began_ms", in_ms(incident.wall.time_since_epoch())},
                  {"began_at_ms", in_ms(incident.begun - trace_began)},
                  {"limits", limits_of(incident)},
                  {"forestalld", FORESTALL_VERSION}});
}

std::string story_event(Event event, const Incident& incident, Instant trace_began) {
  constexpr std::string_view json_mark = "_JSON";
  Json fields = Json::object();
  for (const std::string& field : journal_fields(event, incident)) {
    const std::size_t equals = field.find('=');
    const std::string key = field.substr(0, equals);
    if (is_said_elsewhere(key)) continue;
    const std::string value = field.substr(equals + 1);
    fields[key] = key.ends_with(json_mark) ? Json::parse(value, nullptr, false) : Json(value);
  }
  return line_of({{"event", name_of(event)},
                  {"at_ms", in_ms(incident.now_time - trace_began)},
                  {"message", sentence(event, incident)},
                  {"fields", std::move(fields)}});
}

std::string story_trace(std::string_view line) { return line_of({{"trace", line}}); }

// ---- Reading --------------------------------------------------------------------------------------------------------

namespace {

template <typename T>
T value_or(const Json& object, const char* key, T otherwise) {
  const auto found = object.find(key);
  if (found == object.end()) return otherwise;
  if constexpr (std::is_same_v<T, std::string>) {
    return found->is_string() ? disarmed(found->template get<std::string>(), kLongestStoryLine) : otherwise;
  } else {
    const bool fits = std::is_floating_point_v<T> ? found->is_number() : found->is_number_integer();
    return fits ? found->template get<T>() : otherwise;
  }
}

/// In words, if this version knows the reason.
std::string why_spared(const Json& json) {
  const std::string name = value_or(json, "why", std::string());
  const auto entry = value_or(json, "entry", std::uint16_t{1});
  for (auto m = static_cast<unsigned>(Mercy::init); m <= static_cast<unsigned>(Mercy::too_small); ++m) {
    const auto mercy = static_cast<Mercy>(m);
    if (name_of(mercy) == name) return in_words(mercy, static_cast<std::uint16_t>(entry - 1));
  }
  return name;
}

StoryProcess process_of(const Json& json) {
  StoryProcess p;
  if (!json.is_object()) return p;
  p.pid = value_or(json, "pid", p.pid);
  p.uid = value_or(json, "uid", p.uid);
  p.comm = value_or(json, "comm", p.comm);
  p.unit = value_or(json, "unit", p.unit);
  p.bytes = value_or(json, "bytes", p.bytes);
  p.oom_score_adj = value_or(json, "oom_score_adj", p.oom_score_adj);
  p.kind = value_or(json, "kind", p.kind);
  p.processes = value_or(json, "processes", p.processes);
  p.score = value_or(json, "score", p.score);
  p.why = why_spared(json);
  const auto terms = json.find("terms");
  if (terms == json.end() || !terms->is_array()) return p;
  for (const Json& term : *terms) {
    if (term.is_object()) p.terms.push_back({value_or(term, "name", std::string()), value_or(term, "points", 0.0)});
  }
  return p;
}

std::vector<StoryProcess> processes_of(const Json& json) {
  std::vector<StoryProcess> all;
  if (!json.is_array()) return all;
  for (const Json& one : json) all.push_back(process_of(one));
  return all;
}

/// A moment beyond a year was made to hurt: in nanoseconds, or as the difference of two, it would not fit.
Duration moment_of(const Json& object, const char* key) {
  constexpr std::int64_t most = std::chrono::milliseconds(std::chrono::hours(24 * 365)).count();
  return std::chrono::milliseconds(std::clamp(value_or(object, key, std::int64_t{0}), -most, most));
}

/// From 1970 to the end of 2199: in nanoseconds, as libraries have it, time ends in 2262.
WallTime wall_time_of(const Json& object, const char* key) {
  constexpr std::int64_t most = 7'258'118'399'999;
  return WallTime(std::chrono::milliseconds(std::clamp(value_or(object, key, std::int64_t{0}), std::int64_t{0}, most)));
}

StoryEvent event_of(const Json& json) {
  StoryEvent e;
  e.event = value_or(json, "event", e.event);
  e.at = moment_of(json, "at_ms");
  e.message = value_or(json, "message", e.message);
  const auto fields = json.find("fields");
  if (fields == json.end() || !fields->is_object()) return e;
  for (const auto& [key, value] : fields->items()) {
    if (key == "CANDIDATES_JSON") e.candidates = processes_of(value);
    if (key == "SPARED_JSON") e.spared = processes_of(value);
    if (value.is_string()) e.fields[disarmed(key)] = disarmed(value.get<std::string>(), kLongestStoryLine);
  }
  return e;
}

/// False if it is no head.
bool take_head(const Json& json, Story& story) {
  if (value_or(json, "forestall", std::string()) != "incident") return false;
  if (value_or(json, "version", 0) != 1) return false;
  story.id = value_or(json, "id", std::string());
  story.began = wall_time_of(json, "began_ms");
  story.began_at = moment_of(json, "began_at_ms");
  story.forestalld = value_or(json, "forestalld", std::string());
  const auto limits = json.find("limits");
  if (limits == json.end() || !limits->is_object()) return true;
  for (const auto& [key, value] : limits->items()) {
    if (value.is_number_unsigned()) story.limits[disarmed(key)] = value.get<std::uint64_t>();
  }
  return true;
}

Result<Story> parse(std::string_view text, bool with_trace) {
  Story story;
  const auto wrong = [](std::size_t number, const char* what) {
    return failure(0, fmt::format("line {}: {}", number, what));
  };
  for (std::size_t number = 1; !text.empty(); ++number) {
    if (text.find('\n') == std::string_view::npos) return wrong(number, "it was cut here");
    const std::string_view line = take_line(text);
    if (!with_trace && line.starts_with("{\"trace\"")) break;  // written last
    if (line.size() > kLongestStoryLine) return wrong(number, "too long");
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) return wrong(number, "is no JSON object");
    if (number == 1 && !take_head(json, story)) return wrong(1, "is not the head of an incident of version 1");
    if (json.contains("event")) story.events.push_back(event_of(json));
    if (story.events.size() > kMostStoryEvents) return wrong(number, "one event too many");
    const auto trace = json.find("trace");
    if (trace != json.end() && trace->is_string()) story.trace += trace->get<std::string>() + "\n";
  }
  if (story.id.empty() || story.events.empty()) return failure(0, "there is no event in it");
  return story;
}

}  // namespace

Result<Story> parse_story(std::string_view text) { return parse(text, true); }

Result<Story> parse_story_head(std::string_view text) { return parse(text, false); }

std::optional<std::uint64_t> StoryEvent::number(const std::string& field) const {
  const auto found = fields.find(field);
  return found == fields.end() ? std::nullopt : parse_unsigned(found->second);
}

std::string StoryEvent::text(const std::string& field) const {
  const auto found = fields.find(field);
  return found == fields.end() ? std::string() : found->second;
}

}  // namespace forestall
