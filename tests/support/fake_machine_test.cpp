// SPDX-License-Identifier: MIT
// Scenarios prove nothing on a machine that cheats: the fake one is held to what real ones do.
#include "support/fake_machine.h"

#include <gmock/gmock.h>

#include "config/config_file.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Bytes memory_of_all(const FakeMachine& machine) {
  Bytes sum = 0;
  for (const FakeProcess& p : machine.processes()) sum += p.facts.anon;
  return sum;
}

TEST(FakeKernel, TakesFromTheCacheWhenFreeMemoryIsShortAndCountsIt) {
  FakeMachine machine(8 * kGiB);
  machine.spawn("leak", 0).grows(kGiB);
  machine.advance(6500ms);
  const Sample plenty = machine.sample();
  machine.advance(500ms);
  const Sample tight = machine.sample();
  EXPECT_EQ(plenty.vmstat->pgscan, 0U);
  EXPECT_EQ(plenty.psi->some, 0s);
  EXPECT_GT(tight.vmstat->pgscan, 0U);
  EXPECT_LT(tight.memory.active_file, plenty.memory.active_file);
  EXPECT_NEAR(static_cast<double>(plenty.memory.mem_available - tight.memory.mem_available), 512.0 * kMiB, 10.0 * kMiB);
}

TEST(FakeKernel, KillsTheLargestWhenNothingIsLeftAndNotSooner) {
  FakeMachine machine(8 * kGiB);
  machine.spawn("steady", kGiB);
  machine.spawn("leak", 0).grows(500 * kMiB);
  while (machine.available() > 100 * kMiB) machine.advance(10ms);
  EXPECT_THAT(machine.killed(), IsEmpty());
  EXPECT_EQ(machine.sample().vmstat->oom_kill, 0U);
  machine.advance(2s);
  EXPECT_THAT(machine.killed(), ElementsAre("leak"));
  EXPECT_EQ(machine.sample().vmstat->oom_kill, 1U);
  EXPECT_GT(machine.available(), 5 * kGiB);
}

TEST(FakeKernel, NeverGivesOutMoreThanThereIs) {
  FakeMachine machine(4 * kGiB);
  machine.add_zram(2 * kGiB, Share::percent(40)).add_swap(kGiB);
  machine.spawn("untouchable", 0).grows(3 * kGiB).adj(-1000);
  machine.spawn("forker", 10 * kMiB).forks(100ms, 200 * kMiB).adj(-1000);
  for (int i = 0; i < 2000; ++i) {
    machine.advance(5ms);
    const Meminfo m = machine.sample().memory;
    ASSERT_LE(memory_of_all(machine), 4 * kGiB);
    ASSERT_LE(m.swap_free, m.swap_total);
    ASSERT_LE(m.mem_available, m.mem_total);
  }
  EXPECT_LT(machine.sample().memory.swap_free, kGiB);
}

TEST(FakeKernel, FillsSwapBeforeItKills) {
  FakeMachine machine(8 * kGiB);
  machine.add_swap(2 * kGiB);
  machine.spawn("leak", 0).grows(300 * kMiB);
  while (machine.killed().empty()) {
    ASSERT_LT(machine.uptime(), 5min);
    if (machine.sample().memory.swap_free == 2 * kGiB) {
      EXPECT_LT(machine.processes().front().size(), 8 * kGiB);
    }
    machine.advance(10ms);
  }
  EXPECT_EQ(machine.sample().memory.swap_free, 2 * kGiB) << "the dead hold no swap";
  EXPECT_GT(machine.uptime(), 9s * 1024 / 300) << "more than all RAM was taken first";
  EXPECT_GT(machine.sample().psi->full, 0s);
}

TEST(FakeKernel, ZramCostsRam) {
  FakeMachine machine(8 * kGiB);
  machine.add_zram(4 * kGiB, Share::percent(50));
  machine.spawn("leak", 0).grows(kGiB, 0s, 8 * kGiB);
  machine.advance(1min);
  const Zram zram = machine.sample().zram;
  EXPECT_GT(zram.stored, 500 * kMiB);
  EXPECT_EQ(zram.cost, zram.stored / 2);
  EXPECT_EQ(zram.swap_used, 4 * kGiB - machine.sample().memory.swap_free);
}

