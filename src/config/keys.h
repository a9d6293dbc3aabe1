// SPDX-License-Identifier: MIT
// Every key of the configuration, once: its name, where its value goes, what is allowed. Reading, writing and the
// suggestions in messages all go by these tables.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "forestall/config.h"
#include "forestall/result.h"

namespace forestall::config {

/// One key of a table that fills an Owner.
template <typename Owner>
struct Key {
  std::string_view name;
  std::function<Result<void>(const Value&, Owner&)> read;  ///< an error is a sentence without place
  std::function<std::string(const Owner&)> write;          ///< as TOML; empty where the value is not set
};

template <typename Owner>
using Keys = std::vector<Key<Owner>>;

const Keys<PollConfig>& poll_keys();
const Keys<VictimConfig>& victim_keys();
const Keys<ScoreConfig>& score_keys();
const Keys<KillConfig>& kill_keys();
const Keys<Rule>& rule_keys();
const Keys<Match>& protect_keys();
const Keys<Match>& weighed_keys();  ///< of [[avoid]] and [[prefer]]

/// One table at the top of a file.
struct Section {
  std::string_view name;
  bool repeated;  ///< [[name]], not [name]
  std::vector<std::string_view> keys;

  [[nodiscard]] std::string header() const;
};

/// All of them, in the order in which they are written.
const std::vector<Section>& sections();

}  // namespace forestall::config
