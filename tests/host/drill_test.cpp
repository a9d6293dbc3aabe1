// SPDX-License-Identifier: MIT
// `forestall drill` as it was built, against the daemon as it was built. Its limits lie a little below what is free.
#include <csignal>

#include "host/command_test.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Optional;

constexpr Duration kDrillTime = 60s;

class Drill : public HostTest {
 protected:
  static Child begin(const std::vector<std::string>& options) {
    std::vector<std::string> arguments{"forestall", "drill"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    std::filesystem::remove(said_path_);
    return Child({FORESTALL_COMMAND, arguments, {"LC_ALL=C.UTF-8"}, said_path_});
  }
  Said finish(Child& command) {
    EXPECT_TRUE(wait_for(kDrillTime, [&] { return command.ended(); })) << "it does not come to an end";
    return {command.exit_code(), all_of(said_path_)};
  }
  /// bsdutils has `script`, which gives a command a terminal.
  Said in_a_shell(const std::string& line) {
    std::filesystem::remove(said_path_);
    Child shell({"/bin/sh", {"sh", "-c", line}, {"LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin"}, said_path_});
    return finish(shell);
  }
  /// Again where others gave back so much meanwhile that it was given up: that says nothing of the drill.
  Said drill(const std::vector<std::string>& options) {
    for (int left = 3;; --left) {
      Child command = begin(options);
      Said said = finish(command);
      if (left == 0 || said.text.find("given up before the limit: it held") == std::string::npos) return said;
    }
  }
  static std::string configure(const std::string& config) {
    std::ofstream("/run/drill.toml") << config << std::flush;
    return "/run/drill.toml";
  }
  /// The child of a drill; 0 if there is none.
  static pid_t child() {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const auto stat = parse_stat(all_of(entry.path() / "stat"));
      if (stat && stat->comm.view() == "forestall-drill" && stat->state != 'Z') {
        return std::stoi(entry.path().filename().string());
      }
    }
    return 0;
  }
  static Bytes held_by_child() {
    std::ifstream statm(fmt::format("/proc/{}/statm", child()));
    Bytes pages = 0;
    statm >> pages >> pages;  // the second one is what is resident: proc_pid_statm(5)
    return statm ? pages * 4 * kKiB : 0;
  }
  /// Whom signals were sent to.
  std::vector<std::string> victims() {
    std::vector<std::string> names;
    for (const char* event : {"victim_terminated", "victim_killed"}) {
      for (const JournalRecord& record : journal().events(event)) names.push_back(record.text("VICTIM_COMM"));
    }
    return names;
  }
  std::string ours() { return fmt::format("forestalld (pid {})", daemon().process().pid()); }

  static constexpr const char* said_path_ = "/run/drilled";
};

// ---- With memory ----------------------------------------------------------------------------------------------------

TEST_F(Drill, IsNoticedAndEndedByTheDaemonAndTheTimesAreSaidWhileABystanderLives) {
  Hog& bystander = steady("bystander", 200 * kMiB);
  start_daemon(Limits::below_what_is_free().config());
  const Said said = drill({"--yes"});
  EXPECT_THAT(said.exit_code, Optional(0)) << said.text;
  EXPECT_THAT(said.text, HasSubstr(ours() + " ended it "));
  EXPECT_THAT(said.text, AnyOf(HasSubstr("ms after the limit was crossed, with SIGTERM"),
                               HasSubstr("at the moment the limit was crossed, with SIGTERM")));
  ASSERT_TRUE(wait_for_event("victim_gone"));
  EXPECT_THAT(victims(), ::testing::ElementsAre("forestall-drill"));
  EXPECT_TRUE(lives(bystander));
  EXPECT_FALSE(bystander.was_asked_to_end());
  EXPECT_EQ(child(), 0);
}

TEST_F(Drill, AsJsonHasTheTimesAndWhoSentTheSignal) {
  start_daemon(Limits::below_what_is_free().config());
  const auto said = nlohmann::json::parse(drill({"--yes", "--json"}).text, nullptr, false);
  ASSERT_TRUE(said.is_object());
  EXPECT_EQ(said.value("well", false), true) << said;
  const auto result = said.value("result", nlohmann::json::object());
  EXPECT_EQ(result.value("signal", 0), SIGTERM);
  EXPECT_EQ(result.value("from_pid", 0), daemon().process().pid());
  EXPECT_LT(result.value("after_crossing_usec", 0), 1'000'000);
  EXPECT_GT(result.value("held_bytes", Bytes{0}), 100 * kMiB);
}

