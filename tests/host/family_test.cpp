// SPDX-License-Identifier: MIT
// Those who are guilty together: they are ended together, all of them and nobody else.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <functional>

#include "host/host_test.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;

std::ptrdiff_t how_many(const std::function<bool(const Stat&)>& are_meant) {
  return std::ranges::count_if(everybody(), are_meant);
}
std::ptrdiff_t how_many(std::string_view comm) {
  return how_many([&](const Stat& one) { return one.comm.view() == comm; });
}
std::ptrdiff_t how_many_are_halted() {
  return how_many([](const Stat& one) { return one.state == 'T'; });
}

class Family : public HostTest {
 protected:
  /// A bystander that is smaller than the swarm will be, and much larger than any one of it.
  void SetUp() override {
    HostTest::SetUp();
    if (HasFatalFailure() || IsSkipped()) return;
    bystander_ = &steady("bystander", Limits::below_what_is_free().step / 2 / kMiB * kMiB);
    limits_ = Limits::below_what_is_free();
  }

  /// As forestalld.service has it, Nice=-20: hundreds of hogs leave little of a small machine. Without root it stays
  /// as it is.
  void start(const std::string& config, const std::vector<std::string>& options = {}) {
    start_daemon(config, options);
    setpriority(PRIO_PROCESS, static_cast<id_t>(daemon().process().pid()), -20);
  }

  /// Some two hundred when the terminate limit is passed; the rest is for a machine that gets memory from elsewhere.
  [[nodiscard]] std::vector<std::string> swarm_of_hundreds() const {
    const Bytes each = std::max(limits_.step / 200 / kMiB, Bytes{1});
    const Bytes children = limits_.step * 2 / kMiB / each;
    return {"swarm", "--children", fmt::format("{}", children), "--each", fmt::format("{}", each), "--every", "4"};
  }
  Hog& swarm(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = swarm_of_hundreds();
    arguments.insert(arguments.end(), more.begin(), more.end());
    return begun(hog("swarm", arguments));
  }
  /// Its first child is born, so its process group is made.
  Hog& begun(Hog& parent) {
    EXPECT_TRUE(wait_for(kSoon, [&] { return parent.note().births > 0; }));
    return parent;
  }

  /// To be asked when the victim is gone, as the journal has it.
  void expect_peace() {
    const std::size_t so_far = journal().events("victim_terminated").size();
    EXPECT_FALSE(wait_for(300ms, [&] { return journal().events("victim_terminated").size() > so_far; }))
        << "one more, though memory is back";
    EXPECT_EQ(how_many_are_halted(), 0);
    EXPECT_TRUE(lives(*bystander_));
    EXPECT_EQ(bystander_->note().terms, 0U);
    EXPECT_EQ(bystander_->note().resumed, 0U) << "it was halted for what others did";
  }

  /// The only event of this name since the test began.
  JournalRecord the(const std::string& event) {
    EXPECT_EQ(journal().events(event).size(), 1U) << event;
    return journal().has_event(event) ? journal().events(event).front() : JournalRecord{};
  }

  static void expect_family(const JournalRecord& record, const Hog& head, std::uint32_t processes) {
    EXPECT_EQ(record.number("VICTIM_PID"), static_cast<std::uint64_t>(head.pid()));
    EXPECT_EQ(record.text("VICTIM_KIND"), "family");
    EXPECT_EQ(record.number("VICTIM_PROCESSES"), processes) << record.text("EVENT");
  }

  Limits limits_{};
  Hog* bystander_ = nullptr;
};

