// SPDX-License-Identifier: MIT
// What is found of the kernel and of swap, and what is not.
#include "cli/made_up_machine.h"

namespace forestall::testing {
namespace {

using cli::Severity;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST(KernelChecks, OfAMachineThatIsWellNothingIsSaid) { EXPECT_THAT(ills(well()), IsEmpty()); }

TEST(KernelChecks, EveryFindingSaysWhatWhyAndWhatMendsIt) {
  auto m = well();
  m.sample.psi.reset();
  m.sample.memory.swap_total = m.sample.memory.swap_free = 0;
  m.overcommit_memory = 2;
  m.panic_on_oom = 1;
  m.min_ttl_ms = 1000;
  const auto findings = cli::diagnose(m);
  EXPECT_EQ(findings.size(), 5U);
  for (const auto& f : findings) {
    EXPECT_THAT(f.title, ::testing::EndsWith(".")) << f.check;
    EXPECT_THAT(f.why, ::testing::EndsWith(".")) << f.check;
    EXPECT_THAT(f.mend, Not(IsEmpty())) << f.check;
  }
  EXPECT_TRUE(std::ranges::is_sorted(findings, {}, &cli::Finding::severity));
}

TEST(KernelChecks, WithoutPsiTheRulesThatNeedItAreNamed) {
  auto m = well();
  m.sample.psi.reset();
  m.config.rules.push_back({.name = "asleep", .enabled = false, .psi_some_above = Share::percent(5)});
  m.config.rules.push_back({.name = "some", .psi_some_above = Share::percent(5)});
  m.config.rules.push_back({.name = "low", .mem_available_below = Size::of(kGiB)});
  const auto f = finding(m, "psi");
  EXPECT_EQ(f.severity, Severity::should);
  EXPECT_THAT(f.why, HasSubstr("without it: stall, some."));
}

TEST(KernelChecks, WithoutPsiAndWithoutARuleThatNeedsItNothingIsMissing) {
  auto m = well();
  m.sample.psi.reset();
  m.config.rules.front().enabled = false;
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(KernelChecks, NoSwapIsWorthANoteAndHalfOfRamIsProposed) {
  auto m = well();
  m.sample.memory.swap_total = m.sample.memory.swap_free = 0;
  m.sample.memory.mem_total = 6 * kGiB + kMiB;
  const auto f = finding(m, "no-swap");
  EXPECT_EQ(f.severity, Severity::note);
  EXPECT_THAT(f.mend, Contains(HasSubstr("fallocate -l 3G ")));
  EXPECT_THAT(ills(m), ElementsAre("no-swap"));
}

TEST(KernelChecks, TheProposedSwapIsNeverLessThanOneGibibyteNorMoreThanEight) {
  auto m = well();
  m.sample.memory.swap_total = 0;
  m.sample.memory.mem_total = kGiB / 2;
  EXPECT_THAT(finding(m, "no-swap").mend, Contains(HasSubstr("-l 1G ")));
  m.sample.memory.mem_total = 512 * kGiB;
  EXPECT_THAT(finding(m, "no-swap").mend, Contains(HasSubstr("-l 8G ")));
}

TEST(KernelChecks, SwapIsTinyBelowAnEighthOfRam) {
  auto m = well();
  m.sample.memory.swap_total = 2 * kGiB - 1;
  EXPECT_THAT(finding(m, "tiny-swap").title, HasSubstr("beside 16 GiB of RAM"));
  m.sample.memory.swap_total = 2 * kGiB;
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(KernelChecks, FourGibibytesOfSwapAreNeverTiny) {
  auto m = well();
  m.sample.memory.mem_total = 64 * kGiB;
  m.sample.memory.swap_total = 4 * kGiB;
  EXPECT_THAT(ills(m), IsEmpty());
  m.sample.memory.swap_total = 4 * kGiB - 1;
  EXPECT_THAT(ills(m), ElementsAre("tiny-swap"));
}

TEST(KernelChecks, ZramThatDoesNotCompressIsFoundOnceEnoughIsStored) {
  auto m = well();
  m.swappiness = 150;
  m.sample.zram = {.swap_size = 8 * kGiB, .swap_used = kGiB, .stored = 1000 * kMiB, .cost = 800 * kMiB};
  EXPECT_THAT(finding(m, "zram-ratio").title, HasSubstr("1000 MiB are stored in 800 MiB of RAM"));
  m.sample.zram.cost = 790 * kMiB;
  EXPECT_THAT(ills(m), IsEmpty());
  m.sample.zram = {.swap_size = 8 * kGiB, .swap_used = kMiB, .stored = kMiB, .cost = kMiB};
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(KernelChecks, WhereAllSwapIsZramSwappinessShouldBeHigh) {
  auto m = well();
  m.sample.zram.swap_size = 8 * kGiB;
  m.swappiness = 99;
  EXPECT_THAT(finding(m, "zram-swappiness").mend, ElementsAre(HasSubstr("vm.swappiness=150")));
  m.swappiness = 100;
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(KernelChecks, WithADiskBesideZramSwappinessIsLeftAlone) {
  auto m = well();
  m.sample.zram.swap_size = 7 * kGiB;
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(KernelChecks, MglruThatKillsByItselfIsFound) {
  auto m = well();
  m.min_ttl_ms = 1000;
  const auto f = finding(m, "min-ttl");
  EXPECT_EQ(f.severity, Severity::should);
  EXPECT_THAT(f.title, HasSubstr("1000 ms"));
}

TEST(KernelChecks, MglruThatIsSwitchedOffKillsNobody) {
  auto m = well();
  m.min_ttl_ms = 1000;
  m.lru_gen_enabled = 6;
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(KernelChecks, StrictCommitWantsARuleThatWatchesIt) {
  auto m = well();
  m.overcommit_memory = 2;
  EXPECT_EQ(finding(m, "strict-commit").severity, Severity::should);
  m.config.rules.push_back({.name = "commit", .commit_free_below = Size::of(Share::percent(5))});
  EXPECT_THAT(ills(m), IsEmpty());
  m.config.rules.back().enabled = false;
  EXPECT_THAT(ills(m), ElementsAre("strict-commit"));
}

TEST(KernelChecks, PromisesWithoutLimitAreWorthANote) {
  auto m = well();
  m.overcommit_memory = 1;
  EXPECT_EQ(finding(m, "overcommit").severity, Severity::note);
}

TEST(KernelChecks, AKernelThatPanicsMustBeMended) {
  auto m = well();
  m.panic_on_oom = 1;
  const auto once = finding(m, "panic-on-oom");
  EXPECT_EQ(once.severity, Severity::must);
  EXPECT_THAT(once.mend, Contains(HasSubstr("vm.panic_on_oom=0")));
  m.panic_on_oom = 2;
  EXPECT_NE(finding(m, "panic-on-oom").why, once.why) << "2 panics at a cgroup's own limit too";
}

TEST(KernelChecks, OfFilesThatCouldNotBeReadNothingIsSaid) {
  auto m = well();
  m.swappiness.reset();
  m.overcommit_memory.reset();
  m.panic_on_oom.reset();
  m.lru_gen_enabled.reset();
  m.min_ttl_ms.reset();
  m.sample.zram.swap_size = 8 * kGiB;
  EXPECT_THAT(ills(m), IsEmpty());
}

TEST(KernelChecks, InAContainerSwapIsNobodysBusinessAndTheKernelIsMendedOnTheHost) {
  auto m = well();
  m.in_container = true;
  m.sample.memory.swap_total = 0;
  EXPECT_THAT(ills(m), IsEmpty());
  m.panic_on_oom = 1;
  EXPECT_THAT(finding(m, "panic-on-oom").mend, Each(StartsWith("on the host: ")));
}

}  // namespace
}  // namespace forestall::testing
