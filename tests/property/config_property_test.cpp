// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
// After gtest, which it needs.
#include <rapidcheck/gtest.h>

#include "base/quantity.h"
#include "config/config_file.h"
#include "forestall/config.h"

namespace forestall {

// RapidCheck shows counterexamples by these.
void showValue(const Config& config, std::ostream& os) { os << config::render(config); }
void showValue(const Size& size, std::ostream& os) { os << render(size); }

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

rc::Gen<Duration> durations(Duration least, Duration most) {
  // Whole seconds, whole milliseconds and any nanosecond: each is written in another way.
  return rc::gen::map(rc::gen::pair(rc::gen::inRange(least.count(), most.count() + 1),
                                    rc::gen::element<std::int64_t>(1, 1'000'000, 1'000'000'000)),
                      [=](const std::pair<std::int64_t, std::int64_t>& p) {
                        return std::max(least, Duration(p.first / p.second * p.second));
                      });
}

rc::Gen<Share> shares(std::int64_t least, std::int64_t most) {
  return rc::gen::map(rc::gen::inRange(least, most + 1), [](std::int64_t ppm) { return Share{ppm}; });
}

rc::Gen<Size> sizes(int deepest) {
  const auto bytes =
      rc::gen::map(rc::gen::pair(rc::gen::arbitrary<Bytes>(), rc::gen::inRange(0, 64)),
                   [](const std::pair<Bytes, int>& p) { return Size::of(p.first << static_cast<unsigned>(p.second)); });
  const auto share = rc::gen::map(shares(0, 1'000'000), [](Share s) { return Size::of(s); });
  if (deepest == 0) return rc::gen::oneOf(bytes, share);
  const auto function = rc::gen::exec([=] {
    const auto kind = *rc::gen::element(Size::Kind::min, Size::Kind::max);
    const auto args = *rc::gen::inRange(1, 4);
    Size size{kind, 0, {}, {}};
    for (int i = 0; i < args; ++i) size.args.push_back(*sizes(deepest - 1));
    return size;
  });
  return rc::gen::weightedOneOf<Size>({{2, bytes}, {2, share}, {3, function}});
}

template <typename T>
rc::Gen<std::optional<T>> maybe(rc::Gen<T> gen) {
  return rc::gen::exec([gen]() -> std::optional<T> {
    if (*rc::gen::arbitrary<bool>()) return *gen;
    return std::nullopt;
  });
}

/// Patterns with everything that a TOML string must quote, and beyond ASCII.
rc::Gen<std::string> patterns() {
  const auto part = rc::gen::element<std::string>("a", "firefox", "\\.", "'", "\"", "\\\\", "\t", "\n", "\x1b", "\x7f",
                                                  "ü", "😀", "#", " ", "^", "[\\s\\w]", "x{2,3}", std::string("\0", 1));
  return rc::gen::map(rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(part)),
                      [](const std::vector<std::string>& parts) {
                        std::string pattern;
                        for (const std::string& p : parts) pattern += p;
                        return pattern;
                      });
}

rc::Gen<std::string> names() {
  return rc::gen::map(
      rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::element('a', 'Z', '0', '.', '_', '-'))),
      [](const std::string& s) { return s.substr(0, 64); });
}

/// Changes what may be changed in a rule; its name stays. A condition that is there is never taken away, for no file
/// can do that either.
void change(Rule& rule) {
  const auto put = [](auto& member, auto gen) {
    if (auto value = *maybe(std::move(gen))) member = *value;
  };
  rule.enabled = *rc::gen::arbitrary<bool>();
  rule.action = *rc::gen::element(Action::notify, Action::terminate, Action::kill);
  put(rule.mem_available_below, sizes(2));
  put(rule.swap_free_below, sizes(2));
  put(rule.psi_some_above, shares(1, 1'000'000));
  put(rule.psi_full_above, shares(1, 1'000'000));
  put(rule.refaults_above, shares(0, 100'000'000));
  put(rule.exhausted_within, durations(milliseconds(100), hours(1)));
  put(rule.commit_free_below, sizes(2));
  put(rule.psi_window, durations(kShortestWindow, kLongestWindow));
  put(rule.hold, durations(seconds(0), hours(1)));
  put(rule.grace, durations(seconds(0), minutes(5)));
  if (!rule.has_condition()) rule.enabled = false;
}

