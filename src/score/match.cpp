// SPDX-License-Identifier: MIT
#include "score/match.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/process_stat.h"
#include "base/text.h"
#include "score/cgroup_place.h"

namespace forestall {
namespace {

/// Where Traits are text, and how the entry calls them.
struct TextTrait {
  std::string_view key;
  std::optional<std::string> Match::*pattern;
  std::string_view Traits::*text;
};
constexpr std::array<TextTrait, 3> kTextTraits = {{{"comm", &Match::comm, &Traits::comm},
                                                   {"exe", &Match::exe, &Traits::exe},
                                                   {"cmdline", &Match::cmdline, &Traits::cmdline}}};

Result<Pattern> compile_pattern(std::string_view key, const std::string& text) {
  auto pattern = Pattern::compile(text);
  if (pattern) return pattern;
  return failure(
      0, fmt::format("{} = \"{}\" is not a valid pattern: {}", key, escaped(text), escaped(pattern.error().what)));
}

/// Whoever has no such name matches no pattern for it.
bool found_in_name(const Pattern& pattern, const std::string& name) { return !name.empty() && pattern.found_in(name); }

}  // namespace

void heed(OomPreference preference, Standing& standing) {
  standing.preference = preference;
  if (preference == OomPreference::avoid) standing.avoid_points += kDefaultPoints;
}

Result<Matcher> Matcher::compile(const Match& entry, const UidOf& uid_of) {
  Matcher m;
  m.entry_ = entry;
  m.uid_ = entry.uid;
  if (entry.user) {
    const auto uid = uid_of(*entry.user);
    m.unknown_user_ = !uid;
    m.nobody_ = !uid || (entry.uid && entry.uid != uid);
    m.uid_ = uid;
  }
  for (const TextTrait& trait : kTextTraits) {
    if (!(entry.*trait.pattern)) continue;
    auto pattern = compile_pattern(trait.key, *(entry.*trait.pattern));
    if (!pattern) return tl::unexpected(pattern.error());
    m.on_text_.push_back({trait.text, *pattern});
  }
  const auto place = [](std::string_view key, const auto& text, std::optional<Pattern>& into) -> Result<void> {
    if (!text) return {};
    auto pattern = compile_pattern(key, *text);
    if (!pattern) return tl::unexpected(pattern.error());
    into = *pattern;
    return {};
  };
  if (auto r = place("unit", entry.unit, m.unit_); !r) return tl::unexpected(r.error());
  if (auto r = place("slice", entry.slice, m.slice_); !r) return tl::unexpected(r.error());
  if (auto r = place("cgroup", entry.cgroup, m.cgroup_); !r) return tl::unexpected(r.error());
  if (auto r = place("container", entry.container, m.container_); !r) return tl::unexpected(r.error());
  if (auto r = place("tty", entry.tty, m.tty_); !r) return tl::unexpected(r.error());
  if (auto r = place("state", entry.state, m.state_); !r) return tl::unexpected(r.error());
  return m;
}

bool Matcher::matches_place(const CgroupPlace& place) const {
  const bool in_user_unit = unit_ && !place.user_unit.empty() && unit_->found_in(place.user_unit.view());
  const bool unit = !unit_ || in_user_unit || unit_->found_in(place.unit.view());
  return unit && (!slice_ || slice_->found_in(place.slice.view())) &&
         (!cgroup_ || cgroup_->found_in(place.path.view())) &&
         (!container_ || found_in_name(*container_, container_of(place)));
}

bool Matcher::matches(const Traits& traits) const {
  if (nobody_ || (uid_ && *uid_ != traits.uid) || !matches_place(traits.place)) return false;
  if (tty_ && !found_in_name(*tty_, name_of_terminal(traits.terminal))) return false;
  if (state_ && !state_->found_in({&traits.state, 1})) return false;
  return std::ranges::all_of(on_text_, [&](const OnText& on) {
    const std::string_view text = traits.*on.text;
    return !text.empty() && on.pattern.found_in(text);
  });
}

bool Matcher::protects(const Traits& traits) const {
  const bool names_user = entry_.user || entry_.uid;
  const bool users_own_tree = traits.place.unit.view().starts_with("user@");
  const bool trusted = names_user || traits.uid == 0 || (entry_.names_place() && !users_own_tree);
  return trusted && matches(traits);
}

Result<MatchBook> MatchBook::compile(const Config& config, const UidOf& uid_of) {
  MatchBook book;
  book.immune_users_ = config.victim.immune_users;
  const auto all = [&](const std::vector<Match>& entries, std::vector<Matcher>& into) -> Result<void> {
    for (const Match& entry : entries) {
      auto matcher = Matcher::compile(entry, uid_of);
      if (!matcher) return tl::unexpected(matcher.error());
      into.push_back(std::move(*matcher));
    }
    return {};
  };
  if (auto r = all(config.protect, book.protect_); !r) return tl::unexpected(r.error());
  if (auto r = all(config.avoid, book.avoid_); !r) return tl::unexpected(r.error());
  if (auto r = all(config.prefer, book.prefer_); !r) return tl::unexpected(r.error());
  return book;
}

std::int32_t MatchBook::heeded_adj(std::int32_t oom_score_adj, std::uint32_t uid) const {
  return oom_score_adj == kImmune && uid != 0 && !immune_users_ ? 0 : oom_score_adj;
}

bool MatchBook::any_entry(bool (*is_so)(const Match&)) const {
  const auto of = [&](const Matcher& m) { return is_so(m.entry()); };
  return std::ranges::any_of(protect_, of) || std::ranges::any_of(avoid_, of) || std::ranges::any_of(prefer_, of);
}

std::vector<std::string> MatchBook::unknown_users() const {
  std::vector<std::string> users;
  for (const auto* matchers : {&protect_, &avoid_, &prefer_}) {
    for (const Matcher& matcher : *matchers) {
      if (!matcher.names_unknown_user()) continue;
      const std::string& user = *matcher.entry().user;
      if (std::ranges::find(users, user) == users.end()) users.push_back(user);
    }
  }
  return users;
}

bool MatchBook::reads_files() const {
  return any_entry([](const Match& m) { return m.exe || m.cmdline; });
}

bool MatchBook::reads_state() const {
  return any_entry([](const Match& m) { return m.state.has_value(); });
}

Profile MatchBook::profile(const Traits& traits) const {
  Profile profile;
  profile.complete = true;
  profile.exe.assign(traits.exe);
  profile.cmdline.assign(traits.cmdline);
  const auto guard = std::ranges::find_if(protect_, [&](const Matcher& m) { return m.protects(traits); });
  profile.is_protected = guard != protect_.end();
  profile.protected_by = static_cast<std::uint16_t>(guard - protect_.begin());
  const auto add = [&](const std::vector<Matcher>& matchers, std::int64_t& points) {
    for (const Matcher& m : matchers) {
      if (!m.matches(traits)) continue;
      points += m.entry().points;
      if (m.entry().grace) profile.grace = std::max(profile.grace.value_or(Duration(0)), *m.entry().grace);
    }
  };
  add(avoid_, profile.avoid_points);
  add(prefer_, profile.prefer_points);
  return profile;
}

}  // namespace forestall
