// SPDX-License-Identifier: MIT
// The hot path allocates nothing: memory is what the machine has none of. Every operator new of this program is counted
// while the engine is in one of its looks, from the first that sees the trouble to the end of the victim; and what
// a day of looks leaves behind.
#include <gmock/gmock.h>
#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>

#include "config/config_file.h"
#include "report/recorded_ports.h"
#include "support/fake_machine.h"

namespace {

bool counting = false;
std::size_t allocations = 0;
std::ptrdiff_t kept = 0;  ///< bytes that were allocated while counting, without those that were freed then

void* noted(void* p) {
  if (!counting || p == nullptr) return p;
  ++allocations;
  kept += static_cast<std::ptrdiff_t>(malloc_usable_size(p));
  return p;
}

void release(void* p) {
  if (counting && p != nullptr) kept -= static_cast<std::ptrdiff_t>(malloc_usable_size(p));
  std::free(p);
}

void* allocate(std::size_t size, std::size_t alignment) {
  const std::size_t whole = (std::max<std::size_t>(size, 1) + alignment - 1) / alignment * alignment;
  void* p = noted(std::aligned_alloc(alignment, whole));
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new[](std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t a) { return allocate(size, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t size, std::align_val_t a) { return allocate(size, static_cast<std::size_t>(a)); }
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept { return noted(std::malloc(size)); }
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept { return noted(std::malloc(size)); }
void operator delete(void* p) noexcept { release(p); }
void operator delete[](void* p) noexcept { release(p); }
void operator delete(void* p, std::size_t /*size*/) noexcept { release(p); }
void operator delete[](void* p, std::size_t /*size*/) noexcept { release(p); }
void operator delete(void* p, std::align_val_t /*a*/) noexcept { release(p); }
void operator delete[](void* p, std::align_val_t /*a*/) noexcept { release(p); }
void operator delete(void* p, std::size_t /*size*/, std::align_val_t /*a*/) noexcept { release(p); }
void operator delete[](void* p, std::size_t /*size*/, std::align_val_t /*a*/) noexcept { release(p); }

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class Allocations : public ::testing::Test {
 protected:
  Allocations() {
    for (int i = 0; i < 100; ++i) machine.spawn("service", static_cast<Bytes>(i % 10 + 20) * kMiB);
    for (int i = 0; i < 6; ++i) machine.spawn("application", 300 * kMiB);
  }

  /// All looks within `duration` are counted; what the machine does between them is not.
  void watch(Duration duration, bool dry_run = false) {
    machine.prepare();
    Engine engine(machine.ports(), config, {1, 2}, dry_run);
    const Instant end = machine.now() + duration;
    while (machine.now() < end) {
      counting = true;
      const auto next = engine.tick();
      counting = false;
      ASSERT_TRUE(next);
      machine.advance(*next);
    }
  }

  FakeMachine machine{8 * kGiB};
  Config config = config::builtin();
};

TEST_F(Allocations, AreCounted) {
  const std::size_t before = allocations;
  counting = true;
  ::operator delete(::operator new(1));
  counting = false;
  EXPECT_EQ(allocations, before + 1);
  allocations = before;
}

TEST_F(Allocations, DoNotHappenFromTheFirstLookToTheEndOfTheVictim) {
  machine.add_swap(kGiB).add_zram(kGiB);
  machine.spawn("leak", 0).grows(kGiB).ignores_sigterm();
  watch(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("leak"));
  EXPECT_EQ(allocations, 0U);
}

TEST_F(Allocations, DoNotHappenWhenAStallIsEnded) {
  machine.page_cache(3 * kGiB, 3 * kGiB);
  machine.spawn("hog", 0).grows(kGiB, 0s, 3 * kGiB).exits_after_sigterm(1s);
  watch(1min);
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
  EXPECT_EQ(allocations, 0U);
}

TEST_F(Allocations, DoNotHappenOnTheWayToTheNextCandidate) {
  machine.spawn("foreign", kGiB).not_permitted();
  machine.spawn("young", 900 * kMiB).no_profile();
  machine.spawn("stuck", 1200 * kMiB).stuck();
  machine.searching_takes(2ms).spawn("leak", 0).grows(60 * kMiB);
  config.kill.grace = 500ms;
  watch(2min);
  EXPECT_EQ(machine.count(Event::victim_survived), 2U);
  EXPECT_FALSE(machine.killed().empty());
  EXPECT_EQ(allocations, 0U);
}

TEST_F(Allocations, DoNotHappenWhenThereIsNobody) {
  for (FakeProcess* p : machine.living()) p->is_protected();
  machine.spawn("leak", 0).grows(2 * kGiB, 0s, machine.available() - 600 * kMiB).is_protected();
  watch(30s);
  EXPECT_THAT(machine.events(), ElementsAre(Event::no_victim));
  EXPECT_EQ(allocations, 0U);
}

TEST_F(Allocations, DoNotHappenInADryRun) {
  machine.spawn("leak", 0).grows(2 * kGiB, 0s, machine.available() - 600 * kMiB);
  watch(30s, true);
  EXPECT_GE(machine.count(Event::victim_terminated), 2U);
  EXPECT_EQ(allocations, 0U);
}

/// Each hour brings new processes, and one that must be ended. The recorder looks on, as in the daemon.
TEST(MemoryOfADay, IsThatOfAMinute) {
  FakeMachine machine(64 * kGiB);
  for (int i = 0; i < 20; ++i) machine.spawn("service", static_cast<Bytes>(i % 10 + 20) * kMiB);
  machine.prepare();
  auto recorder = std::make_unique<FlightRecorder>();
  const Ports doors = machine.ports();
  RecordedSource source(doors.samples, *recorder);
  RecordedTable table(doors.processes, *recorder);
  Engine engine({source, table, doors.signaller, doors.sink}, config::builtin(), {1, 2}, false);
  std::ptrdiff_t after_a_minute = 0;
  kept = 0;
  const auto watch = [&](Duration duration) {
    const Instant end = machine.now() + duration;
    while (machine.now() < end) {
      counting = true;
      const auto next = engine.tick();
      counting = false;
      if (!next) return;
      machine.advance(*next);
    }
  };
  watch(1min);
  after_a_minute = kept;
  for (int hour = 0; hour < 24; ++hour) {
    for (int i = 0; i < 10; ++i) machine.spawn("job", 200 * kMiB).ends_after(20min);
    machine.spawn("leak", 0).grows(4 * kGiB);
    machine.prepare();
    watch(1h);
  }
  EXPECT_EQ(machine.killed().size(), 24U);
  EXPECT_EQ(kept, after_a_minute);
}

}  // namespace
}  // namespace forestall::testing
