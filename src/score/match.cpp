// SPDX-License-Identifier: MIT
#include "score/match.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace forestall {
namespace {

constexpr std::int64_t kMostMemory = 1 << 20;

/// Where Traits are text, and how the entry calls them.
struct TextTrait {
  std::string_view key;
  std::optional<std::string> Match::*pattern;
  std::string_view Traits::*text;
};
constexpr std::array<TextTrait, 3> kTextTraits = {{{"comm", &Match::comm, &Traits::comm},
                                                   {"exe", &Match::exe, &Traits::exe},
                                                   {"cmdline", &Match::cmdline, &Traits::cmdline}}};

Result<std::shared_ptr<const re2::RE2>> compile_pattern(std::string_view key, const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // names are bytes: nothing in them is malformed
  auto expression = std::make_shared<const re2::RE2>(pattern, options);
  if (!expression->ok()) {
    return failure(
        0, fmt::format("{} = \"{}\" is not a valid pattern: {}", key, escaped(pattern), escaped(expression->error())));
  }
  return expression;
}

bool found(const re2::RE2& expression, std::string_view text) {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), expression);
}

}  // namespace

Result<Matcher> Matcher::compile(const Match& entry, const UidOf& uid_of) {
  Matcher m;
  m.entry_ = entry;
  m.uid_ = entry.uid;
  if (entry.user) {
    const auto uid = uid_of(*entry.user);
    m.nobody_ = !uid || (entry.uid && entry.uid != uid);
    m.uid_ = uid;
  }
  for (const TextTrait& trait : kTextTraits) {
    if (!(entry.*trait.pattern)) continue;
    auto expression = compile_pattern(trait.key, *(entry.*trait.pattern));
    if (!expression) return tl::unexpected(expression.error());
    m.patterns_.push_back({trait.text, *expression});
  }
  const auto place = [&](std::string_view key, const std::optional<std::string>& pattern, auto& into) -> Result<void> {
    if (!pattern) return {};
    auto expression = compile_pattern(key, *pattern);
    if (!expression) return tl::unexpected(expression.error());
    into = *expression;
    return {};
  };
  if (auto r = place("unit", entry.unit, m.unit_); !r) return tl::unexpected(r.error());
  if (auto r = place("slice", entry.slice, m.slice_); !r) return tl::unexpected(r.error());
  if (auto r = place("cgroup", entry.cgroup, m.cgroup_); !r) return tl::unexpected(r.error());
  return m;
}

bool Matcher::matches_place(const CgroupPlace& place) const {
  const bool in_user_unit = unit_ && !place.user_unit.empty() && found(*unit_, place.user_unit.view());
  const bool unit = !unit_ || in_user_unit || found(*unit_, place.unit.view());
  return unit && (!slice_ || found(*slice_, place.slice.view())) && (!cgroup_ || found(*cgroup_, place.path.view()));
}

bool Matcher::matches(const Traits& traits) const {
  if (nobody_ || (uid_ && *uid_ != traits.uid) || !matches_place(traits.place)) return false;
  return std::ranges::all_of(patterns_, [&](const Pattern& p) {
    const std::string_view text = traits.*p.text;
    return !text.empty() && found(*p.expression, text);
  });
}

bool Matcher::protects(const Traits& traits) const {
  const bool names_user = entry_.user || entry_.uid;
  const bool names_place = unit_ || slice_ || cgroup_;
  const bool users_own_tree = traits.place.unit.view().starts_with("user@");
  const bool trusted = names_user || traits.uid == 0 || (names_place && !users_own_tree);
  return trusted && matches(traits);
}

Result<MatchBook> MatchBook::compile(const Config& config, const UidOf& uid_of) {
  MatchBook book;
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

bool MatchBook::reads_files() const {
  const auto reads = [](const Matcher& m) { return m.entry().exe || m.entry().cmdline; };
  return std::ranges::any_of(protect_, reads) || std::ranges::any_of(avoid_, reads) ||
         std::ranges::any_of(prefer_, reads);
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
