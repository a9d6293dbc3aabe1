// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/quantity.h"
#include "base/text.h"
#include "unit/config/layers.h"

namespace forestall::config {
namespace {

using namespace std::chrono_literals;

std::string reference() {
  std::ifstream file(FORESTALL_SOURCE_DIR "/config/forestall.toml");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// `text` without the first `marks` "#" of its lines, where something other than a blank follows them.
std::string uncommented(std::string_view text, std::size_t marks) {
  std::string result;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::size_t found = line.find_first_not_of('#');
    if (found == marks && line[marks] != ' ') line.remove_prefix(marks);
    result.append(line).append("\n");
  }
  return result;
}

TEST(Builtin, IsTheReferenceFileWithItsSettingsUncommented) { EXPECT_EQ(builtin_text(), uncommented(reference(), 1)); }

TEST(Builtin, IsUntouchedByTheReferenceFileAsInstalled) {
  ASSERT_FALSE(reference().empty());
  EXPECT_EQ(parsed({reference()}), builtin());
}

TEST(Builtin, IsUntouchedByTheReferenceFileWithEverySettingUncommented) {
  EXPECT_EQ(parsed({uncommented(reference(), 1)}), builtin());
}

TEST(Builtin, IsWhatTheTypesSay) {
  const Config config = builtin();
  EXPECT_EQ(config.poll, PollConfig{});
  EXPECT_EQ(config.victim, VictimConfig{});
  EXPECT_EQ(config.score, ScoreConfig{});
  EXPECT_EQ(config.kill, KillConfig{});
  EXPECT_TRUE(config.protect.empty());
  EXPECT_TRUE(config.avoid.empty());
  EXPECT_TRUE(config.prefer.empty());
}

TEST(Builtin, HasItsFourRules) {
  Rule low;
  low.name = "low-memory";
  low.mem_available_below = parse_size("min(10%, 1.5GiB)").value();
  low.swap_free_below = Size::of(Share::percent(10));
  Rule out;
  out.name = "out-of-memory";
  out.mem_available_below = parse_size("min(4%, 600MiB)").value();
  out.swap_free_below = Size::of(Share::percent(5));
  out.action = Action::kill;
  Rule stall;
  stall.name = "stall";
  stall.psi_full_above = Share::percent(20);
  stall.psi_window = 2s;
  stall.hold = 1s;
  stall.mem_available_below = Size::of(Share::percent(30));
  stall.refaults_above = Share::percent(10);
  Rule thrash;
  thrash.name = "cache-thrash";
  thrash.mem_available_below = parse_size("min(8%, 768MiB)").value();
  thrash.psi_full_above = Share::percent(8);
  thrash.psi_window = 1s;
  thrash.refaults_above = Share::percent(15);
  EXPECT_EQ(builtin().rules, (std::vector<Rule>{low, out, stall, thrash}));
}

TEST(Builtin, ExamplesInTheReferenceAreValid) {
  const Config config = parsed({uncommented(reference(), 2)});
  EXPECT_EQ(config.rules.size(), 5U);
  EXPECT_EQ(config.protect.size(), 1U);
  EXPECT_EQ(config.avoid.size(), 1U);
  EXPECT_EQ(config.prefer.size(), 1U);
}

}  // namespace
}  // namespace forestall::config
