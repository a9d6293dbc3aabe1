// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "config/config_file.h"
#include "config/keys.h"

namespace forestall::config {
namespace {

template <typename Owner>
void append(std::string& text, std::string_view header, const Keys<Owner>& keys, const Owner& owner) {
  text += fmt::format("{}{}\n", text.empty() ? "" : "\n", header);
  for (const auto& key : keys) {
    const std::string value = key.write(owner);
    if (!value.empty()) text += fmt::format("{} = {}\n", key.name, value);
  }
}

}  // namespace

std::string render(const Config& config) {
  std::string text;
  append(text, "[poll]", poll_keys(), config.poll);
  append(text, "[victim]", victim_keys(), config.victim);
  append(text, "[score]", score_keys(), config.score);
  append(text, "[kill]", kill_keys(), config.kill);
  for (const Rule& rule : config.rules) append(text, "[[rule]]", rule_keys(), rule);
  for (const Match& match : config.protect) append(text, "[[protect]]", protect_keys(), match);
  for (const Match& match : config.avoid) append(text, "[[avoid]]", weighed_keys(), match);
  for (const Match& match : config.prefer) append(text, "[[prefer]]", weighed_keys(), match);
  return text;
}

}  // namespace forestall::config
