// SPDX-License-Identifier: MIT
// Every kind of mistake, and the one line it is answered with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/layers.h"

namespace forestall::config {
namespace {

constexpr const char* kSizes =
    R"~(; allowed are amounts such as "10%", "512MiB" and "min(10%, 1.5GiB)", in %, B, KiB, MiB, GiB or TiB)~";
constexpr const char* kTimes = R"(; allowed are times such as "250ms", "5s", "2min" and "1h", in ms, s, min or h)";
constexpr const char* kPatterns = R"(; allowed is a pattern in quotes, such as "^firefox", in the syntax of RE2)";
constexpr const char* kToml = "; allowed is TOML 1.0, with sizes, shares and times in quotes";

std::string of_rule(const std::string& line) { return complaint("[[rule]]\nname = \"stall\"\n" + line + "\n"); }

TEST(Complaint, AboutAnUnknownKeyNamesTheNearest) {
  EXPECT_EQ(of_rule("psi_ful_above = \"1%\""),
            "a.toml:3:1: rule \"stall\": unknown key \"psi_ful_above\"; did you mean \"psi_full_above\"?");
  EXPECT_EQ(complaint("[victim]\n  minimun = \"1%\""),
            "a.toml:2:3: victim: unknown key \"minimun\"; did you mean \"minimum\"?");
  EXPECT_EQ(complaint("[pol]\n"), "a.toml:1:2: unknown key \"pol\"; did you mean \"poll\"?");
}

TEST(Complaint, AboutAKeyBelowTheWrongHeaderNamesTheRightOne) {
  EXPECT_EQ(complaint("idle_interval = \"5s\""), "a.toml:1:1: unknown key \"idle_interval\"; it belongs below [poll]");
  EXPECT_EQ(complaint("[poll]\naction = \"kill\""),
            "a.toml:2:1: poll: unknown key \"action\"; it belongs below [[rule]]");
  EXPECT_EQ(complaint("[[protect]]\ncomm = \"a\"\npoints = 5"),
            "a.toml:3:1: protect: unknown key \"points\"; it belongs below [[avoid]]");
}

TEST(Complaint, AboutAKeyLikeNoneListsThemAll) {
  EXPECT_EQ(complaint("[poll]\nvolume = 11"),
            "a.toml:2:1: poll: unknown key \"volume\"; allowed are idle_interval and armed_interval");
  EXPECT_EQ(complaint("[victim]\nvolume = 11"),
            "a.toml:2:1: victim: unknown key \"volume\"; allowed are kind, minimum, max_processes and immune_users");
  EXPECT_EQ(complaint("[volume]"),
            "a.toml:1:2: unknown key \"volume\"; allowed are poll, victim, score, kill, rule, "
            "protect, avoid and prefer");
}

TEST(Complaint, AboutTheWrongTypeSaysWhatItIs) {
  const std::string allowed = "; allowed is \"100ms\" to \"10s\"";
  const auto of_poll = [](const std::string& value) { return complaint("[poll]\nidle_interval = " + value + "\n"); };
  EXPECT_EQ(of_poll("5"), "a.toml:2:17: poll: idle_interval: is an integer" + allowed);
  EXPECT_EQ(of_poll("5.0"), "a.toml:2:17: poll: idle_interval: is a decimal number" + allowed);
  EXPECT_EQ(of_poll("nan"), "a.toml:2:17: poll: idle_interval: is a decimal number" + allowed);
  EXPECT_EQ(of_poll("true"), "a.toml:2:17: poll: idle_interval: is a boolean" + allowed);
  EXPECT_EQ(of_poll("07:32:00"), "a.toml:2:17: poll: idle_interval: is a date or time" + allowed);
  EXPECT_EQ(of_poll("[\"5s\"]"), "a.toml:2:17: poll: idle_interval: is an array" + allowed);
  EXPECT_EQ(of_poll("{s = 5}"), "a.toml:2:17: poll: idle_interval: is a table" + allowed);
  EXPECT_EQ(of_rule("enabled = \"false\""),
            "a.toml:3:11: rule \"stall\": enabled: is a string; allowed are true and false, without quotes");
  EXPECT_EQ(of_rule("psi_full_above = 0.2"),
            "a.toml:3:18: rule \"stall\": psi_full_above: is a decimal number; allowed is \"0.0001%\" to \"100%\"");
  EXPECT_EQ(of_rule("swap_free_below = 5"),
            "a.toml:3:19: rule \"stall\": swap_free_below: is an integer; allowed is a size in quotes, such as "
            "\"10%\", \"512MiB\" or \"min(10%, 1.5GiB)\"");
  EXPECT_EQ(of_rule("action = 9"),
            "a.toml:3:10: rule \"stall\": action: is an integer; allowed are \"notify\", \"terminate\" and \"kill\"");
  EXPECT_EQ(complaint("[kill]\nbreaker_kills = \"3\""),
            "a.toml:2:17: kill: breaker_kills: is a string; allowed is 1 to 100, without quotes");
  EXPECT_EQ(complaint("[victim]\nkind = false"),
            "a.toml:2:8: victim: kind: is a boolean; allowed are \"process\", \"family\", \"unit\" and \"auto\"");
  EXPECT_EQ(complaint("[victim]\nmax_processes = \"many\""),
            "a.toml:2:17: victim: max_processes: is a string; allowed is 1 to 4096, without quotes");
  EXPECT_EQ(complaint("[[avoid]]\ncomm = 5"), std::string("a.toml:2:8: avoid: comm: is an integer") + kPatterns);
}

TEST(Complaint, AboutTheWrongBracketsShowsTheRightOnes) {
  EXPECT_EQ(complaint("[[poll]]"), "a.toml:1:1: poll: is an array; allowed is one table, [poll]");
  EXPECT_EQ(complaint("poll = 5"), "a.toml:1:8: poll: is an integer; allowed is one table, [poll]");
  EXPECT_EQ(complaint("[rule]"), "a.toml:1:1: rule: is a table; allowed is a list of tables, each below [[rule]]");
  EXPECT_EQ(complaint("rule = [{name = \"stall\"}, 5]"),
            "a.toml:1:27: rule: is an integer; allowed is a list of tables, each below [[rule]]");
  EXPECT_EQ(complaint("[protect]"),
            "a.toml:1:1: protect: is a table; allowed is a list of tables, each below [[protect]]");
}

TEST(Complaint, AboutAnAmountSaysWhatIsWrongWithIt) {
  EXPECT_EQ(of_rule("mem_available_below = \"512\""),
            std::string("a.toml:3:23: rule \"stall\": mem_available_below: \"512\" has no unit") + kSizes);
  EXPECT_EQ(
      of_rule("mem_available_below = \"512MB\""),
      std::string("a.toml:3:23: rule \"stall\": mem_available_below: \"512MB\" has the unknown unit \"MB\"") + kSizes);
  EXPECT_EQ(of_rule("for = \"1s x\""),
            std::string("a.toml:3:7: rule \"stall\": for: \"1s x\" goes on with \"x\"") + kTimes);
  EXPECT_EQ(of_rule("refaults_above = \"5\""),
            "a.toml:3:18: rule \"stall\": refaults_above: \"5\" has no \"%\"; allowed is \"0%\" to \"10000%\"");
}

TEST(Complaint, AboutAnUnknownAction) {
  EXPECT_EQ(of_rule("action = \"terminat\""),
            "a.toml:3:10: rule \"stall\": action: unknown action \"terminat\"; allowed are "
            "\"notify\", \"terminate\" and \"kill\"; did you mean \"terminate\"?");
  EXPECT_EQ(of_rule("action = \"none\""),
            "a.toml:3:10: rule \"stall\": action: unknown action \"none\"; allowed are \"notify\", \"terminate\" and "
            "\"kill\"");
}

TEST(Complaint, AboutAnUnknownKindOfVictim) {
  const auto of_victim = [](const std::string& kind) { return complaint("[victim]\nkind = \"" + kind + "\"\n"); };
  const std::string allowed = "; allowed are \"process\", \"family\", \"unit\" and \"auto\"";
  const std::string begin = "a.toml:2:8: victim: kind: unknown kind ";
  EXPECT_EQ(of_victim("proces"), begin + "\"proces\"" + allowed + "; did you mean \"process\"?");
  EXPECT_EQ(of_victim("familly"), begin + "\"familly\"" + allowed + "; did you mean \"family\"?");
  EXPECT_EQ(of_victim("Unit"), begin + "\"Unit\"" + allowed + "; did you mean \"unit\"?");
  EXPECT_EQ(of_victim("auto "), begin + "\"auto \"" + allowed + "; did you mean \"auto\"?");
  EXPECT_EQ(of_victim("cgroup"), begin + "\"cgroup\"" + allowed);
  EXPECT_EQ(of_victim(""), begin + "\"\"" + allowed);
}

struct Bounds {
  const char* header;
  const char* key;
  const char* inside_low;
  const char* inside_high;
  const char* below;
  const char* above;
  const char* said;
};

class Range : public testing::TestWithParam<Bounds> {
 protected:
  static std::string complaint_of(const char* value) {
    const std::string header = GetParam().header;
    const std::string rest = header == "[[rule]]"       ? "\nname = \"stall\""
                             : header.starts_with("[[") ? "\ncomm = \"a\""
                                                        : "";
    // Without this armed_interval could not reach its end alone, nor idle_interval.
    const std::string other = GetParam().key == std::string("idle_interval") ? "\narmed_interval = \"10ms\"" : "";
    return complaint(header + rest + other + "\n" + GetParam().key + " = " + value + "\n");
  }
};

TEST_P(Range, IncludesItsEndsAndNothingBeyond) {
  EXPECT_EQ(complaint_of(GetParam().inside_low), "no complaint");
  EXPECT_EQ(complaint_of(GetParam().inside_high), "no complaint");
  for (const char* value : {GetParam().below, GetParam().above}) {
    if (value == nullptr) continue;
    EXPECT_THAT(complaint_of(value), testing::EndsWith(GetParam().said)) << value;
    EXPECT_THAT(complaint_of(value), testing::HasSubstr(std::string(GetParam().key) + ": ")) << value;
  }
}

constexpr Bounds kBounds[] = {
    {"[poll]", "idle_interval", R"("100ms")", R"("10s")", R"("99ms")", R"("10.001s")",
     R"(is out of range; allowed is "100ms" to "10s")"},
    {"[poll]", "armed_interval", R"("10ms")", R"("1s")", R"("9ms")", R"("1.1s")",
     R"(is out of range; allowed is "10ms" to "1s")"},
    {"[victim]", "minimum", R"("0B")", R"("100%")", nullptr, R"("101%")", kSizes},
    {"[victim]", "max_processes", "1", "4096", "0", "4097", "is out of range; allowed is 1 to 4096, without quotes"},
    {"[score]", "memory", R"("0%")", R"("1000%")", nullptr, R"("1000.1%")",
     R"(is more than 1000%; allowed is "0%" to "1000%")"},
    {"[score]", "adj", R"("0%")", R"("1000%")", nullptr, R"("1001%")",
     R"(is more than 1000%; allowed is "0%" to "1000%")"},
    {"[score]", "prefer", R"("0%")", R"("1000%")", nullptr, R"("1001%")",
     R"(is more than 1000%; allowed is "0%" to "1000%")"},
    {"[score]", "avoid", R"("0%")", R"("1000%")", nullptr, R"("1001%")",
     R"(is more than 1000%; allowed is "0%" to "1000%")"},
    {"[kill]", "grace", R"("0s")", R"("5min")", nullptr, R"("301s")", R"(is out of range; allowed is "0s" to "5min")"},
    {"[kill]", "breaker_kills", "1", "100", "0", "101", "is out of range; allowed is 1 to 100, without quotes"},
    {"[kill]", "breaker_pause", R"("1s")", R"("1h")", R"("999ms")", R"("61min")",
     R"(is out of range; allowed is "1s" to "1h")"},
    {"[[rule]]", "psi_some_above", R"("0.0001%")", R"("100%")", R"("0%")", R"("101%")",
     R"(; allowed is "0.0001%" to "100%")"},
    {"[[rule]]", "psi_full_above", R"("0.0001%")", R"("100%")", R"("0%")", R"("101%")",
     R"(; allowed is "0.0001%" to "100%")"},
    {"[[rule]]", "psi_window", R"("200ms")", R"("10s")", R"("199ms")", R"("11s")",
     R"(is out of range; allowed is "200ms" to "10s")"},
    {"[[rule]]", "refaults_above", R"("0%")", R"("10000%")", nullptr, R"("10001%")",
     R"(is more than 10000%; allowed is "0%" to "10000%")"},
    {"[[rule]]", "exhausted_within", R"("100ms")", R"("1h")", R"("99ms")", R"("1.1h")",
     R"(is out of range; allowed is "100ms" to "1h")"},
    {"[[rule]]", "for", R"("0s")", R"("1h")", nullptr, R"("61min")", R"(is out of range; allowed is "0s" to "1h")"},
    {"[[rule]]", "grace", R"("0s")", R"("5min")", nullptr, R"("6min")",
     R"(is out of range; allowed is "0s" to "5min")"},
    {"[[protect]]", "uid", "0", "4294967294", "-1", "4294967295",
     "is out of range; allowed is 0 to 4294967294, without quotes"},
    {"[[avoid]]", "points", "1", "1000", "0", "1001", "is out of range; allowed is 1 to 1000, without quotes"},
    {"[[prefer]]", "points", "1", "1000", "-1", "9223372036854775807",
     "is out of range; allowed is 1 to 1000, without quotes"},
    {"[[prefer]]", "grace", R"("0s")", R"("5min")", nullptr, R"("6min")",
     R"(is out of range; allowed is "0s" to "5min")"},
};
INSTANTIATE_TEST_SUITE_P(OfEveryKey, Range, testing::ValuesIn(kBounds), [](const auto& instance) {
  std::string name = std::string(instance.param.header) + "_" + instance.param.key;
  std::erase_if(name, [](char c) { return c == '[' || c == ']'; });
  return name;
});

TEST(Complaint, AboutARuleWithoutAName) {
  EXPECT_EQ(complaint("\n[[rule]]\naction = \"kill\""),
            "a.toml:2:1: rule: has no name; every [[rule]] needs name = \"…\"");
}

TEST(Complaint, AboutANameThatIsNone) {
  const std::string allowed = " is no name for a rule; allowed are 1 to 64 of A-Z a-z 0-9 . _ - in quotes";
  EXPECT_EQ(complaint("[[rule]]\nname = \"a b\""), "a.toml:2:8: rule: name: \"a b\"" + allowed);
  EXPECT_EQ(complaint("[[rule]]\nname = \"\""), "a.toml:2:8: rule: name: \"\"" + allowed);
  EXPECT_EQ(complaint("[[rule]]\nname = \"" + std::string(65, 'x') + "\""),
            "a.toml:2:8: rule: name: \"" + std::string(64, 'x') + "…\"" + allowed);
  EXPECT_EQ(complaint("[[rule]]\nname = \"\\u001b[2J\""), "a.toml:2:8: rule: name: \"\\x1b[2J\"" + allowed);
  EXPECT_EQ(complaint("[[rule]]\nenabled = false\nname = \"" + std::string(64, 'x') + "\""), "no complaint");
}

TEST(Complaint, AboutARuleThatIsInOneFileTwice) {
  EXPECT_EQ(complaint("[[rule]]\nname = \"stall\"\n[[rule]]\nname = \"stall\"\n"),
            "a.toml:4:8: rule \"stall\": is in this file twice, first in line 2; allowed is once in a file");
}

TEST(Complaint, AboutARuleWithoutAConditionNamesTheRuleThatWasPerhapsMeant) {
  const std::string all =
      "has no condition; give at least one of mem_available_below, swap_free_below, psi_some_above, "
      "psi_full_above, refaults_above, exhausted_within and commit_free_below";
  EXPECT_EQ(complaint_about({"[[rule]]\nname = \"mine\"\n", ""}), "a.toml:1:1: rule \"mine\": " + all);
  EXPECT_EQ(complaint("[[rule]]\nname = \"stal\"\naction = \"kill\""),
            "a.toml:1:1: rule \"stal\": " + all + "; did you mean \"stall\"?");
}

TEST(Complaint, AboutIntervalsInConflictPointsAtTheLastFileThatSpokeOfThem) {
  EXPECT_EQ(
      complaint_about({"[poll]\narmed_interval = \"1s\"\n", "\n[poll]\nidle_interval = \"500ms\"\n", "[kill]\n"}),
      "b.toml:2:2: poll: armed_interval \"1s\" is longer than idle_interval \"500ms\"; allowed is at most as long");
}

TEST(Complaint, AboutABadPatternQuotesTheReason) {
  EXPECT_EQ(complaint("[[protect]]\ncomm = \"(\""),
            std::string("a.toml:2:8: protect: comm: \"(\" is a bad pattern: missing ): (") + kPatterns);
  EXPECT_EQ(complaint("[[avoid]]\ncgroup = \"[z-a]\""),
            std::string("a.toml:2:10: avoid: cgroup: \"[z-a]\" is a bad pattern: invalid character class range: z-a") +
                kPatterns);
  // Small to write, but more than a pattern may take to compile.
  EXPECT_THAT(complaint("[[prefer]]\nunit = \"(" + std::string(100, 'x') + "){1000}\""),
              testing::HasSubstr("is a bad pattern: pattern too large - compile failed; allowed"));
}

TEST(Complaint, AboutAPatternThatWouldMatchEverything) {
  EXPECT_EQ(complaint("[[protect]]\nexe = \"\""),
            std::string("a.toml:2:7: protect: exe: \"\" would match everything") + kPatterns);
}

TEST(Complaint, AboutAnEntryWithoutACriterion) {
  const std::string rest =
      ": would match everything; give at least one of comm, exe, cmdline, user, uid, unit, slice, cgroup, container, "
      "tty and state";
  EXPECT_EQ(complaint("[[protect]]\n"), "a.toml:1:1: protect" + rest);
  EXPECT_EQ(complaint("[[avoid]]\ncomm = \"a\"\n[[avoid]]\npoints = 5\n"), "a.toml:3:1: avoid" + rest);
}

TEST(Complaint, AboutAUserThatCannotBe) {
  EXPECT_EQ(complaint("[[protect]]\nuser = \"\""),
            "a.toml:2:8: protect: user: \"\" is no name of a user; allowed is the name of a user in quotes");
  EXPECT_EQ(complaint("[[protect]]\nuser = \"root\\u0000x\""),
            "a.toml:2:8: protect: user: \"root\\x00x\" is no name of a user; allowed is the name of a user in quotes");
}

TEST(Complaint, AboutTextThatIsNotToml) {
  EXPECT_EQ(complaint("a = \n"), std::string("a.toml:1:5: TOML: key-value pair: expected value, saw '\\n'") + kToml);
  EXPECT_EQ(complaint("[poll]\nidle_interval = 5s\n").substr(0, 19), "a.toml:2:18: TOML: ");
  EXPECT_EQ(complaint("[poll]\n[poll]\n"),
            std::string("a.toml:2:1: TOML: table header: cannot redefine existing table 'poll'") + kToml);
  EXPECT_EQ(complaint("[poll\n").substr(0, 18), "a.toml:1:6: TOML: ");
}

TEST(Complaint, IsAboutTheFirstMistakeInTheFile) {
  EXPECT_EQ(complaint("[victim]\nzzz = 1\n[poll]\naaa = 1\n"),
            "a.toml:2:1: victim: unknown key \"zzz\"; allowed are kind, minimum, max_processes and immune_users");
  EXPECT_EQ(complaint("[score]\nprefer = 1\nadj = 1\n").substr(0, 11), "a.toml:2:10");
}

TEST(Complaint, CountsColumnsInCharacters) {
  EXPECT_EQ(complaint("prefer = [{comm = \"äöü\", zzz = 1}]").substr(0, 13), "a.toml:1:26: ");
}

TEST(Complaint, IsOneLineWhateverTheFileIsCalled) {
  const std::vector<Layer> hostile = {{"/etc/a\n\x1b[2Jb.toml", "x = 1"}};
  const auto config = parse_layers(hostile);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().what.substr(0, 31), R"(/etc/a\x0a\x1b[2Jb.toml:1:1: un)");
}

}  // namespace
}  // namespace forestall::config