std::vector<Match> matches(bool weighed) {
  std::vector<Match> all(*rc::gen::inRange<std::size_t>(0, 4));
  for (Match& match : all) {
    match.comm = *maybe(patterns());
    match.exe = *maybe(patterns());
    match.cmdline = *maybe(patterns());
    match.user = *maybe(rc::gen::element<std::string>("root", "DOMAIN\\user", "o'neill", "ü\""));
    match.uid = *maybe(rc::gen::element<std::uint32_t>(0, 1000, 4'294'967'294));
    match.unit = *maybe(patterns());
    match.slice = *maybe(patterns());
    match.cgroup = *patterns();
    match.container = *maybe(patterns());
    match.tty = *maybe(patterns());
    match.state = *maybe(patterns());
    if (!weighed) continue;
    match.points = *rc::gen::inRange(1, 1001);
    match.grace = *maybe(durations(seconds(0), minutes(5)));
  }
  return all;
}

Config any_config() {
  Config config = config::builtin();
  config.poll.idle_interval = *durations(milliseconds(100), seconds(10));
  config.poll.armed_interval = *durations(milliseconds(10), std::min<Duration>(seconds(1), config.poll.idle_interval));
  config.victim.kind = *rc::gen::element(Kind::process, Kind::family, Kind::unit, Kind::automatic);
  config.victim.minimum = *sizes(kDeepestSize);
  config.victim.max_processes = *rc::gen::inRange(1U, unsigned{kMaxMembers} + 1);
  config.victim.immune_users = *rc::gen::arbitrary<bool>();
  for (Share ScoreConfig::*weight :
       {&ScoreConfig::memory, &ScoreConfig::adj, &ScoreConfig::prefer, &ScoreConfig::avoid, &ScoreConfig::offender,
        &ScoreConfig::unkept, &ScoreConfig::age, &ScoreConfig::cpu_time, &ScoreConfig::nice, &ScoreConfig::root}) {
    config.score.*weight = *shares(0, 10'000'000);
  }
  config.kill.grace = *durations(seconds(0), minutes(5));
  config.kill.breaker_kills = *rc::gen::inRange(1U, 101U);
  config.kill.breaker_pause = *durations(seconds(1), hours(1));
  const auto more = *rc::gen::unique<std::vector<std::string>>(names());
  for (const std::string& name : more) {
    if (config.rules.size() == kMaxRules) break;
    config.rules.emplace_back().name = name;
  }
  for (Rule& rule : config.rules) change(rule);
  config.protect = matches(false);
  config.avoid = matches(true);
  config.prefer = matches(true);
  return config;
}

RC_GTEST_PROP(ConfigFile, IsReadBackAsItWasWritten, ()) {
  const Config config = any_config();
  const std::string text = config::render(config);
  RC_LOG() << text;
  const auto again = config::parse_layers(std::vector<config::Layer>{{"a.toml", text}});
  if (!again) RC_FAIL(again.error().what);
  RC_ASSERT(*again == config);
}

RC_GTEST_PROP(Quantity, SizesAreReadBackAsTheyWereWritten, ()) {
  const Size size = *sizes(3);
  RC_ASSERT(parse_size(render(size)).value() == size);
}

RC_GTEST_PROP(Quantity, DurationsAreReadBackAsTheyWereWritten, ()) {
  const Duration duration = *durations(Duration(0), Duration::max() - Duration(1));
  RC_ASSERT(parse_duration(render(duration)).value() == duration);
}

RC_GTEST_PROP(Quantity, SharesAreReadBackAsTheyWereWritten, ()) {
  const Share share = *shares(0, 100'000'000);
  RC_ASSERT(parse_share(render(share), Share::percent(10'000)).value() == share);
}

}  // namespace
}  // namespace forestall