TEST(FakeKernel, ReadsTheHotCacheAgainAndAgainWhileItDoesNotFit) {
  FakeMachine machine(8 * kGiB);
  machine.page_cache(3 * kGiB, 3 * kGiB);
  FakeProcess& hog = machine.spawn("hog", 0).grows(kGiB, 0s, 6 * kGiB);
  machine.advance(10s);
  const Sample before = machine.sample();
  machine.advance(1s);
  const Sample after = machine.sample();
  EXPECT_GT((after.vmstat->refault_file - before.vmstat->refault_file) * 4 * kKiB, 500 * kMiB);
  EXPECT_GT(after.psi->full - before.psi->full, 300ms);
  EXPECT_LE(after.psi->full - before.psi->full, 1s);
  EXPECT_GT(after.psi->some - before.psi->some, after.psi->full - before.psi->full);

  machine.end(hog);
  machine.advance(5s);
  const Sample cured = machine.sample();
  machine.advance(1s);
  EXPECT_EQ(machine.sample().vmstat->refault_file, cured.vmstat->refault_file);
  EXPECT_LT(machine.sample().psi->some - cured.psi->some, 1ms);
}

TEST(FakeKernel, GrowsAProcessFromItsTimeOnUpToItsEnd) {
  FakeMachine machine(8 * kGiB);
  const FakeProcess& p = machine.spawn("late", kMiB).grows(100 * kMiB, 2s, 301 * kMiB);
  machine.advance(2s);
  EXPECT_EQ(p.facts.anon, kMiB);
  machine.advance(1s);
  EXPECT_EQ(p.facts.anon, 101 * kMiB);
  machine.advance(10s);
  EXPECT_EQ(p.facts.anon, 301 * kMiB);
}

TEST(FakeKernel, GivesMemoryBackAtOnceLateOrNever) {
  FakeMachine machine(8 * kGiB);
  FakeProcess& prompt = machine.spawn("prompt", kGiB);
  FakeProcess& late = machine.spawn("late", kGiB).memory_returns_after(3s);
  FakeProcess& never = machine.spawn("never", kGiB).memory_stays();
  const Bytes before = machine.free();
  machine.end(prompt);
  EXPECT_EQ(machine.free(), before + kGiB + kGiB / 512);
  machine.end(late);
  machine.end(never);
  machine.advance(2999ms);
  EXPECT_EQ(machine.free(), before + kGiB + 2 * kGiB / 512);
  EXPECT_EQ(machine.sample().memory.anon_pages, 2 * kGiB);
  machine.advance(1ms);
  EXPECT_EQ(machine.free(), before + 2 * kGiB + 3 * kGiB / 512);
  EXPECT_EQ(machine.sample().memory.anon_pages, kGiB) << "mapped by whoever has them too";
}

TEST(FakeKernel, SleepsWithoutTheMonotonicClock) {
  FakeMachine machine;
  const Sample before = machine.sample();
  machine.suspend(1h);
  const Sample after = machine.sample();
  EXPECT_EQ(after.time, before.time);
  EXPECT_EQ(after.suspended - before.suspended, 1h);
  EXPECT_EQ(after.wall - before.wall, 1h);
  EXPECT_EQ(after.psi->full - before.psi->full, 1h);
}

TEST(FakeKernel, DoesWhatIsOnItsAgendaAtTheTime) {
  FakeMachine machine;
  std::vector<Duration> times;
  machine.after(3ms, [&] { times.push_back(machine.uptime()); });
  machine.after(1ms, [&] { machine.after(1ms, [&] { times.push_back(machine.uptime()); }); });
  machine.advance(1s);
  EXPECT_THAT(times, ElementsAre(2ms, 3ms));
}

class Doors : public ::testing::Test {
 protected:
  FakeMachine machine;
  Ports ports = machine.ports();
};

TEST_F(Doors, ProcessesTakeSignalsAsTheyAreMadeTo) {
  const FakeProcess& slow = machine.spawn("slow", kMiB).exits_after_sigterm(700ms);
  const FakeProcess& deaf = machine.spawn("deaf", kMiB).ignores_sigterm();
  const FakeProcess& stuck = machine.spawn("stuck", kMiB).stuck();
  const FakeProcess& ghost = machine.spawn("ghost", kMiB).only_its_memory_dies();
  for (const FakeProcess* p : {&slow, &deaf, &stuck, &ghost}) {
    ports.signaller.release();
    ASSERT_EQ(ports.signaller.hold(p->facts.id), Reach::done);
    EXPECT_EQ(ports.signaller.terminate(), Reach::done);
  }
  machine.advance(699ms);
  EXPECT_TRUE(slow.alive);
  machine.advance(1ms);
  EXPECT_FALSE(slow.alive);
  machine.advance(1min);
  EXPECT_TRUE(deaf.alive);
  for (const FakeProcess* p : {&deaf, &stuck, &ghost}) {
    ports.signaller.release();
    ASSERT_EQ(ports.signaller.hold(p->facts.id), Reach::done);
    EXPECT_EQ(ports.signaller.kill(), Reach::done);
    machine.advance(5ms);
    EXPECT_EQ(ports.signaller.gone(), p == &deaf);
  }
  EXPECT_EQ(stuck.size(), kMiB + kMiB / 512);
  EXPECT_EQ(ghost.size(), 0U);
  EXPECT_THAT(machine.killed(), ElementsAre("slow", "deaf"));
  EXPECT_EQ(slow.end, End::by_sigterm);
  EXPECT_EQ(deaf.end, End::by_sigkill);
}

