// SPDX-License-Identifier: MIT
// The daemon as the bus sees it (bus/subject.h).
#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include "base/clock_linux.h"
#include "base/quantity.h"
#include "base/text.h"
#include "daemon/daemon_linux.h"
#include "report/incident_json.h"
#include "report/message_ids.h"
#include "report/telling.h"
#include "report/words.h"

namespace forestall {
namespace {

/// A rule for which the next look is due within this time is a reason to be called armed: the looks become frequent.
constexpr Duration kArmedWithin = std::chrono::milliseconds(250);
/// Applications want this long to drop their caches.
constexpr Duration kNearWithin = std::chrono::seconds(2);

bool is_armed(const Verdict& v) {
  if (v.episode || v.next_look < kArmedWithin) return true;
  return std::ranges::any_of(std::span(v.rules).first(v.count),
                             [](const RuleVerdict& rule) { return rule.phase != Phase::calm; });
}

/// A rule that ends somebody waits for its time to be over, or memory falls so that a limit is met at once.
bool is_near(const Verdict& v, const Config& config) {
  if (v.crossing && *v.crossing < kNearWithin) return true;
  for (std::size_t i = 0; i < v.count; ++i) {
    if (v.rules[i].phase == Phase::pending && config.rules[i].action >= Action::terminate) return true;
  }
  return false;
}

}  // namespace

bus::Snapshot Daemon::snapshot() const {
  const Verdict& v = engine_.verdict();
  bus::Snapshot now;
  now.time = v.time;
  now.blind = blind_;
  now.dry_run = options_.dry_run;
  now.level = engine_.killing() ? bus::Level::acting : is_armed(v) ? bus::Level::armed : bus::Level::calm;
  now.near = is_near(v, engine_.config());
  now.headroom = v.headroom;
  now.exhausted_in = v.exhausted_in;
  now.paused_until = engine_.paused_until();
  now.victims = engine_.victims();
  now.needless = engine_.needless();
  now.configurations = configurations_;
  if (rejected_) now.rejected = *rejected_;
  return now;
}

std::vector<bus::RuleLine> Daemon::rules() const {
  std::vector<bus::RuleLine> lines;
  const Config& config = engine_.config();
  for (const Rule& rule : config.rules) {
    lines.push_back({escaped(rule.name), rule.enabled, name_of(rule.action),
                     in_words(rule, engine_.verdict().headroom, config.kill.grace)});
  }
  return lines;
}

Result<std::string> Daemon::explain() {
  const bool acts = engine_.killing() || engine_.verdict().action >= Action::terminate;
  if (acts) return failure(EBUSY, "somebody is being chosen or ended at this moment; ask again");
  recorded_table_.decides(false);
  const auto ranking = engine_.explain();
  recorded_table_.decides(true);
  if (!ranking) return tl::unexpected(ranking.error());
  return ranking_json(*ranking);
}

std::string Daemon::dump() const {
  const Verdict& v = engine_.verdict();
  std::string text = fmt::format("forestalld {}\n{}\n\nRules\n", FORESTALL_VERSION, status());
  for (std::size_t i = 0; i < v.count; ++i) {
    const Rule& rule = engine_.config().rules[i];
    if (!rule.enabled) continue;
    text += fmt::format("  {:<14} {:<10} {}\n", escaped(rule.name), name_of(v.rules[i].phase),
                        in_words(v.rules[i], v.headroom));
  }
  text += "\nTold since the start\n";
  for (std::size_t i = 0; i < bus::kEvents; ++i) {
    const auto event = static_cast<Event>(i);
    text += fmt::format("  {:<18} {}\n", name_of(event), announcements_.count(event));
  }
  return text;
}

void Daemon::pause(Duration duration) {
  if (duration > Duration(0)) {
    engine_.pause(monotonic_now() + duration);  // the last look may be seconds ago
    was_paused_ = true;
    say_later(
        priority::kWarning, "paused", message_id::kPaused,
        fmt::format("Paused for {}, as was asked over D-Bus: until then nobody is chosen, however little memory is "
                    "left. Resume (org.forestall.Forestall1) ends it sooner.",
                    human(duration)));
  } else {
    engine_.pause(std::nullopt);
  }
  notice_pause();
  ::sd_notify(0, ("STATUS=" + status()).c_str());
}

/// The end of a pause is told, whether somebody asked for it or its time is over.
void Daemon::notice_pause() {
  if (engine_.paused_until() || !std::exchange(was_paused_, false)) return;
  status_due_ = Instant{};
  say_later(priority::kNotice, "resumed", message_id::kResumed, "The pause is over: forestalld acts again.");
}

}  // namespace forestall
