// SPDX-License-Identifier: MIT
// A program leaks in earnest, beside one that does nothing wrong: who dies, and whether the record of it is true.
#include <sys/types.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/text.h"
#include "host/host_test.h"
#include "support/clock_linux.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr Bytes kRate = 400 * kMiB;
constexpr Bytes kBystander = 128 * kMiB;
/// What the rest of the machine may take or give back in the moment between two looks.
constexpr Bytes kElsewhere = 256 * kMiB;

/// The fields that have something to say in every record of a victim.
constexpr std::string_view kAlways =
    "MESSAGE MESSAGE_ID PRIORITY EVENT INCIDENT_ID RULE RULE_ACTION REASON MEM_AVAILABLE_BYTES SWAP_LEFT_BYTES "
    "VICTIM_PID VICTIM_COMM VICTIM_EXE VICTIM_CMDLINE VICTIM_UID VICTIM_CGROUP VICTIM_SCORE VICTIM_ANON_BYTES "
    "VICTIM_SWAP_BYTES VICTIM_OOM_SCORE_ADJ PROMISED_BYTES CANDIDATES_JSON SPARED_JSON";

/// "/system.slice/x.service" of "0::/system.slice/x.service"; the same for every process of this test.
std::string cgroup_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/cgroup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return {};
}

double sum_of_terms(const json& candidate) {
  double sum = 0;
  for (const json& term : candidate.at("terms")) sum += term.at("points").get<double>();
  return sum;
}

class Leak : public HostTest {
 protected:
  void SetUp() override {
    HostTest::SetUp();
    if (HasFatalFailure() || IsSkipped()) return;
    bystander_ = &steady("bystander", kBystander);
    limits_ = Limits::below_what_is_free();
    start_daemon(limits_.config());
  }

  /// A leak that is ended by the daemon. Its records are in terminated_ and gone_.
  void let_one_leak() {
    leak_ = &hog("leak", {"leak", "--rate", "400", "--start", "200", "--limit", limits_.mib(3.2)});
    cgroup_ = cgroup_of(leak_->pid());
    exe_ = std::filesystem::read_symlink("/proc/" + std::to_string(leak_->pid()) + "/exe");
    ASSERT_TRUE(wait_for(kLater, [&] { return leak_->ended(); }))
        << "the leak lives; it holds " << leak_->held() / kMiB << " MiB, available are " << mem_available() / kMiB
        << " MiB, the limit is " << limits_.terminate / kMiB << " MiB";
    ASSERT_TRUE(wait_for_event("victim_gone")) << "nobody said so";
    terminated_ = event_about("victim_terminated", *leak_);
    gone_ = event_about("victim_gone", *leak_);
  }

  static void expect_complete(const JournalRecord& record, std::string_view fields) {
    for (std::string_view field = take_word(fields); !field.empty(); field = take_word(fields)) {
      EXPECT_FALSE(record.text(field).empty()) << record.text("EVENT") << " says nothing of " << field;
    }
  }

  void expect_complete_records() {
    expect_complete(terminated_, kAlways);
    expect_complete(gone_, kAlways);
    expect_complete(gone_, "FREED_BYTES EXIT_USEC MEMORY_BACK_USEC OUTCOME");
    EXPECT_TRUE(terminated_.has("VICTIM_UNIT"));
  }

  void expect_true_words() {
    EXPECT_THAT(terminated_.text("INCIDENT_ID"), MatchesRegex("[0-9a-f]{32}"));
    EXPECT_EQ(terminated_.text("INCIDENT_ID"), gone_.text("INCIDENT_ID"));
    EXPECT_THAT(terminated_.text("MESSAGE_ID"), MatchesRegex("[0-9a-f]{32}"));
    EXPECT_NE(terminated_.text("MESSAGE_ID"), gone_.text("MESSAGE_ID"));
    EXPECT_EQ(terminated_.text("RULE"), "low-memory");
    EXPECT_EQ(terminated_.text("RULE_ACTION"), "terminate");
    EXPECT_THAT(terminated_.text("REASON"), HasSubstr("low-memory"));
    EXPECT_EQ(terminated_.text("OOM_SIGNAL"), "SIGTERM");

    EXPECT_EQ(terminated_.text("VICTIM_COMM"), "leak");
    EXPECT_THAT(terminated_.text("VICTIM_CMDLINE"), HasSubstr("leak --rate 400"));
    EXPECT_EQ(terminated_.text("VICTIM_EXE"), exe_);
    EXPECT_EQ(terminated_.number("VICTIM_UID"), 0U);
    EXPECT_EQ(terminated_.text("VICTIM_CGROUP"), cgroup_);
    EXPECT_EQ(terminated_.number("VICTIM_OOM_SCORE_ADJ"), 0U);
    EXPECT_EQ(gone_.text("OUTCOME"), "memory_back");
  }

