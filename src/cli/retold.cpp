// SPDX-License-Identifier: MIT
#include "cli/retold.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/container_name.h"
#include "base/quantity.h"
#include "base/text.h"
#include "evaluate/headroom.h"
#include "replay/trace.h"
#include "report/words.h"

namespace forestall::cli {
namespace {

constexpr Duration kStallWindow = std::chrono::seconds(1);

/// How much of the time from `then` to `now` every task stood still.
double stalled(const Sample& then, const Sample& now) {
  if (!now.psi || !then.psi || now.time <= then.time) return 0;
  const auto part = [](Duration d) { return static_cast<double>(d.count()); };
  return std::clamp(part(now.psi->full - then.psi->full) / part(now.time - then.time), 0.0, 1.0);
}

std::vector<Moment> moments_of(const std::vector<Frame>& samples, Duration began_at) {
  std::vector<Moment> moments;
  std::size_t then = 0;  // the last that is a second older, else the first
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Frame& now = samples[i];
    while (then < i && now.time - samples[then + 1].time >= kStallWindow) ++then;
    const Headroom h = headroom(now);
    moments.push_back({now.time - Instant{} - began_at, h.available, h.swap_left, stalled(samples[then], now)});
  }
  return moments;
}

/// What is worth knowing about how it went, beyond what each event says.
std::vector<std::string> afterthoughts_of(const Story& story) {
  std::vector<std::string> all;
  const bool kernel = std::ranges::any_of(story.events, [](const StoryEvent& e) { return e.event == "kernel_killed"; });
  if (kernel) all.emplace_back("The kernel was first: higher limits, or a longer warning, would have left more time.");
  for (const StoryEvent& e : story.events) {
    if (e.event != "victim_gone") continue;
    if (e.text("NEEDLESS") == "1") {
      all.emplace_back(
          "Pressure was already falling: memory was back before the victim had given any. A longer \"for\" of the rule "
          "may have spared it.");
    }
    const auto freed = e.number("FREED_BYTES");
    const auto promised = e.number("PROMISED_BYTES");
    if (freed && promised && *freed < *promised / 4) {
      all.push_back(fmt::format("Of {} that were promised {} came back: somebody else took it, or it was shared.",
                                human(*promised), human(*freed)));
    }
  }
  if (story.events.front().text("DRY_RUN") == "1") all.emplace_back("This was a dry run: nobody got a signal.");
  return all;
}

bool tells_of_a_choice(const StoryEvent& e) { return !e.candidates.empty() || !e.spared.empty(); }

}  // namespace

std::string turn_name(const StoryEvent& e) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> names = {{{"victim_terminated", "SIGTERM"},
                                                                                    {"victim_killed", "SIGKILL"},
                                                                                    {"victim_gone", "gone"},
                                                                                    {"victim_survived", "survived"},
                                                                                    {"stood_down", "stood down"},
                                                                                    {"no_victim", "nobody"},
                                                                                    {"breaker_opened", "gave up"},
                                                                                    {"kernel_killed", "kernel"},
                                                                                    {"restart_loop", "restarts"},
                                                                                    {"recovered", "recovered"}}};
  const auto known = std::ranges::find(names, e.event, &decltype(names)::value_type::first);
  return known == names.end() ? e.event : std::string(known->second);
}

Result<Retold> retell(Story story) {
  Retold r;
  const auto trace = parse_trace(story.trace);
  if (!trace) return failure(0, "in its trace: " + trace.error().what);
  r.moments = moments_of(trace->samples, story.began_at);
  for (const StoryEvent& e : story.events) r.turns.push_back({e.at - story.began_at, turn_name(e), e.message});
  r.headline = story.events.front().message;
  r.afterthoughts = afterthoughts_of(story);
  r.story = std::move(story);
  return r;
}

const StoryEvent* Retold::choice() const {
  const auto found = std::ranges::find_if(story.events, tells_of_a_choice);
  return found == story.events.end() ? nullptr : &*found;
}

std::string unit_of(const StoryProcess& p) {
  // systemd writes a "-" within a name as "\x2d", and a backslash is doubled where text is made harmless.
  std::string name;
  for (std::size_t i = 0; i < p.unit.size(); ++i) {
    name += p.unit[i];
    if (p.unit.compare(i, 2, "\\\\") == 0) ++i;
  }
  return container_named(name) ? unit_in_words(name) : disarmed(p.unit);
}

std::string offset(Duration at) {
  const double seconds = std::chrono::duration<double>(at).count();
  const double shown = std::abs(seconds);
  const std::string_view sign = seconds <= -0.05 ? "−" : seconds >= 0.05 ? "+" : "";
  return shown < 20 ? fmt::format("{}{:.1f} s", sign, shown) : fmt::format("{}{:.0f} s", sign, shown);
}

std::string in_utc(WallTime time) {
  return fmt::format("{:%F %T} UTC", std::chrono::floor<std::chrono::seconds>(time));
}

}  // namespace forestall::cli