TEST_F(Drill, ByARuleThatKillsEndsWithSigkill) {
  const Limits limits = Limits::below_what_is_free();
  start_daemon(
      fmt::format("[[rule]]\nname = \"low-memory\"\nenabled = false\n[[rule]]\nname = \"out-of-memory\"\n"
                  "mem_available_below = \"{}MiB\"\nswap_free_below = \"1024TiB\"\n",
                  limits.terminate / kMiB));
  const Said said = drill({"--yes"});
  EXPECT_THAT(said.exit_code, Optional(0)) << said.text;
  EXPECT_THAT(said.text, HasSubstr("with SIGKILL, as the rule has it"));
  ASSERT_TRUE(wait_for_event("victim_gone"));
  EXPECT_THAT(victims(), ::testing::ElementsAre("forestall-drill"));
}

TEST_F(Drill, GivesAllBackAndSaysSoWhenNothingComes) {
  start_daemon(Limits::out_of_reach().config());
  const Limits limits = Limits::below_what_is_free();
  const Said said = drill({"--yes", "--config", configure(limits.config())});
  EXPECT_THAT(said.exit_code, Optional(1));
  EXPECT_THAT(said.text, AnyOf(HasSubstr("the limit was crossed, and nothing came within 5 s"),
                               HasSubstr("the limit was crossed, and nothing had come when it held")));
  EXPECT_EQ(child(), 0);
  EXPECT_GT(mem_available(), limits.terminate);
}

TEST_F(Drill, IsNotTakenInBySomebodyElsesSigterm) {
  start_daemon(Limits::out_of_reach().config());
  const Limits limits = Limits::below_what_is_free();
  Child command = begin({"--yes", "--config", configure(limits.config())});
  ASSERT_TRUE(wait_for(kDrillTime, [&] { return held_by_child() > limits.step / 2 || command.ended(); }));
  ASSERT_GT(child(), 1) << all_of(said_path_);
  kill(child(), SIGTERM);
  const Said said = finish(command);
  EXPECT_THAT(said.exit_code, Optional(1));
  EXPECT_THAT(said.text, HasSubstr("(pid 1) and not from forestalld")) << said.text;
}

TEST_F(Drill, EndsWithItsParentWhateverHappens) {
  start_daemon(Limits::out_of_reach().config());
  const Limits limits = Limits::below_what_is_free();
  Child command = begin({"--yes", "--config", configure(limits.config())});
  ASSERT_TRUE(wait_for(kDrillTime, [&] { return held_by_child() > limits.step / 2 || command.ended(); }));
  ASSERT_GT(child(), 1) << all_of(said_path_);
  command.send(SIGKILL);
  EXPECT_TRUE(wait_for(kSoon, [&] { return command.ended() && child() == 0; }));
}

// ---- Refused --------------------------------------------------------------------------------------------------------

TEST_F(Drill, IsRefusedWhereSomebodyElseWouldGoFirst) {
  Hog& database = steady("database", Limits::below_what_is_free().step + 200 * kMiB);
  start_daemon(Limits::below_what_is_free().config());
  const Said said = drill({"--yes"});
  EXPECT_THAT(said.exit_code, Optional(1));
  EXPECT_THAT(said.text, HasSubstr(named(database, "database"))) << said.text;
  EXPECT_THAT(said.text, HasSubstr("must not cost anybody"));
  EXPECT_THAT(said.text, HasSubstr("Nothing was taken."));
  EXPECT_THAT(victims(), IsEmpty());
  EXPECT_TRUE(lives(database));
}

TEST_F(Drill, WithoutADaemonIsRefusedAndSaysThatNoneRuns) {
  const Said said = drill({"--yes", "--config", configure(Limits::below_what_is_free().config())});
  EXPECT_THAT(said.exit_code, Optional(1));
  EXPECT_THAT(said.text, HasSubstr("IN THE WAY  forestalld does not run")) << said.text;
  EXPECT_THAT(said.text, HasSubstr("Nothing was taken."));
  EXPECT_EQ(child(), 0);
}

TEST_F(Drill, OfADryRunIsRefusedAndSaysSo) {
  start_daemon(Limits::below_what_is_free().config(), {"--dry-run"});
  const Said said = drill({"--yes"});
  EXPECT_THAT(said.exit_code, Optional(1));
  EXPECT_THAT(said.text, HasSubstr("IN THE WAY  " + ours() + " only says what it would do")) << said.text;
  EXPECT_THAT(victims(), IsEmpty());
}

TEST_F(Drill, WithLimitsThatCannotBeReachedIsRefusedAndSaysWhy) {
  start_daemon(
      "[[rule]]\nname = \"low-memory\"\nenabled = false\n[[rule]]\nname = \"out-of-memory\"\nenabled = false\n");
  const Said said = drill({"--yes"});
  EXPECT_THAT(said.exit_code, Optional(1));
  EXPECT_THAT(said.text, HasSubstr("rule \"stall\": it goes by psi_full_above too")) << said.text;
}

