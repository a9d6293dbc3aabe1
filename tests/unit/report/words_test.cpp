// SPDX-License-Identifier: MIT
#include "report/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "unit/report/incidents.h"

namespace forestall {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

Reading reading(std::int64_t measured, std::int64_t limit) { return {true, true, true, measured, limit}; }
Reading bytes(Bytes measured, Bytes limit) {
  return reading(static_cast<std::int64_t>(measured), static_cast<std::int64_t>(limit));
}

Headroom with_swap() {
  Headroom h;
  h.available = 2 * kGiB;
  h.user_total = 15 * kGiB;
  h.swap_left = 3 * kGiB;
  h.swap_total = 4 * kGiB;
  return h;
}

TEST(ReadingInWords, PutsEachNumberBesideItsLimit) {
  const Headroom h = with_swap();
  EXPECT_EQ(in_words(Condition::mem_available_below, bytes(kGiB, 1536 * kMiB), h),
            "memory available 1 GiB, limit 1.5 GiB");
  EXPECT_EQ(in_words(Condition::swap_free_below, bytes(100 * kMiB, 409 * kMiB), h), "swap left 100 MiB, limit 409 MiB");
  EXPECT_EQ(in_words(Condition::psi_some_above, reading(255'000, 200'000), h),
            "some task stalled 25.5 % of the time, limit 20 %");
  EXPECT_EQ(in_words(Condition::psi_full_above, reading(1'000'000, 200'000), h),
            "all tasks stalled 100 % of the time, limit 20 %");
  EXPECT_EQ(in_words(Condition::refaults_above, reading(2'000'000, 500'000), h),
            "refaults 200 % of the file cache per second, limit 50 %");
  EXPECT_EQ(
      in_words(Condition::exhausted_within, reading(Duration(seconds(3)).count(), Duration(seconds(10)).count()), h),
      "memory exhausted in 3 s, limit 10 s");
  EXPECT_EQ(in_words(Condition::exhausted_within, reading(INT64_MAX, Duration(seconds(10)).count()), h),
            "memory does not fall, limit exhaustion within 10 s");
  EXPECT_EQ(in_words(Condition::commit_free_below, bytes(0, kGiB), h), "commit limit left 0 B, limit 1 GiB");
}

TEST(ReadingInWords, TwoAmountsNeverLookAlikeUnlessTheyAre) {
  EXPECT_EQ(in_words(Condition::mem_available_below, bytes(kGiB + 4 * kMiB, kGiB + 5 * kMiB), Headroom{}),
            "memory available 1028 MiB, limit 1029 MiB");
}

TEST(ReadingInWords, WithoutSwapThereIsNoNumber) {
  EXPECT_EQ(in_words(Condition::swap_free_below, bytes(0, 0), Headroom{}), "no swap");
}

TEST(ReadingInWords, SaysWhatCannotBeTold) {
  for (const Condition c : kAllConditions) {
    EXPECT_EQ(in_words(c, Reading{true, false, false, 0, 5}, Headroom{}),
              std::string(name_of(c)) + " cannot be told on this machine");
  }
}

TEST(VerdictInWords, JoinsTheConditionsThatAreGiven) {
  const Incident i = testing::incident();
  EXPECT_EQ(in_words(i.verdict.deciding(), i.verdict.headroom), "memory available 1.4 GiB, limit 1.5 GiB; no swap");
  EXPECT_EQ(in_words(RuleVerdict{}, Headroom{}), "");
}

Rule whole_rule() {
  Rule rule;
  rule.mem_available_below = Size::of(Share::percent(10));
  rule.swap_free_below = Size::of(Share::percent(10));
  rule.psi_some_above = Share::percent(40);
  rule.psi_full_above = Share::percent(20);
  rule.refaults_above = Share::percent(50);
  rule.exhausted_within = seconds(10);
  rule.commit_free_below = Size::of(kGiB);
  rule.hold = seconds(1);
  return rule;
}

TEST(RuleInWords, TellsWhatItMeansOnThisMachine) {
  EXPECT_EQ(in_words(whole_rule(), with_swap(), seconds(5)),
            "less than 1.5 GiB of memory available, and less than 410 MiB of swap left, "
            "and some task stalled for more than 40 % of 2 s, and all tasks stalled for more than 20 % of 2 s, "
            "and more than 50 % of the file cache refaulting per second, and memory and swap exhausted within 10 s, "
            "and less than 1 GiB of the commit limit left, for 1 s: SIGTERM to the best victim, SIGKILL after 5 s");
}

TEST(RuleInWords, TellsWhatItDoes) {
  Rule rule;
  rule.swap_free_below = Size::of(Share::percent(10));
  EXPECT_EQ(in_words(rule, Headroom{}, seconds(5)),
            "no swap left (there is none): SIGTERM to the best victim, SIGKILL after 5 s");
  rule.grace = seconds(1);
  EXPECT_THAT(in_words(rule, Headroom{}, seconds(5)), HasSubstr("SIGKILL after 1 s"));
  rule.action = Action::kill;
  EXPECT_THAT(in_words(rule, Headroom{}, seconds(5)), HasSubstr(": SIGKILL to the best victim at once"));
  rule.action = Action::notify;
  EXPECT_THAT(in_words(rule, Headroom{}, seconds(5)), HasSubstr(": warn"));
}

TEST(HeadroomInWords, TellsMemoryAndSwap) {
  EXPECT_EQ(in_words(with_swap()), "2 GiB of 15 GiB available, 3 GiB of 4 GiB swap left");
  Headroom h = with_swap();
  h.swap_total = h.swap_left = 0;
  EXPECT_EQ(in_words(h), "2 GiB of 15 GiB available, no swap");
}

TEST(MercyInWords, EachHasAReasonAndANameOfItsOwn) {
  std::set<std::string> reasons;
  std::set<std::string_view> names;
  for (const Mercy mercy : testing::kAllMercies) {
    reasons.insert(in_words(mercy, 0));
    names.insert(name_of(mercy));
  }
  EXPECT_EQ(reasons.size(), testing::kAllMercies.size());
  EXPECT_EQ(names.size(), testing::kAllMercies.size());
  EXPECT_FALSE(reasons.contains("") || names.contains(""));
}

TEST(MercyInWords, EntriesAreCountedFromOne) {
  EXPECT_EQ(in_words(Mercy::protect, 0), "matches [[protect]] entry 1");
  EXPECT_EQ(in_words(Mercy::protect, UINT16_MAX), "matches [[protect]] entry 65536");
}

TEST(Names, OfEventsAndOutcomesAreDistinct) {
  std::set<std::string_view> names;
  for (const Event event : testing::kAllEvents) names.insert(name_of(event));
  for (const Outcome outcome : testing::kAllOutcomes) names.insert(name_of(outcome));
  EXPECT_EQ(names.size(), testing::kAllEvents.size() + testing::kAllOutcomes.size());
  EXPECT_FALSE(names.contains(""));
}

TEST(PerMille, HasASignAndOneDecimal) {
  EXPECT_EQ(per_mille(12'345), "+12.3");
  EXPECT_EQ(per_mille(-1'000'000), "-1000.0");
  EXPECT_EQ(per_mille(0), "+0.0");
}

TEST(ProcessInWords, NamesPidUserAndUnit) {
  EXPECT_EQ(in_words(testing::candidate(4242, "firefox", kGiB).process),
            "firefox (pid 4242, uid 1000, app-firefox.scope)");
  ProcessNote p = testing::candidate(4242, "firefox", kGiB).process;
  p.unit = {};
  EXPECT_EQ(in_words(p), "firefox (pid 4242, uid 1000)");
}

TEST(ProcessInWords, NamesAFamilyByItsHead) {
  ProcessNote p = testing::candidate(4242, "make\n", kGiB).process;
  p.kind = Kind::family;
  p.processes = 33;
  EXPECT_EQ(in_words(p), "the family of make\\x0a (33 processes from pid 4242 down, uid 1000, app-firefox.scope)");
  p.unit = {};
  EXPECT_EQ(in_words(p), "the family of make\\x0a (33 processes from pid 4242 down, uid 1000)");
}

TEST(ProcessInWords, NamesAUnitByItsName) {
  ProcessNote p = testing::candidate(4242, "batch\n", kGiB).process;
  p.kind = Kind::unit;
  p.processes = 40;
  p.unit.assign("batch\n.service");
  EXPECT_EQ(in_words(p), "the unit batch\\x0a.service (40 processes, the oldest is batch\\x0a, pid 4242, uid 1000)");
}

TEST(ProcessInWords, NamesAContainerAndAMachine) {
  ProcessNote p = testing::candidate(7, "java", kGiB).process;
  p.unit.assign("docker-" + std::string(12, 'a') + std::string(52, 'b') + ".scope");
  EXPECT_EQ(in_words(p), "java (pid 7, uid 1000, container aaaaaaaaaaaa)");
  p.kind = Kind::unit;
  p.processes = 3;
  p.unit.assign("machine-qemu\\x2d1\\x2dweb\\x1b.scope");
  EXPECT_EQ(in_words(p), "the machine qemu-1-web\\x1b (3 processes, the oldest is java, pid 7, uid 1000)");
}

TEST(CompanyInWords, SaysWhoGoesWithItAndWhoIsWeighedWithIt) {
  CandidateNote c = testing::candidate(4242, "x", kGiB);
  EXPECT_EQ(company_in_words(c), "");
  c.counted = 2;
  EXPECT_EQ(company_in_words(c), "weighed together with 1 other");
  c.counted = 12;
  EXPECT_EQ(company_in_words(c), "weighed together with 11 others");
  c.process.kind = Kind::family;
  c.process.processes = 7;
  EXPECT_EQ(company_in_words(c), "family of 7 processes, weighed together with 5 others");
  c.process.kind = Kind::unit;
  c.process.processes = 12;
  EXPECT_EQ(company_in_words(c), "unit of 12 processes");
  c.process.processes = 13;
  EXPECT_EQ(company_in_words(c), "unit of 13 processes") << "one was born since they were counted";
}

TEST(IdInWords, Has32Digits) {
  EXPECT_EQ(in_words(IncidentId{0x0123456789abcdef, 0x10}), "0123456789abcdef0000000000000010");
}

}  // namespace
}  // namespace forestall
