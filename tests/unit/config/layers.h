// SPDX-License-Identifier: MIT
// Short forms for tests that parse texts.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/config_file.h"

namespace forestall::config {

/// The texts as the layers a.toml, b.toml, …
inline std::vector<Layer> layers(const std::vector<std::string>& texts) {
  std::vector<Layer> all;
  char name = 'a';
  for (const std::string& text : texts) all.push_back({std::string(1, name++) + ".toml", text});
  return all;
}

inline Config parsed(const std::vector<std::string>& texts) {
  auto config = parse_layers(layers(texts));
  EXPECT_TRUE(config) << config.error().what;
  return config.value_or(Config{});
}

inline std::string complaint_about(const std::vector<std::string>& texts) {
  const auto config = parse_layers(layers(texts));
  return config ? "no complaint" : config.error().what;
}

inline std::string complaint(const std::string& text) { return complaint_about({text}); }

}  // namespace forestall::config
