// SPDX-License-Identifier: MIT
// The hot path allocates nothing: memory is what the machine has none of. Every operator new of this program is counted
// while the engine is in one of its looks, from the first that sees the trouble to the end of the victim.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>

#include "config/config_file.h"
#include "support/fake_machine.h"

namespace {

bool counting = false;
std::size_t allocations = 0;

std::size_t count(std::size_t size) {
  if (counting) ++allocations;
  return std::max<std::size_t>(size, 1);
}

void* allocate(std::size_t size, std::size_t alignment) {
  const std::size_t whole = (count(size) + alignment - 1) / alignment * alignment;
  void* p = std::aligned_alloc(alignment, whole);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new[](std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t a) { return allocate(size, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t size, std::align_val_t a) { return allocate(size, static_cast<std::size_t>(a)); }
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept { return std::malloc(count(size)); }
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept { return std::malloc(count(size)); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t /*size*/) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t /*size*/) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t /*a*/) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t /*a*/) noexcept { std::free(p); }
void operator delete(void* p, std::size_t /*size*/, std::align_val_t /*a*/) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t /*size*/, std::align_val_t /*a*/) noexcept { std::free(p); }

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

}  // namespace
}  // namespace forestall::testing
