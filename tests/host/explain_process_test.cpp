// SPDX-License-Identifier: MIT
// How one process stands, and why.
#include <csignal>
#include <functional>

#include "base/text.h"
#include "host/explain_test.h"
#include "score/terms.h"

namespace forestall::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;
using ::testing::StartsWith;

std::vector<std::int32_t> whoever(const std::function<bool(const Stat&)>& is_meant) {
  std::vector<std::int32_t> pids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto pid = parse_unsigned(entry.path().filename().string());
    const auto stat = pid ? parse_stat(all_of(entry.path() / "stat")) : std::nullopt;
    if (stat && is_meant(*stat)) pids.push_back(static_cast<std::int32_t>(*pid));
  }
  return pids;
}
std::vector<std::int32_t> children_of(pid_t parent) {
  return whoever([&](const Stat& one) { return one.parent == parent; });
}
std::vector<std::int32_t> called(std::string_view comm) {
  return whoever([&](const Stat& one) { return one.comm.view() == comm; });
}

class ExplainProcess : public ExplainTest {
 protected:
  /// All of its children hold what they shall.
  Hog& swarm(const std::string& children, const std::string& mib_each) {
    Hog& parent = hog("swarm", {"swarm", "--children", children, "--each", mib_each, "--every", "1"});
    const Bytes all = std::stoul(children) * std::stoul(mib_each) * kMiB;
    EXPECT_TRUE(wait_for(kLater, [&] { return parent.held() == all; }));
    return parent;
  }

  std::string about(std::int32_t pid) { return words({"--pid", fmt::format("{}", pid)}); }
  nlohmann::json process(std::int32_t pid) { return json({"--pid", fmt::format("{}", pid)}).at("process"); }
};

TEST_F(ExplainProcess, AProcessThatWouldGoByItselfHasItsPlaceAndItsTerms) {
  configure("", "kind = \"process\"\n");
  Hog& big = steady("big", 160 * kMiB);
  Hog& less = steady("less", 96 * kMiB);
  EXPECT_THAT(about(less.pid()), AllOf(StartsWith(named(less, "less")), HasSubstr(") would go as number 2 of 2."),
                                       HasSubstr("memory +"), Not(HasSubstr("big"))));
  const auto one = process(less.pid());
  EXPECT_EQ(one.at("pid"), less.pid());
  EXPECT_EQ(one.at("standing"), "goes");
  EXPECT_EQ(one.at("place"), 2);
  EXPECT_EQ(one.at("candidate").at("pid"), less.pid());
  EXPECT_EQ(one.at("candidate").at("terms").at(0).at("name"), kTerms[0].name);
  EXPECT_EQ(process(big.pid()).at("place"), 1);
}

TEST_F(ExplainProcess, AProcessIsWeighedTogetherWithTheOneThatIsChosen) {
  configure("");
  Hog& parent = swarm("2", "80");
  const std::int32_t chosen = json({}).at("candidates").at(0).at("pid");
  std::vector<std::int32_t> others = children_of(parent.pid());
  ASSERT_EQ(std::erase(others, chosen), 1U);
  ASSERT_EQ(others.size(), 1U);

  const std::string together = fmt::format(") is weighed together with 2 others, of whom swarm (pid {}, ", chosen);
  EXPECT_THAT(about(others[0]), AllOf(StartsWith(fmt::format("swarm (pid {}, ", others[0])), HasSubstr(together),
                                      HasSubstr(") would go, as number 1 of 1."), Not(HasSubstr("too small"))));
  EXPECT_THAT(about(parent.pid()), AllOf(HasSubstr(together), HasSubstr("by itself it is too small: it holds ")));
  EXPECT_THAT(about(chosen), HasSubstr(") would go as number 1 of 1."));
  const auto one = process(others[0]);
  EXPECT_EQ(one.at("standing"), "another_goes");
  EXPECT_EQ(one.at("candidate").at("pid"), chosen);
}

TEST_F(ExplainProcess, AMemberOfAFamilyGoesWithIt) {
  configure("");
  Hog& parent = swarm("4", "32");
  const std::int32_t child = children_of(parent.pid()).front();
  EXPECT_THAT(about(child), AllOf(StartsWith(fmt::format("swarm (pid {}, ", child)),
                                  HasSubstr(") would go with the family of swarm (5 processes from pid "),
                                  HasSubstr(fmt::format(" from pid {} down", parent.pid()))));
  const auto one = process(child);
  EXPECT_EQ(one.at("standing"), "goes_together");
  EXPECT_EQ(one.at("candidate").at("pid"), parent.pid());
  EXPECT_EQ(process(parent.pid()).at("standing"), "goes_together");
}

TEST_F(ExplainProcess, AFamilyIsShownAsATree) {
  configure("");
  Hog& parent = swarm("4", "32");
  const std::int32_t child = children_of(parent.pid()).front();
  const std::string text = words({});
  EXPECT_THAT(text, HasSubstr(fmt::format("\nWho would go together\n     {:>7}       0  swarm  ", parent.pid())));
  EXPECT_THAT(text, HasSubstr(fmt::format("\n     {:>7}       0   swarm  ", child))) << "below its parent";
  const auto together = json({}).at("together");
  ASSERT_EQ(together.size(), 5U);
  EXPECT_EQ(together.at(0).at("pid"), parent.pid());
  EXPECT_EQ(together.at(0).at("depth"), 0);
  EXPECT_EQ(together.at(1).at("depth"), 1);
}