TEST_F(Family, ASwarmGoesAsOneAndTheLargerBystanderLives) {
  Hog& parent = swarm();
  start(limits_.config());
  ASSERT_TRUE(wait_for_event("victim_gone"));
  EXPECT_EQ(how_many("swarm"), 0) << "said to be gone";
  expect_peace();
  const HogNote& note = parent.note();
  EXPECT_EQ(parent.child().killed_by(), SIGTERM);
  EXPECT_EQ(note.orphans, 0U) << "nobody stopped them before their parent died";
  EXPECT_GE(note.terms, 100U);
  EXPECT_NEAR(note.terms, note.births + 1, 1) << "of those born and their parent, who may have been halted in a birth";
  expect_family(the("victim_terminated"), parent, note.terms);
  expect_family(the("victim_gone"), parent, note.terms);
  const Bytes said = the("victim_terminated").number("VICTIM_ANON_BYTES").value_or(0);
  EXPECT_GT(said, limits_.step / 2) << "the sum of them all";
  EXPECT_LT(said, note.held_at_term * 5 / 4) << "with page tables and stacks";
  EXPECT_FALSE(journal().has_event("victim_killed"));
}

TEST_F(Family, OfTwoHundredNobodyIsLeftAndWhoHoldsMoreThanAllOfThemLives) {
  const Bytes size = limits_.step * 3 / 2 / kMiB * kMiB;
  Hog& larger = steady("larger", size);
  limits_ = Limits::below_what_is_free();
  start(limits_.config());  // before they are there: who is growing is to be seen
  Hog& parent = swarm();
  ASSERT_TRUE(wait_for_event("victim_gone"));
  EXPECT_EQ(how_many("swarm"), 0) << "said to be gone";
  expect_peace();
  EXPECT_EQ(parent.child().killed_by(), SIGTERM);
  EXPECT_GE(parent.note().terms, 190U);
  EXPECT_LT(parent.note().held_at_term, size) << "they were to hold less than he";
  expect_family(the("victim_terminated"), parent, parent.note().terms);
  EXPECT_TRUE(lives(larger));
  EXPECT_EQ(larger.note().terms, 0U);
}

TEST_F(Family, ASwarmThatIgnoresSigtermIsKilledWithThoseBornMeanwhile) {
  Hog& parent = swarm({"--ignore-term"});
  start(limits_.config("[kill]\ngrace = \"1s\"\n"));
  ASSERT_TRUE(wait_for_event("victim_killed"));
  const HogNote& note = parent.note();
  ASSERT_TRUE(wait_for_event("victim_gone"));
  EXPECT_EQ(how_many("swarm"), 0) << "said to be gone";
  expect_peace();
  EXPECT_EQ(parent.child().killed_by(), SIGKILL);
  EXPECT_EQ(note.orphans, 0U) << "nobody killed them before their parent died";
  EXPECT_EQ(note.resumed, note.terms) << "whoever is asked to end is halted until all are asked";
  expect_family(the("victim_terminated"), parent, note.terms);
  const JournalRecord killed = the("victim_killed");
  EXPECT_GT(killed.number("VICTIM_PROCESSES"), note.terms) << "those born after SIGTERM go too";
  EXPECT_NEAR(static_cast<double>(killed.number("VICTIM_PROCESSES").value_or(0)), note.births + 1, 1);
  EXPECT_EQ(killed.text("INCIDENT_ID"), the("victim_terminated").text("INCIDENT_ID"));
  EXPECT_EQ(killed.text("INCIDENT_ID"), the("victim_gone").text("INCIDENT_ID"));
}

TEST_F(Family, AParentThatReplacesItsChildrenGoesWithTheThird) {
  Hog& parent = begun(hog("respawn", {"respawn", "--rate", limits_.mib(1.4), "--limit", limits_.mib(1.8)}));
  start(limits_.config());
  ASSERT_TRUE(wait_for(kLater, [&] { return parent.ended(); })) << parent.note().births << " children so far";
  EXPECT_TRUE(wait_for(kSoon, [&] { return journal().events("victim_gone").size() == 3; }));
  EXPECT_EQ(how_many("respawn"), 0) << "said to be gone";
  expect_peace();
  EXPECT_EQ(parent.child().killed_by(), SIGTERM);
  EXPECT_EQ(parent.note().births, 3U);
  EXPECT_EQ(parent.note().orphans, 0U) << "its child was not stopped before it died";
  const std::vector<JournalRecord> ended = journal().events("victim_terminated");
  ASSERT_EQ(ended.size(), 3U);
  EXPECT_EQ(ended[0].text("VICTIM_KIND"), "process");
  EXPECT_EQ(ended[1].text("VICTIM_KIND"), "process");
  expect_family(ended[2], parent, 2);
}