  void expect_true_numbers() {
    const Bytes held = leak_->note().held_at_term;
    const auto number = [](const JournalRecord& record, const char* field) {
      return static_cast<double>(record.number(field).value_or(0));
    };
    const auto amount = [](Bytes bytes) { return static_cast<double>(bytes); };

    // Between the look at /proc and the arrival of SIGTERM it leaked on, for some tens of milliseconds.
    EXPECT_NEAR(number(terminated_, "VICTIM_ANON_BYTES") + number(terminated_, "VICTIM_SWAP_BYTES"), amount(held),
                amount(kRate / 5));
    EXPECT_LT(number(terminated_, "MEM_AVAILABLE_BYTES"), amount(limits_.terminate));
    EXPECT_GT(number(terminated_, "MEM_AVAILABLE_BYTES"), amount(limits_.terminate - kRate / 5 - kElsewhere));
    EXPECT_NEAR(number(terminated_, "PROMISED_BYTES"), amount(held), amount(kRate / 5));

    const double freed = number(gone_, "FREED_BYTES");
    EXPECT_LE(freed, amount(held + held / 10 + kElsewhere));
    EXPECT_GE(freed, amount(held - held / 10 - kElsewhere));
    const double risen = number(gone_, "MEM_AVAILABLE_BYTES") - number(terminated_, "MEM_AVAILABLE_BYTES");
    EXPECT_NEAR(freed, risen, amount(kRate / 5 + kElsewhere));

    const Duration took = leak_->child().ended_at() - leak_->term_at();
    const Duration said = std::chrono::microseconds(gone_.number("EXIT_USEC").value_or(0));
    EXPECT_NEAR(milliseconds(said), milliseconds(took), 150);
    EXPECT_LE(gone_.number("MEMORY_BACK_USEC").value_or(0), 2'000'000U);
  }

  void expect_true_candidates() {
    const json candidates = json::parse(terminated_.text("CANDIDATES_JSON"), nullptr, false);
    ASSERT_TRUE(candidates.is_array() && candidates.size() >= 2) << candidates;
    EXPECT_EQ(candidates[0].at("pid"), leak_->pid());
    EXPECT_EQ(candidates[0].at("comm"), "leak");
    EXPECT_NEAR(candidates[0].at("score").get<double>(), std::stod(terminated_.text("VICTIM_SCORE")), 0.051);
    std::vector<pid_t> pids;
    for (const json& candidate : candidates) {
      pids.push_back(candidate.at("pid"));
      EXPECT_NEAR(sum_of_terms(candidate), candidate.at("score").get<double>(), 1e-6) << candidate;
      EXPECT_LE(candidate.at("score"), candidates[0].at("score"));
    }
    EXPECT_THAT(pids, Contains(bystander_->pid()));
    EXPECT_TRUE(json::parse(terminated_.text("SPARED_JSON"), nullptr, false).is_array());
  }

  Limits limits_{};
  Hog* bystander_ = nullptr;
  Hog* leak_ = nullptr;
  std::string cgroup_;
  std::string exe_;
  JournalRecord terminated_;
  JournalRecord gone_;
};

TEST_F(Leak, DiesOfSigtermAndTheBystanderLives) {
  ASSERT_NO_FATAL_FAILURE(let_one_leak());
  EXPECT_EQ(leak_->child().killed_by(), SIGTERM);
  EXPECT_EQ(leak_->note().terms, 1U) << "one SIGTERM is enough";
  EXPECT_TRUE(lives(*bystander_));
  EXPECT_FALSE(bystander_->was_asked_to_end());
  EXPECT_FALSE(journal().has_event("victim_killed"));
}

TEST_F(Leak, LeavesARecordThatIsCompleteAndTrue) {
  ASSERT_NO_FATAL_FAILURE(let_one_leak());
  expect_complete_records();
  expect_true_words();
  expect_true_numbers();
  expect_true_candidates();
}

TEST_F(Leak, TwoAtOnceDieOneAfterTheOther) {
  const std::vector<std::string> arguments{"leak", "--rate", "250", "--start", "200", "--limit", limits_.mib(2.2)};
  Hog& one = hog("leak-one", arguments);
  Hog& two = hog("leak-two", arguments);
  ASSERT_TRUE(wait_for(kLater, [&] { return one.ended() && two.ended(); })) << "either would fill the memory alone";
  ASSERT_TRUE(wait_for(kSoon, [&] { return journal().events("victim_gone").size() == 2; }));

  std::set<std::string> being_ended;
  for (const JournalRecord& record : journal().records()) {
    const std::string event = record.text("EVENT");
    if (event == "victim_terminated") being_ended.insert(record.text("VICTIM_PID"));
    EXPECT_LE(being_ended.size(), 1U) << "a second victim before the memory of the first was back";
    if (event == "victim_gone" || event == "victim_survived") being_ended.erase(record.text("VICTIM_PID"));
  }
  EXPECT_TRUE(lives(*bystander_));
  EXPECT_FALSE(bystander_->was_asked_to_end());
}

}  // namespace
}  // namespace forestall::testing
