// SPDX-License-Identifier: MIT
// From layers of text to one Config: what the tables hold is merged here, what a value may be is known to keys.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "base/quantity.h"
#include "base/text.h"
#include "config/config_file.h"
#include "config/keys.h"

namespace forestall::config {
namespace {

/// A Config in the making, with the places that a check of the whole would point at.
struct Draft {
  Config config;
  std::vector<Origin> rules;  ///< where each of config.rules was last spoken of
  Origin poll;
};

/// What to say of `key` that is none of `known`: the name that was probably meant, the section it belongs to, or
/// everything that is allowed.
std::string advice(std::string_view key, std::span<const std::string_view> known) {
  for (const Section& section : sections()) {
    if (std::ranges::count(section.keys, key) > 0) return fmt::format("it belongs below {}", section.header());
  }
  if (const auto meant = nearest(key, known)) return fmt::format("did you mean \"{}\"?", *meant);
  return fmt::format("{} {}", known.size() == 1 ? "allowed is" : "allowed are", enumeration(known));
}

/// Merges one file into a draft; stops at the first thing that is wrong.
class LayerReader {
 public:
  LayerReader(std::string_view file, Draft& draft) : file_(file), draft_(draft) {}

  Result<void> read(const Table& root) {
    for (const Entry& section : root) {
      if (auto done = read_section(section); !done) return done;
    }
    return {};
  }

 private:
  Result<void> read_section(const Entry& entry) {
    Config& config = draft_.config;
    if (entry.key == "poll") {
      draft_.poll = {file_, entry.place};
      return read_table(entry, poll_keys(), config.poll);
    }
    if (entry.key == "victim") return read_table(entry, victim_keys(), config.victim);
    if (entry.key == "score") return read_table(entry, score_keys(), config.score);
    if (entry.key == "kill") return read_table(entry, kill_keys(), config.kill);
    if (entry.key == "rule") return read_each(entry, [this](const Value& value) { return read_rule(value); });
    if (entry.key == "protect") return read_matches(entry, protect_keys(), Match{}, config.protect);
    Match weighed;
    weighed.points = kDefaultPoints;
    if (entry.key == "avoid") return read_matches(entry, weighed_keys(), weighed, config.avoid);
    if (entry.key == "prefer") return read_matches(entry, weighed_keys(), weighed, config.prefer);
    std::vector<std::string_view> known;
    for (const Section& section : sections()) known.push_back(section.name);
    return wrong(entry.place, fmt::format("unknown key {}; {}", quoted(entry.key), advice(entry.key, known)));
  }

  template <typename Owner>
  Result<void> read_table(const Entry& entry, const Keys<Owner>& keys, Owner& owner) {
    if (const auto* table = std::get_if<Table>(&entry.value.data)) return read_keys(*table, keys, entry.key, owner);
    return wrong(entry.value.place,
                 fmt::format("{}: is {}; allowed is one table, [{}]", entry.key, kind_of(entry.value), entry.key));
  }

  template <typename Read>
  Result<void> read_each(const Entry& entry, Read read) {
    const auto* array = std::get_if<Array>(&entry.value.data);
    if (array == nullptr) return not_repeated(entry, entry.value);
    for (const Value& element : *array) {
      if (!std::holds_alternative<Table>(element.data)) return not_repeated(entry, element);
      if (auto done = read(element); !done) return done;
    }
    return {};
  }

  template <typename Owner>
  Result<void> read_keys(const Table& table, const Keys<Owner>& keys, std::string_view context, Owner& owner) {
    for (const Entry& entry : table) {
      const auto key = std::ranges::find(keys, entry.key, &Key<Owner>::name);
      if (key == keys.end()) return unknown(entry, keys, context);
      if (auto done = key->read(entry.value, owner); !done) {
        return wrong(entry.value.place, fmt::format("{}: {}: {}", context, entry.key, done.error().what));
      }
    }
    return {};
  }

  /// A rule that is new starts from the defaults of Rule, a rule that is known from what it is.
  Result<void> read_rule(const Value& value) {
    const auto& table = std::get<Table>(value.data);
    const auto entry = std::ranges::find(table, "name", &Entry::key);
    if (entry == table.end()) return wrong(value.place, R"(rule: has no name; every [[rule]] needs name = "…")");
    Rule named;
    if (auto done = read_keys({*entry}, rule_keys(), "rule", named); !done) return done;

    const std::string context = fmt::format("rule \"{}\"", named.name);
    const auto [first, is_first] = seen_.emplace(named.name, entry->value.place);
    if (!is_first) {
      return wrong(entry->value.place,
                   fmt::format("{}: is in this file twice, first in line {}; allowed is once in a file", context,
                               first->second.line));
    }
    auto& rules = draft_.config.rules;
    const auto known = std::ranges::find(rules, named.name, &Rule::name);
    const auto at = static_cast<std::size_t>(known - rules.begin());
    if (known == rules.end()) {
      if (rules.size() == kMaxRules) {
        return wrong(value.place,
                     fmt::format("{}: is one rule too many; allowed are {}, built-in and disabled ones included",
                                 context, kMaxRules));
      }
      rules.push_back(named);
      draft_.rules.emplace_back();
    }
    draft_.rules[at] = {file_, value.place};
    return read_keys(table, rule_keys(), context, rules[at]);
  }

