// SPDX-License-Identifier: MIT
// What is written about the configuration names every key that there is, so that no text can be forgotten.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "config/keys.h"
#include "unit/config/layers.h"

namespace forestall::config {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(std::string(FORESTALL_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << path;
  return text.str();
}

/// From the line that begins with `begin` to the next one that begins with `end`.
std::string part(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find("\n" + begin);
  if (from == std::string::npos) return "";
  return text.substr(from, text.find("\n" + end, from + 1) - from);
}

TEST(Reference, ManualHasEveryKeyInTheTableOfItsSection) {
  const std::string text = text_of("docs/configuration.md");
  for (const Section& section : sections()) {
    const bool is_entry = section.name == "protect" || section.name == "avoid" || section.name == "prefer";
    const std::string heading = is_entry ? "## Entries: " : "## `" + section.header() + "`";
    const std::string chapter = part(text, heading, "## ");
    EXPECT_NE(chapter.find(section.header()), std::string::npos) << section.header();
    for (const std::string_view key : section.keys) {
      EXPECT_NE(chapter.find("\n| `" + std::string(key) + "` |"), std::string::npos) << section.header() << " " << key;
    }
  }
}

TEST(Reference, ManPageHasEveryKeyInItsSection) {
  const std::string text = text_of("docs/man/forestall.toml.5.scd");
  for (const Section& section : sections()) {
    const bool is_entry = section.name == "protect" || section.name == "avoid" || section.name == "prefer";
    const std::string chapter = part(text, is_entry ? "# ENTRIES" : "# " + section.header(), "# ");
    for (const std::string_view key : section.keys) {
      std::string bold = "*" + std::string(key) + "*";
      for (std::size_t at = 0; (at = bold.find('_', at)) != std::string::npos; at += 2) bold.insert(at, "\\");
      EXPECT_NE(chapter.find("\n" + bold), std::string::npos) << section.header() << " " << key;
    }
  }
}

TEST(Reference, InstalledFileHasEveryKey) {
  const std::string text = text_of("config/forestall.toml");
  for (const Section& section : sections()) {
    // A table shows each setting; what can be repeated has a list of its keys.
    const std::string chapter = section.repeated ? text : part(text, "#" + section.header(), "#[");
    for (const std::string_view key : section.keys) {
      const std::string line = section.repeated ? "\n#   " + std::string(key) + " " : "\n#" + std::string(key) + " = ";
      EXPECT_NE(chapter.find(line), std::string::npos) << section.header() << " " << key;
    }
  }
}

TEST(Reference, ManualHoldsExamplesThatAreValid) {
  std::istringstream manual(text_of("docs/configuration.md"));
  std::string line;
  std::string example;
  int examples = 0;
  bool inside = false;
  while (std::getline(manual, line)) {
    if (line == "```toml") {
      inside = true;
      example.clear();
    } else if (inside && line == "```") {
      inside = false;
      ++examples;
      EXPECT_EQ(complaint(example), "no complaint") << example;
    } else if (inside) {
      example += line + "\n";
    }
  }
  EXPECT_GE(examples, 3);
}

}  // namespace
}  // namespace forestall::config
