// SPDX-License-Identifier: MIT
#include "config/kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <variant>

#include "base/pattern.h"
#include "base/quantity.h"
#include "base/text.h"

namespace forestall::config {
namespace {

constexpr std::array<Action, 3> kActions = {Action::notify, Action::terminate, Action::kill};
constexpr std::array<Kind, 4> kKinds = {Kind::process, Kind::family, Kind::unit, Kind::automatic};

/// The text of a string; of anything else an error that says what is `allowed`.
Result<std::string> text_of(const Value& value, std::string_view allowed) {
  if (const auto* text = std::get_if<std::string>(&value.data)) return *text;
  return failure(0, fmt::format("is {}; allowed {}", kind_of(value), allowed));
}

/// The one of `all` that is called so; otherwise an error about an unknown `what`. `allowed` names them all.
template <typename T, std::size_t count>
Result<T> named(const Value& value, const std::array<T, count>& all, std::string_view what, std::string_view allowed) {
  const auto text = text_of(value, allowed);
  if (!text) return tl::unexpected<Error>(text.error());
  std::array<std::string_view, count> names;
  std::ranges::transform(all, names.begin(), [](T one) { return name_of(one); });
  const auto known = std::ranges::find(names, *text);
  if (known != names.end()) return all.at(static_cast<std::size_t>(known - names.begin()));
  const auto meant = nearest(*text, names);
  return failure(0, fmt::format("unknown {} {}; allowed {}{}", what, quoted(*text), allowed,
                                meant ? fmt::format("; did you mean \"{}\"?", *meant) : ""));
}

/// What escaped() has made safe, as TOML writes it: \xNN and \u{NNNN} are \uNNNN there.
std::string basic_string(std::string_view text) {
  std::string safe;
  for (std::string_view rest = text; !rest.empty();) {
    const bool of_two = rest.starts_with("\\x");
    const bool of_four = rest.starts_with("\\u{");
    if (of_two || of_four) {
      const std::string_view digits = of_two ? rest.substr(2, 2) : rest.substr(3, 4);
      safe += fmt::format("\\u{:0>4}", digits);
      rest.remove_prefix(of_two ? 4 : 8);
      continue;
    }
    const std::size_t length = rest.starts_with("\\\\") ? 2 : 1;
    if (rest.front() == '"') safe += '\\';
    safe += rest.substr(0, length);
    rest.remove_prefix(length);
  }
  return fmt::format("\"{}\"", safe);
}

/// A TOML string: literal where that is possible, because patterns are full of backslashes.
std::string toml_string(std::string_view text) {
  const bool is_harmless = disarmed(text, text.size()) == text;
  if (is_harmless && text.find_first_of("'\\\"") == std::string_view::npos) return fmt::format("\"{}\"", text);
  if (is_harmless && text.find('\'') == std::string_view::npos) return fmt::format("'{}'", text);
  return basic_string(escaped(text, text.size()));
}

bool belongs_in_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

}  // namespace

Result<bool> Flag::read(const Value& value) const {
  if (const auto* flag = std::get_if<bool>(&value.data)) return *flag;
  return failure(0, fmt::format("is {}; allowed are true and false, without quotes", kind_of(value)));
}

std::string Flag::write(bool flag) const { return flag ? "true" : "false"; }

Result<std::int64_t> Whole::read(const Value& value) const {
  const std::string allowed = fmt::format("is {} to {}, without quotes", least, most);
  const auto* number = std::get_if<std::int64_t>(&value.data);
  if (number == nullptr) return failure(0, fmt::format("is {}; allowed {}", kind_of(value), allowed));
  if (least <= *number && *number <= most) return *number;
  return failure(0, fmt::format("{} is out of range; allowed {}", *number, allowed));
}

std::string Whole::write(std::int64_t number) const { return fmt::to_string(number); }

Result<Size> AnySize::read(const Value& value) const {
  return text_of(value, R"~(is a size in quotes, such as "10%", "512MiB" or "min(10%, 1.5GiB)")~").and_then(parse_size);
}

std::string AnySize::write(const Size& size) const { return toml_string(render(size)); }

Result<Share> ShareIn::read(const Value& value) const {
  const auto text = text_of(value, fmt::format(R"(is "{}" to "{}")", render(least), render(most)));
  if (!text) return tl::unexpected<Error>(text.error());
  return parse_share(*text, most, least);
}

std::string ShareIn::write(Share share) const { return toml_string(render(share)); }

Result<Duration> DurationIn::read(const Value& value) const {
  const std::string allowed = fmt::format(R"(is "{}" to "{}")", render(least), render(most));
  const auto text = text_of(value, allowed);
  if (!text) return tl::unexpected<Error>(text.error());
  const auto duration = parse_duration(*text);
  if (!duration || (least <= *duration && *duration <= most)) return duration;
  return failure(0, fmt::format("{} is out of range; allowed {}", quoted(*text), allowed));
}

std::string DurationIn::write(Duration duration) const { return toml_string(render(duration)); }

Result<Action> ActionName::read(const Value& value) const {
  return named(value, kActions, "action", R"(are "notify", "terminate" and "kill")");
}

std::string ActionName::write(Action action) const { return toml_string(name_of(action)); }

Result<Kind> KindName::read(const Value& value) const {
  return named(value, kKinds, "kind", R"(are "process", "family", "unit" and "auto")");
}

std::string KindName::write(Kind kind) const { return toml_string(name_of(kind)); }

Result<std::string> RuleName::read(const Value& value) const {
  constexpr std::string_view allowed = "are 1 to 64 of A-Z a-z 0-9 . _ - in quotes";
  auto text = text_of(value, allowed);
  if (!text) return text;
  const bool good = !text->empty() && text->size() <= 64 && std::ranges::all_of(*text, belongs_in_a_name);
  if (good) return text;
  return failure(0, fmt::format("{} is no name for a rule; allowed {}", quoted(*text), allowed));
}

std::string RuleName::write(const std::string& name) const { return toml_string(name); }

Result<std::string> UserName::read(const Value& value) const {
  constexpr std::string_view allowed = "is the name of a user in quotes";
  auto text = text_of(value, allowed);
  if (!text || (!text->empty() && disarmed(*text, text->size()) == *text)) return text;
  return failure(0, fmt::format("{} is no name of a user; allowed {}", quoted(*text), allowed));
}

std::string UserName::write(const std::string& name) const { return toml_string(name); }

Result<std::string> Pattern::read(const Value& value) const {
  constexpr std::string_view allowed = R"(is a pattern in quotes, such as "^firefox", in the syntax of RE2)";
  auto text = text_of(value, allowed);
  if (!text) return text;
  if (text->empty()) return failure(0, fmt::format("\"\" would match everything; allowed {}", allowed));
  const auto pattern = forestall::Pattern::compile(*text);
  if (pattern) return text;
  return failure(0, fmt::format("{} is a bad pattern: {}; allowed {}", quoted(*text),
                                escaped(pattern.error().what, 128), allowed));
}

std::string Pattern::write(const std::string& pattern) const { return toml_string(pattern); }

}  // namespace forestall::config