  Result<void> read_matches(const Entry& entry, const Keys<Match>& keys, const Match& blank,
                            std::vector<Match>& matches) {
    return read_each(entry, [&](const Value& value) -> Result<void> {
      Match match = blank;
      if (auto done = read_keys(std::get<Table>(value.data), keys, entry.key, match); !done) return done;
      if (!match.names_anything()) {
        return wrong(value.place,
                     fmt::format("{}: would match everything; give at least one of comm, exe, cmdline, user, "
                                 "uid, unit, slice, cgroup, container, tty and state",
                                 entry.key));
      }
      matches.push_back(std::move(match));
      return {};
    });
  }

  template <typename Owner>
  Result<void> unknown(const Entry& entry, const Keys<Owner>& keys, std::string_view context) {
    std::vector<std::string_view> known;
    for (const auto& key : keys) known.push_back(key.name);
    return wrong(entry.place,
                 fmt::format("{}: unknown key {}; {}", context, quoted(entry.key), advice(entry.key, known)));
  }

  Result<void> not_repeated(const Entry& entry, const Value& value) {
    return wrong(value.place, fmt::format("{}: is {}; allowed is a list of tables, each below [[{}]]", entry.key,
                                          kind_of(value), entry.key));
  }

  Result<void> wrong(Place place, std::string_view sentence) {
    return tl::unexpected<Error>(error_at({file_, place}, sentence));
  }

  std::string file_;
  Draft& draft_;
  std::map<std::string, Place, std::less<>> seen_;  // the rules of this file
};

Result<void> check_poll(const Draft& draft) {
  const PollConfig& poll = draft.config.poll;
  if (poll.armed_interval <= poll.idle_interval) return {};
  return tl::unexpected<Error>(error_at(
      draft.poll,
      fmt::format("poll: armed_interval \"{}\" is longer than idle_interval \"{}\"; allowed is at most as long",
                  forestall::render(poll.armed_interval), forestall::render(poll.idle_interval))));
}

Result<void> check_rule(const Draft& draft, std::size_t i) {
  const Rule& rule = draft.config.rules[i];
  if (!rule.enabled || rule.has_condition()) return {};
  std::array<std::string_view, kConditions> conditions;
  std::ranges::transform(kAllConditions, conditions.begin(), [](Condition c) { return name_of(c); });
  std::vector<std::string_view> others;
  for (const Rule& other : draft.config.rules) {
    if (other.name != rule.name) others.push_back(other.name);
  }
  const auto meant = nearest(rule.name, others);
  return tl::unexpected<Error>(
      error_at(draft.rules[i],
               fmt::format("rule \"{}\": has no condition; give at least one of {}{}", rule.name,
                           enumeration(conditions), meant ? fmt::format("; did you mean \"{}\"?", *meant) : "")));
}

Result<void> merge(const Layer& layer, Draft& draft) {
  if (layer.text.size() > kLargestFile) {
    return failure(0, fmt::format("{}: is larger than 1 MiB; allowed is at most 1 MiB", escaped(layer.name)));
  }
  const auto root = read_document(layer.name, layer.text);
  if (!root) return tl::unexpected<Error>(root.error());
  return LayerReader(layer.name, draft).read(*root);
}

}  // namespace

Result<Config> parse_layers(std::span<const Layer> layers) {
  Draft draft;
  auto done = merge({"built-in configuration", std::string(builtin_text())}, draft);
  for (std::size_t i = 0; done && i < layers.size(); ++i) done = merge(layers[i], draft);
  if (done) done = check_poll(draft);
  for (std::size_t i = 0; done && i < draft.config.rules.size(); ++i) done = check_rule(draft, i);
  if (!done) return tl::unexpected<Error>(done.error());
  return std::move(draft.config);
}

Config builtin() {
  auto config = parse_layers({});
  if (config) return *std::move(config);
  // Only a build that was never tested gets here.
  std::fprintf(stderr, "%s\n", config.error().what.c_str());
  std::abort();
}

}  // namespace forestall::config
