// SPDX-License-Identifier: MIT
// The configuration as files: layers of TOML over the built-in configuration, whole or not at all.
// The reference of every key is config/forestall.toml; an error is one line that says where and what to do.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "forestall/config.h"
#include "forestall/result.h"

namespace forestall::config {

/// One configuration file.
struct Layer {
  std::string name;  ///< for messages: its path
  std::string text;
};

/// Where the administrator's files are.
inline constexpr const char* kDefaultDirectory = "/etc/forestall";

/// No file may be larger, in bytes.
inline constexpr std::size_t kLargestFile = 1 << 20;

/// The built-in configuration, then `layers`, each over what came before: a key replaces the key, a rule is merged by
/// its name, entries of [[protect]], [[avoid]] and [[prefer]] are added. Pure.
/// The first thing that is wrong is the Error: `FILE:LINE:COLUMN: KEY: what was found; what is allowed`, code 0.
Result<Config> parse_layers(std::span<const Layer> layers);

/// What holds where there is no file at all.
Config builtin();

/// The text that builtin() is made of: config/forestall.toml with its settings uncommented, line for line.
std::string_view builtin_text();

/// The configuration of this machine: `DIRECTORY/forestall.toml`, then `DIRECTORY/conf.d/*.toml` in the order of their
/// names, where what is missing is simply not there; or only `file`, which must exist. A file that cannot be read is
/// an Error with errno and the path.
Result<Config> load(const std::optional<std::string>& file, const std::string& directory = kDefaultDirectory);

/// `config` in full as TOML: parse_layers of it gives `config` again, for whatever parse_layers can give.
std::string render(const Config& config);

}  // namespace forestall::config
