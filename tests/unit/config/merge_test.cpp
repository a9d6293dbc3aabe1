// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "base/quantity.h"
#include "unit/config/layers.h"

namespace forestall::config {
namespace {

using namespace std::chrono_literals;

TEST(Merge, OfNothingIsTheBuiltinConfiguration) {
  EXPECT_EQ(parsed({}), builtin());
  EXPECT_EQ(parsed({"", "# nothing\n", "[poll]\n", "protect = []\n"}), builtin());
}

TEST(Merge, ReadsEveryKeyOfTheTables) {
  const Config config = parsed({R"~(
[poll]
idle_interval = "10s"
armed_interval = "10ms"
[victim]
kind = "unit"
minimum = "max(2%, 1GiB)"
max_processes = 7
immune_users = false
[score]
memory = "0%"
growth = "300%"
growth_window = "1min"
adj = "50%"
prefer = "12.5%"
avoid = "1000%"
offender = "5%"
unkept = "6%"
age = "1%"
cpu_time = "2%"
nice = "3%"
root = "4%"
[kill]
grace = "0s"
breaker_kills = 100
breaker_pause = "1h"
)~"});
  EXPECT_EQ(config.poll, (PollConfig{10s, 10ms}));
  EXPECT_EQ(config.victim, (VictimConfig{Kind::unit, parse_size("max(2%, 1GiB)").value(), 7, false}));
  EXPECT_EQ(config.score, (ScoreConfig{Share{0}, Share::percent(300), 1min, Share::percent(50), Share{125'000},
                                       Share::percent(1000), Share::percent(5), Share::percent(6), Share::percent(1),
                                       Share::percent(2), Share::percent(3), Share::percent(4)}));
  EXPECT_EQ(config.kill, (KillConfig{0s, 100, 1h}));
}

TEST(Merge, ReadsEveryKindOfVictimAndWritesItBack) {
  for (const auto& [name, kind] : std::vector<std::pair<std::string, Kind>>{
           {"process", Kind::process}, {"family", Kind::family}, {"unit", Kind::unit}, {"auto", Kind::automatic}}) {
    const Config config = parsed({"[victim]\nkind = \"" + name + "\"\n"});
    EXPECT_EQ(config.victim, (VictimConfig{kind, VictimConfig{}.minimum, VictimConfig{}.max_processes})) << name;
    EXPECT_NE(render(config).find("\nkind = \"" + name + "\"\n"), std::string::npos) << name;
  }
}

TEST(Merge, ReadsEveryKeyOfARule) {
  Rule rule;
  rule.name = "Every-key_0.9";
  rule.enabled = false;
  rule.action = Action::notify;
  rule.mem_available_below = Size::of(kGiB);
  rule.swap_free_below = Size::of(Share::percent(1));
  rule.psi_some_above = Share::percent(100);
  rule.psi_full_above = Share{1};
  rule.refaults_above = Share::percent(10'000);
  rule.exhausted_within = 100ms;
  rule.commit_free_below = Size::of(0);
  rule.psi_window = 200ms;
  rule.hold = 1h;
  rule.grace = 5min;
  const Config config = parsed({R"(
[[rule]]
name = "Every-key_0.9"
enabled = false
action = "notify"
mem_available_below = "1GiB"
swap_free_below = "1%"
psi_some_above = "100%"
psi_full_above = "0.0001%"
psi_window = "200ms"
refaults_above = "10000%"
exhausted_within = "100ms"
commit_free_below = "0B"
for = "1h"
grace = "5min"
)"});
  ASSERT_EQ(config.rules.size(), 5U);
  EXPECT_EQ(config.rules.back(), rule);
}

TEST(Merge, ReadsEveryKeyOfAnEntry) {
  const std::string criteria = R"(
comm = "^a"
exe = '^/b\.c$'
cmdline = "--d"
user = "postgres"
uid = 4294967294
unit = 'e\.service'
slice = "f"
cgroup = "/g"
container = "h"
tty = "^pts/"
state = "T"
)";
  const Config config = parsed({"[[protect]]" + criteria + "[[avoid]]" + criteria + "points = 1000\ngrace = \"1s\"\n" +
                                "[[prefer]]" + criteria});
  Match match{"^a", "^/b\\.c$", "--d",   "postgres", 4294967294U, "e\\.service", "f",
              "/g", "h",        "^pts/", "T",        0,           std::nullopt};
  EXPECT_EQ(config.protect, std::vector{match});
  match.points = 100;
  EXPECT_EQ(config.prefer, std::vector{match});
  match.points = 1000;
  match.grace = 1s;
  EXPECT_EQ(config.avoid, std::vector{match});
}

TEST(Merge, ChangesOnlyTheFieldsThatARuleGives) {
  Config expected = builtin();
  expected.rules[2].psi_full_above = Share::percent(35);
  expected.rules[0].enabled = false;
  EXPECT_EQ(parsed({"[[rule]]\nname = \"stall\"\npsi_full_above = \"35%\"\n"
                    "[[rule]]\nname = \"low-memory\"\nenabled = false\n"}),
            expected);
}

TEST(Merge, LetsTheLaterFileWin) {
  const Config config =
      parsed({"[poll]\nidle_interval = \"1s\"\n[kill]\ngrace = \"1s\"\n", "[poll]\nidle_interval = \"2s\"\n"});
  EXPECT_EQ(config.poll.idle_interval, Duration(2s));
  EXPECT_EQ(config.kill.grace, Duration(1s));
}

TEST(Merge, LetsALaterFileSpeakOfTheRuleOfAnEarlierOne) {
  const Config config = parsed({"[[rule]]\nname = \"mine\"\nmem_available_below = \"1%\"\nfor = \"3s\"\n",
                                "[[rule]]\nname = \"mine\"\nmem_available_below = \"2%\"\n"});
  ASSERT_EQ(config.rules.size(), 5U);
  EXPECT_EQ(config.rules.back().mem_available_below, Size::of(Share::percent(2)));
  EXPECT_EQ(config.rules.back().hold, Duration(3s));
}

TEST(Merge, AppendsEntries) {
  const Config config = parsed({"[[avoid]]\ncomm = \"a\"\n[[avoid]]\ncomm = \"b\"\n", "[[avoid]]\ncomm = \"c\"\n"});
  ASSERT_EQ(config.avoid.size(), 3U);
  EXPECT_EQ(config.avoid[0].comm, "a");
  EXPECT_EQ(config.avoid[1].comm, "b");
  EXPECT_EQ(config.avoid[2].comm, "c");
}

TEST(Merge, TakesEveryCriterionAlone) {
  for (const std::string line : {"comm = 'a'", "exe = 'a'", "cmdline = 'a'", "user = 'a'", "uid = 0", "unit = 'a'",
                                 "slice = 'a'", "cgroup = 'a'", "container = 'a'", "tty = 'a'", "state = 'a'"}) {
    EXPECT_EQ(parsed({"[[protect]]\n" + line}).protect.size(), 1U) << line;
  }
}

TEST(Merge, TakesEverySpellingOfTheSameTables) {
  const Config expected = parsed({"[kill]\nbreaker_kills = 7\n[[prefer]]\ncomm = \"a\"\npoints = 3\n"});
  EXPECT_EQ(parsed({"kill.breaker_kills = 7\nprefer = [{comm = 'a', points = 3}]\n"}), expected);
  EXPECT_EQ(parsed({"\"kill\" = {\"breaker_kills\" = 0x7}\r\n[[prefer]]\r\ncomm = '''a'''\r\npoints = 3"}), expected);
  EXPECT_EQ(parsed({"\xef\xbb\xbf[kill]\nbreaker_kills = 7\n[[prefer]]\npoints = 3\ncomm = \"\\u0061\""}), expected);
}

TEST(Merge, LetsADisabledRuleBeWithoutACondition) {
  EXPECT_EQ(parsed({"[[rule]]\nname = \"later\"\nenabled = false\n"}).rules.size(), 5U);
}

TEST(Merge, LooksForConditionsAfterTheLastFile) {
  const std::string action_only = "[[rule]]\nname = \"mine\"\naction = \"kill\"\n";
  const std::string condition = "[[rule]]\nname = \"mine\"\nmem_available_below = \"1%\"\n";
  EXPECT_EQ(parsed({action_only, condition}).rules.back().action, Action::kill);
}

TEST(Merge, LooksForConflictsAfterTheLastFile) {
  EXPECT_EQ(
      parsed({"[poll]\nidle_interval = \"100ms\"\narmed_interval = \"1s\"\n", "[poll]\narmed_interval = \"100ms\"\n"})
          .poll,
      (PollConfig{100ms, 100ms}));
}

TEST(Merge, TakesAsManyRulesAsThereMayBe) {
  std::string text;
  for (std::size_t i = builtin().rules.size(); i < kMaxRules; ++i) {
    text += "[[rule]]\nname = \"r" + std::to_string(i) + "\"\nmem_available_below = \"1%\"\n";
  }
  EXPECT_EQ(parsed({text}).rules.size(), kMaxRules);
  EXPECT_EQ(complaint_about({text, "[[rule]]\nname = \"more\"\nmem_available_below = \"1%\"\n"}),
            "b.toml:1:1: rule \"more\": is one rule too many; allowed are 16, built-in and disabled ones included");
  EXPECT_EQ(parsed({text, "[[rule]]\nname = \"stall\"\nenabled = false\n"}).rules.size(), kMaxRules);
}

}  // namespace
}  // namespace forestall::config