TEST_F(Family, AParentThatWasSeenBeforeItMadeItsGroupGoesWithIt) {
  std::vector<std::string> arguments = swarm_of_hundreds();
  arguments.insert(arguments.end(), {"--settle", "250", "--every", "2"});
  Hog& parent = hog("swarm", arguments);
  start(limits_.config());
  ASSERT_TRUE(wait_for_event("victim_gone"));
  EXPECT_EQ(how_many("swarm"), 0) << "said to be gone";
  expect_peace();
  expect_family(the("victim_terminated"), parent, parent.note().terms);
}

TEST_F(Family, OfProcessesOneByOneTheLargestIsTheBystander) {
  Hog& parent = swarm();
  start(limits_.config("kind = \"process\"\n"));  // of [victim], which is open
  ASSERT_TRUE(wait_for(kLater, [&] { return bystander_->ended(); }));
  EXPECT_EQ(bystander_->child().killed_by(), SIGTERM);
  EXPECT_TRUE(lives(parent));
  EXPECT_EQ(parent.note().terms, 0U);
  EXPECT_EQ(parent.note().resumed, 0U);
  EXPECT_EQ(event_about("victim_terminated", *bystander_).text("VICTIM_KIND"), "process");
}

TEST_F(Family, ADryRunSaysWhomItMeansAndHaltsNobody) {
  Hog& parent = swarm();
  start(limits_.config(), {"--dry-run"});
  std::ptrdiff_t most_halted = 0;
  const auto look_at_states = [&] {
    most_halted = std::max(most_halted, how_many_are_halted());
    return false;
  };
  ASSERT_TRUE(wait_for(kLater, [&] { return look_at_states() || journal().has_event("victim_terminated"); }));
  wait_for(500ms, look_at_states);
  EXPECT_EQ(most_halted, 0);
  EXPECT_EQ(parent.note().resumed, 0U) << "they were halted and let go again";
  EXPECT_EQ(parent.note().terms, 0U);
  EXPECT_TRUE(lives(parent));
  EXPECT_TRUE(lives(*bystander_));
  const JournalRecord would = the("victim_terminated");
  EXPECT_EQ(would.text("DRY_RUN"), "1");
  EXPECT_EQ(would.number("VICTIM_PID"), static_cast<std::uint64_t>(parent.pid()));
  EXPECT_EQ(would.text("VICTIM_KIND"), "family");
  EXPECT_GE(would.number("VICTIM_PROCESSES"), 100U);
}

TEST_F(Family, AShellOutlivesTheJobThatItStarted) {
  const std::vector<std::string> arguments = swarm_of_hundreds();
  const std::string job = fmt::format("{} {} --comm swarm", FORESTALL_HOG, fmt::join(arguments, " "));
  Child shell({"/bin/sh", {"sh", "-c", job + " & wait $!; exit $?"}, {}, "/run/shell-said"});
  ASSERT_TRUE(wait_for(kSoon, [&] { return how_many("swarm") > 1; }));
  start(limits_.config());
  ASSERT_TRUE(wait_for_event("victim_gone"));
  const auto leader = static_cast<pid_t>(the("victim_gone").number("VICTIM_PID").value_or(0));
  ASSERT_TRUE(wait_for(kSoon, [&] { return shell.ended(); })) << "its job is gone";
  EXPECT_THAT(shell.exit_code(), ::testing::Optional(128 + SIGTERM)) << "what it has to say of its job";
  end_group(leader);
  EXPECT_EQ(how_many("swarm"), 0);
  EXPECT_EQ(the("victim_gone").text("VICTIM_KIND"), "family");
  expect_peace();
}

}  // namespace
}  // namespace forestall::testing