TEST_F(Drill, TakesNothingWhereThereIsNobodyToBeAsked) {
  start_daemon(Limits::below_what_is_free().config());
  const Said said = in_a_shell("exec " FORESTALL_COMMAND " drill </dev/null");
  EXPECT_THAT(said.exit_code, Optional(2));
  EXPECT_THAT(said.text, HasSubstr("--yes")) << said.text;
  EXPECT_THAT(victims(), IsEmpty());
}

TEST_F(Drill, OnATerminalBeginsWhenYesIsTypedAndNotBySomethingElse) {
  start_daemon(Limits::below_what_is_free().config());
  const Said no = in_a_shell("echo y | script -qec '" FORESTALL_COMMAND " drill' /dev/null");
  EXPECT_THAT(no.exit_code, Optional(1));
  EXPECT_THAT(no.text, AllOf(HasSubstr("Type \"yes\" to begin"), HasSubstr("Nothing was taken."))) << no.text;
  EXPECT_THAT(victims(), IsEmpty());
  const Said yes = in_a_shell("echo yes | script -qec '" FORESTALL_COMMAND " drill' /dev/null");
  EXPECT_THAT(yes.exit_code, Optional(0));
  EXPECT_THAT(yes.text, HasSubstr(ours() + " ended it ")) << yes.text;
}

// ---- Dry ------------------------------------------------------------------------------------------------------------

TEST_F(Drill, DrySaysThatNothingIsInTheWay) {
  start_daemon(Limits::below_what_is_free().config());
  const Said said = drill({"--dry"});
  EXPECT_THAT(said.exit_code, Optional(0)) << said.text;
  EXPECT_THAT(said.text, HasSubstr("ok          " + ours() + " runs"));
  EXPECT_THAT(said.text, HasSubstr("Its loop goes round"));
  EXPECT_THAT(said.text, HasSubstr("would go first"));
  EXPECT_THAT(said.text, HasSubstr(" away\n"));
  EXPECT_THAT(said.text, Not(HasSubstr("IN THE WAY")));
  EXPECT_THAT(victims(), IsEmpty());
}

TEST_F(Drill, DryWithoutADaemonSaysThatNoneRuns) {
  const Said said = drill({"--dry", "--config", configure(Limits::below_what_is_free().config())});
  EXPECT_THAT(said.exit_code, Optional(1));
  EXPECT_THAT(said.text, HasSubstr("IN THE WAY  forestalld does not run")) << said.text;
}

TEST_F(Drill, DryOfADryRunSaysSo) {
  start_daemon(Limits::below_what_is_free().config(), {"--dry-run"});
  const Said said = drill({"--dry"});
  EXPECT_THAT(said.exit_code, Optional(1));
  EXPECT_THAT(said.text, HasSubstr("only says what it would do")) << said.text;
}

TEST_F(Drill, DryOfADaemonThatIsStoppedSaysSo) {
  start_daemon(Limits::below_what_is_free().config());
  daemon().process().send(SIGSTOP);
  const Said said = drill({"--dry"});
  daemon().process().send(SIGCONT);
  EXPECT_THAT(said.exit_code, Optional(1));
  EXPECT_THAT(said.text, HasSubstr("IN THE WAY  it is stopped")) << said.text;
}

TEST_F(Drill, DryNamesTheEntryThatProtectsIt) {
  start_daemon(Limits::below_what_is_free().config("[[protect]]\ncomm = \"^forestall-drill$\"\nuser = \"root\"\n"));
  const Said said = drill({"--dry"});
  EXPECT_THAT(said.exit_code, Optional(1));
  EXPECT_THAT(said.text, HasSubstr("would be spared: it matches [[protect]] entry 1")) << said.text;
}

TEST_F(Drill, DryWhereAnotherWouldGoFirstNamesItAndIsWell) {
  Hog& database = steady("database", Limits::below_what_is_free().step + 200 * kMiB);
  start_daemon(Limits::below_what_is_free().config());
  const Said said = drill({"--dry"});
  EXPECT_THAT(said.exit_code, Optional(0)) << said.text;
  EXPECT_THAT(said.text, HasSubstr(named(database, "database")));
  EXPECT_THAT(said.text, HasSubstr("would be refused"));
}

TEST_F(Drill, AMistakeInTheConfigurationIsOneLineAndExitCode2) {
  const Said said = drill({"--dry", "--config", configure("[kill]\ngrase = \"2s\"\n")});
  EXPECT_THAT(said.exit_code, Optional(2));
  EXPECT_EQ(said.lines(), 1) << said.text;
}

}  // namespace
}  // namespace forestall::testing
