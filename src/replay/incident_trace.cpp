// SPDX-License-Identifier: MIT
#include "replay/incident_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "replay/trace.h"
#include "report/story.h"

namespace forestall {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kVersion = 1;
constexpr std::int64_t kDayInMs = 86'400'000;

tl::unexpected<Error> wrong(std::string what) { return failure(0, std::move(what)); }

/// None if there is no such member, or it is no text.
const std::string* text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

/// A time of an event, which may be older than what is left of the trace.
std::optional<std::int64_t> time_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  const bool fits = !found->is_number_unsigned() || found->get<std::uint64_t>() <= INT64_MAX;
  return fits ? std::optional(found->get<std::int64_t>()) : std::nullopt;
}

std::optional<std::uint64_t> number_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

class IncidentParser {
 public:
  Result<void> take(std::size_t number, std::string_view line, bool whole) {
    if (line.size() > kLongestStoryLine) return wrong("the line is too long");
    const Json object = Json::parse(line, nullptr, false);
    if (object.is_discarded() && !whole && number > 1) return {};
    if (!object.is_object()) return wrong("this is no JSON object");
    if (number == 1) return take_first(object);
    if (object.contains("trace")) return take_trace_line(number, object);
    if (object.contains("event")) return take_event(object);
    return {};
  }

  Result<Recording> finish() {
    if (lines_.empty()) return wrong("there is no trace in this incident, so nothing can be replayed");
    const std::vector<TraceLine> lines(lines_.begin(), lines_.end());
    auto trace = parse_trace(lines);
    if (!trace) return tl::unexpected(trace.error());
    std::ranges::stable_sort(happened_, {}, &Happened::at);
    return Recording{std::move(*trace), true, began_, std::move(happened_)};
  }

 private:
  Result<void> take_first(const Json& object) {
    const std::string* what = text_in(object, "forestall");
    if (what == nullptr || *what != "incident") return wrong("\"forestall\" is not \"incident\"");
    if (number_in(object, "version") != kVersion) return wrong(fmt::format("\"version\" is not {}", kVersion));
    if (const auto began = time_in(object, "began_at_ms"); began && *began >= -kDayInMs && *began <= kDayInMs) {
      began_ = std::chrono::milliseconds(*began);
    }
    return {};
  }

  Result<void> take_trace_line(std::size_t number, const Json& object) {
    const std::string* line = text_in(object, "trace");
    if (line == nullptr) return wrong("\"trace\" is no text");
    if (line->find('\n') != std::string::npos) return wrong("\"trace\" is more than one line");
    lines_.push_back({number, texts_.emplace_back(*line)});
    return {};
  }

  Result<void> take_event(const Json& object) {
    const std::string* event = text_in(object, "event");
    if (event == nullptr) return wrong("\"event\" is no text");
    const auto at = time_in(object, "at_ms");
    if (!at || *at < -kDayInMs || *at > kDayInMs) {
      return wrong(fmt::format("\"at_ms\" is no number from {} to {}", -kDayInMs, kDayInMs));
    }
    const std::string* message = text_in(object, "message");
    if (message == nullptr) return wrong("\"message\" is no text");
    if (happened_.size() == kMostStoryEvents) return wrong(fmt::format("more than {} events", kMostStoryEvents));
    happened_.push_back({std::chrono::milliseconds(*at), *event, *message});
    return {};
  }

  std::deque<std::string> texts_;  ///< they stay where they are
  std::vector<TraceLine> lines_;
  std::optional<Duration> began_;
  std::vector<Happened> happened_;
};

Result<Recording> parse_incident(std::string_view text) {
  IncidentParser parser;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const bool whole = text.find('\n') != std::string_view::npos;
    if (auto r = parser.take(number, take_line(text), whole); !r) {
      return wrong(fmt::format("line {}: {}", number, r.error().what));
    }
  }
  return parser.finish();
}

}  // namespace

Result<Recording> parse_recording(std::string_view text) {
  if (text.starts_with('{')) return parse_incident(text);
  auto trace = parse_trace(text);
  if (!trace) return tl::unexpected(trace.error());
  return Recording{std::move(*trace), false, std::nullopt, {}};
}

}  // namespace forestall