TEST_F(ExplainProcess, WhoWouldGoAloneHasNobodyBesideHim) {
  configure("");
  steady("big", 96 * kMiB);
  EXPECT_THAT(words({}), Not(HasSubstr("Who would go together")));
  EXPECT_TRUE(json({}).at("together").empty());
}

TEST_F(ExplainProcess, ABarIsMadeOfTheTermsThatAdd) {
  configure("[[prefer]]\ncomm = \"^big$\"\npoints = 4\n");
  steady("big", 96 * kMiB);
  const std::string text = words({});
  EXPECT_THAT(text, HasSubstr("█░"));
  EXPECT_THAT(text, HasSubstr("     █ memory  ▓ growth  ▒ adj  ░ all else"));
  EXPECT_THAT(words({"--without", "PREFER"}), Not(HasSubstr("░")));
}

TEST_F(ExplainProcess, WhoIsSparedIsNamedWithTheEntryThatSparesHim) {
  configure("[[protect]]\ncomm = \"^nobody$\"\n[[protect]]\ncomm = \"^keeper$\"\n");
  Hog& keeper = steady("keeper", 96 * kMiB);
  EXPECT_THAT(words({}), ::testing::ContainsRegex(fmt::format(
                             "\nSpared, although large enough\n +{} +0 +keeper .* it matches \\[\\[protect\\]\\] entry "
                             "2: comm .*keeper",
                             keeper.pid())));
}

TEST_F(ExplainProcess, WhoIsSparedIsToldWhyHoweverSmall) {
  configure("[[protect]]\ncomm = \"^nobody$\"\n[[protect]]\ncomm = \"^keeper$\"\n");
  Hog& keeper = steady("keeper", 8 * kMiB);
  EXPECT_THAT(about(keeper.pid()),
              AllOf(StartsWith(named(keeper, "keeper")), HasSubstr(") is spared: it matches [[protect]] entry 2.")));
  const auto one = process(keeper.pid());
  EXPECT_EQ(one.at("standing"), "spared");
  EXPECT_EQ(one.at("why"), "protect");
  EXPECT_EQ(one.at("entry"), 2);
  EXPECT_THAT(about(1), HasSubstr(" is spared: it is PID 1."));
}

TEST_F(ExplainProcess, WhoIsSparedIsSaidToBeThoughAnotherOfItsKinWouldGo) {
  configure("[[protect]]\ncomm = \"^keeper$\"\n");
  const std::string job =
      fmt::format("{0} steady --limit 96 --comm keeper & {0} steady --limit 128 --comm big & wait", FORESTALL_HOG);
  Child shell({"/usr/bin/setsid", {"setsid", "sh", "-c", job}, {"PATH=/usr/bin:/bin"}, "/run/shell-said"});
  const auto has_come_up = [&] {
    const auto all = json({}).at("candidates");
    return all.size() == 1 && all.at(0).at("bytes") >= 128 * kMiB;
  };
  ASSERT_TRUE(wait_for(kLater, has_come_up));
  EXPECT_THAT(about(called("keeper").at(0)), HasSubstr(") is spared: it matches [[protect]] entry 1."));
  EXPECT_THAT(about(called("big").at(0)),
              AllOf(HasSubstr(") would go as number 1 of 1."), HasSubstr("weighed together with 1 other)")));
  shell.send(SIGKILL);
  ASSERT_TRUE(wait_for(kSoon, [&] { return shell.ended(); }));
  end_group(shell.pid());
}

TEST_F(ExplainProcess, WhoIsTooSmallIsToldByHowMuch) {
  configure("");
  Hog& tiny = steady("tiny", 8 * kMiB);
  EXPECT_THAT(about(tiny.pid()), AllOf(StartsWith(named(tiny, "tiny")), HasSubstr(") is too small: it holds 8."),
                                       HasSubstr(" MiB, and [victim] minimum is 64 MiB.")));
  const auto one = process(tiny.pid());
  EXPECT_EQ(one.at("standing"), "too_small");
  EXPECT_GE(one.at("bytes"), 8 * kMiB);
}

TEST_F(ExplainProcess, TheRuleThatWasAskedForComesBeforeTheProcess) {
  configure("");
  Hog& big = steady("big", 128 * kMiB);
  EXPECT_THAT(words({"--rule", "low-memory", "--pid", "1"}),
              AllOf(StartsWith("If rule \"low-memory\" held now, " + named(big, "big")), HasSubstr(" is spared: ")));
}

TEST_F(ExplainProcess, AProcessThatThereIsNotIsAFailureInOneLine) {
  configure("");
  const Said said = explain({"--pid", "2000000000"});
  EXPECT_THAT(said.exit_code, Optional(1));
  EXPECT_EQ(said.text, "forestall: --pid 2000000000: No such process\n");
}

TEST_F(ExplainProcess, WhatIsNoNumberOfAProcessIsBadUse) {
  configure("");
  for (const char* number : {"0", "-1", "me", "1.5", "99999999999"}) {
    EXPECT_THAT(explain({"--pid", number}).exit_code, Optional(2)) << number;
  }
}

}  // namespace
}  // namespace forestall::testing