TEST_F(Doors, HoldWhoWasMeantAndNobodyElse) {
  FakeProcess& old = machine.spawn("old", kMiB);
  const ProcessId id = old.facts.id;
  const FakeProcess& newcomer = machine.reuse_pid(old, "new", kMiB);
  EXPECT_EQ(newcomer.facts.id.pid, id.pid);
  EXPECT_EQ(ports.signaller.hold(id), Reach::vanished);
  EXPECT_EQ(ports.signaller.terminate(), Reach::vanished);
  EXPECT_TRUE(ports.signaller.gone());
  EXPECT_TRUE(newcomer.alive);
  EXPECT_THAT(machine.signals_to(newcomer), IsEmpty());
}

TEST_F(Doors, LetAProcessVanishBetweenTwoSteps) {
  FakeProcess& first = machine.spawn("first", kMiB);
  FakeProcess& second = machine.spawn("second", kMiB);
  machine.before_hold([&] { machine.end(first); });
  machine.before_signal([&] { machine.end(second); });
  EXPECT_EQ(ports.signaller.hold(first.facts.id), Reach::vanished);
  EXPECT_EQ(ports.signaller.hold(second.facts.id), Reach::done);
  EXPECT_EQ(ports.signaller.kill(), Reach::vanished);
  EXPECT_THAT(machine.killed(), IsEmpty()) << "they ended by themselves";
}

TEST_F(Doors, RefuseWhatIsNotPermitted) {
  const FakeProcess& foreign = machine.spawn("foreign", kMiB).not_permitted();
  ASSERT_EQ(ports.signaller.hold(foreign.facts.id), Reach::done);
  EXPECT_EQ(ports.signaller.kill(), Reach::not_permitted);
  machine.advance(1s);
  EXPECT_TRUE(foreign.alive);
  EXPECT_THAT(machine.signals_to(foreign), IsEmpty());
}

TEST_F(Doors, ShowAProfileOnlyAfterItWasLearnt) {
  machine.spawn("known", 100 * kMiB).is_protected();
  machine.spawn("young", 100 * kMiB).is_protected().profile_after(50ms);
  const auto protected_ones = [&] {
    std::vector<bool> seen;
    const Census census = ports.processes.look(machine.sample(), kMiB);
    for (const ProcessFacts& f : census.processes) seen.push_back(f.profile.complete && f.profile.is_protected);
    return seen;
  };
  machine.advance(1min);
  EXPECT_THAT(protected_ones(), ElementsAre(true, false)) << "nobody asked";
  ports.processes.learn(machine.sample(), kMiB);
  machine.advance(49ms);
  EXPECT_THAT(protected_ones(), ElementsAre(true, false));
  machine.advance(1ms);
  EXPECT_THAT(protected_ones(), ElementsAre(true, true));
}

TEST_F(Doors, GoOnWithTheMachineWhileItIsSearched) {
  machine.searching_takes(30ms).spawn("short", kGiB).ends_after(10ms);
  const Census census = ports.processes.look(machine.sample(), kMiB);
  EXPECT_EQ(census.processes.size(), 1U);
  EXPECT_EQ(machine.uptime(), 30ms);
  EXPECT_EQ(ports.signaller.hold(census.processes.front().id), Reach::vanished);
}

TEST(Driver, LooksWhenTheEngineWantsToAndNotOtherwise) {
  FakeMachine machine(128 * kGiB);
  Driver driver(machine, config::builtin());
  driver.run_for(61s);
  EXPECT_THAT(driver.waits(), ::testing::SizeIs(13));  // at 0 s, 5 s ... 60 s
  EXPECT_THAT(driver.waits(), ::testing::Each(Duration(5s)));
  driver.wake();
  driver.run_for(4999ms);
  EXPECT_THAT(driver.waits(), ::testing::SizeIs(14));
}

}  // namespace
}  // namespace forestall::testing
