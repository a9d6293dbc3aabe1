// SPDX-License-Identifier: MIT
// What if: another rule held, or a term did not count.
#include "host/explain_test.h"
#include "score/terms.h"

namespace forestall::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

class ExplainWhatIf : public ExplainTest {};

// ---- This rule held -------------------------------------------------------------------------------------------------

constexpr const char* kRules = R"(
[kill]
grace = "6s"
[[rule]]
name = "low-memory"
grace = "7s"
[[rule]]
name = "stall"
enabled = false
[[rule]]
name = "early"
exhausted_within = "30s"
action = "notify"
)";

TEST_F(ExplainWhatIf, ARuleThatAsksWouldSendSigtermAndSigkillWhenItsGraceIsOver) {
  configure(kRules);
  Hog& big = steady("big", 128 * kMiB);
  EXPECT_THAT(words({"--rule", "low-memory"}),
              AllOf(HasSubstr("If rule \"low-memory\" held now, " + named(big, "big")),
                    HasSubstr(") would get SIGTERM, and SIGKILL after 7 s."), Not(HasSubstr("If a rule asked"))));
  const auto rule = json({"--rule", "low-memory"}).at("rule");
  EXPECT_EQ(rule.at("action"), "terminate");
  EXPECT_EQ(rule.at("grace_usec"), 7'000'000);
}

TEST_F(ExplainWhatIf, TheVictimsOwnGraceGoesBeforeThatOfTheRule) {
  configure(std::string(kRules) + "[[prefer]]\ncomm = \"^big$\"\npoints = 1\ngrace = \"3s\"\n");
  steady("big", 128 * kMiB);
  EXPECT_THAT(words({"--rule", "low-memory"}), HasSubstr("would get SIGTERM, and SIGKILL after 3 s."));
}

TEST_F(ExplainWhatIf, ARuleThatKillsWouldDoItAtOnce) {
  configure(kRules);
  Hog& big = steady("big", 128 * kMiB);
  EXPECT_THAT(words({"--rule", "out-of-memory"}),
              AllOf(HasSubstr("If rule \"out-of-memory\" held now, " + named(big, "big")),
                    HasSubstr(") would get SIGKILL at once."), Not(HasSubstr("SIGTERM"))));
}

TEST_F(ExplainWhatIf, ARuleThatWarnsEndsNobodyAndTheOrderIsShownAllTheSame) {
  configure(kRules);
  Hog& big = steady("big", 128 * kMiB);
  EXPECT_THAT(words({"--rule", "early"}),
              AllOf(HasSubstr("If rule \"early\" held now, nobody would be ended, for it only warns."),
                    HasSubstr(named(big, "big")), HasSubstr("memory +"), Not(HasSubstr("SIG"))));
}

TEST_F(ExplainWhatIf, ARuleThatIsSwitchedOffIsSaidToBeAndAnsweredFor) {
  configure(kRules);
  Hog& big = steady("big", 128 * kMiB);
  EXPECT_THAT(words({"--rule", "stall"}),
              AllOf(HasSubstr("If rule \"stall\", which is switched off, held now, " + named(big, "big")),
                    HasSubstr(") would get SIGTERM, and SIGKILL after 6 s.")));
  EXPECT_EQ(json({"--rule", "stall"}).at("rule").at("enabled"), false);
}

TEST_F(ExplainWhatIf, WhereEverybodyIsTooSmallNoRuleWouldEndAnybody) {
  configure(kRules);
  steady("tiny", 8 * kMiB);
  EXPECT_THAT(words({"--rule", "stall"}),
              HasSubstr("If rule \"stall\", which is switched off, held now, nobody would go: none of "));
  EXPECT_THAT(json({"--rule", "stall"}).at("candidates"), ::testing::IsEmpty());
}

TEST_F(ExplainWhatIf, ARuleThatThereIsNotIsBadUse) {
  configure(kRules);
  const Said nearly = explain({"--rule", "low-memroy"});
  EXPECT_THAT(nearly.exit_code, Optional(2));
  EXPECT_EQ(nearly.lines(), 1) << nearly.text;
  EXPECT_THAT(nearly.text, HasSubstr("there is no \"low-memroy\"; did you mean \"low-memory\"?"));
  const Said stranger = explain({"--rule", "x\ny"});
  EXPECT_THAT(stranger.exit_code, Optional(2));
  EXPECT_EQ(stranger.lines(), 1) << stranger.text;
  EXPECT_THAT(stranger.text, AllOf(HasSubstr("low-memory, out-of-memory, stall, "), HasSubstr(", early")));
}

// ---- This term did not count ----------------------------------------------------------------------------------------

TEST_F(ExplainWhatIf, WithoutATermTheOrderIsThatOfTheOthers) {
  configure("[[prefer]]\ncomm = \"^liked$\"\npoints = 1000\n", "kind = \"process\"\n");
  Hog& big = steady("big", 160 * kMiB);
  Hog& liked = steady("liked", 96 * kMiB);
  EXPECT_EQ(json({}).at("candidates").at(0).at("pid"), liked.pid());
  const auto without = json({"--without", "prefer", "--without", "growth"});
  EXPECT_EQ(without.at("candidates").at(0).at("pid"), big.pid());
  EXPECT_EQ(without.at("without"), nlohmann::json({"prefer", "growth"}));
  EXPECT_THAT(words({"--without", "prefer", "--without", "growth"}),
              AllOf(HasSubstr("with the weight of prefer, growth at 0 %"), Not(HasSubstr("prefer +"))));
}

TEST_F(ExplainWhatIf, ATermThatThereIsNotIsBadUse) {
  configure("");
  const Said said = explain({"--without", "beauty"});
  EXPECT_THAT(said.exit_code, Optional(2));
  EXPECT_THAT(said.text, HasSubstr("beauty"));
  for (const TermRule& term : kTerms) EXPECT_THAT(said.text, HasSubstr(std::string(term.name)));
  EXPECT_THAT(explain({"--without", "prefer", "growth"}).exit_code, Optional(2)) << "each needs its own --without";
}

}  // namespace
}  // namespace forestall::testing
