// SPDX-License-Identifier: MIT
#include "poll/cgroup_source_linux.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/file_tree_linux.h"

namespace forestall {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kService = "cgroups/system.slice/web.service";

class CgroupSourceTest : public ::testing::Test {
 protected:
  CgroupSourceTest() {
    tree_.write("proc/meminfo",
                "MemTotal: 8388608 kB\nMemAvailable: 5000000 kB\nSwapTotal: 2000 kB\nSwapFree: 1500 kB\n");
    give("memory.current", "700\n");
    give("memory.stat", "anon 600\ninactive_file 100\npgscan 3\n");
    give("memory.max", "1000\n");
    give("memory.swap.max", "max\n");
    give("memory.swap.current", "0\n");
    give("memory.events", "oom_kill 4\n");
    give("memory.pressure", "some total=5\nfull total=3\n");
  }
  void give(const std::string& file, std::string_view text) const {
    tree_.write(std::string(kService) + "/" + file, text);
  }
  void take(const std::string& file) const { tree_.remove(std::string(kService) + "/" + file); }
  [[nodiscard]] Result<CgroupSource> open(const std::string& path = "/system.slice/web.service") const {
    return CgroupSource::open(path, tree_.path("cgroups"), tree_.path("proc"), tree_.path("sys"));
  }
  [[nodiscard]] Sample read() const {
    auto source = open();
    EXPECT_TRUE(source) << source.error().what;
    if (!source) return {};
    return source->read().value_or(Sample{});
  }

  testing::FileTree tree_;
};

TEST_F(CgroupSourceTest, SeesTheMachineAsTheCgroupLeavesIt) {
  const Sample s = read();
  EXPECT_EQ(s.memory.mem_total, 1000U);
  EXPECT_EQ(s.memory.mem_available, 400U);
  EXPECT_EQ(s.memory.swap_free, 1500 * kKiB);
  EXPECT_EQ(s.psi, (PressureTotals{std::chrono::microseconds(5), std::chrono::microseconds(3)}));
  EXPECT_EQ(s.vmstat, (Vmstat{0, 0, 3, 0, 4}));
  EXPECT_GT(s.time, Instant{});
}

TEST_F(CgroupSourceTest, AUnitThatIsStartedAgainIsSeenAgain) {
  auto source = open();
  ASSERT_TRUE(source) << source.error().what;
  give("memory.stat", "");  // as of a cgroup that was removed
  for (const auto* file : {"memory.stat", "memory.current", "memory.max"}) take(file);
  EXPECT_FALSE(source->read());
  give("memory.current", "300\n");
  give("memory.stat", "anon 200\n");
  give("memory.max", "500\n");
  const auto again = source->read();
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again->memory.mem_total, 500U);
  EXPECT_EQ(again->memory.mem_available, 200U);
}

TEST_F(CgroupSourceTest, TheLeastLimitOnTheWayUpHolds) {
  tree_.write("cgroups/system.slice/memory.max", "900\n");
  EXPECT_EQ(read().memory.mem_total, 900U);
  tree_.write("cgroups/memory.max", "800\n");
  EXPECT_EQ(read().memory.mem_total, 800U) << "of a container, whose root has one";
  tree_.write("cgroups/system.slice/memory.max", "max\n");
  EXPECT_EQ(read().memory.mem_total, 800U);
}

TEST_F(CgroupSourceTest, WhatOthersUseOfALimitAboveIsGone) {
  tree_.write("cgroups/system.slice/memory.max", "2000\n");
  tree_.write("cgroups/system.slice/memory.current", "1990\n");
  EXPECT_EQ(read().memory.mem_available, 110U) << "and 100 can be reclaimed";
}

TEST_F(CgroupSourceTest, TheRootOfAContainerIsACgroupToo) {
  for (const auto* file : {"memory.current", "memory.max"}) tree_.write(std::string("cgroups/") + file, "500\n");
  tree_.write("cgroups/memory.stat", "anon 5\n");
  const auto source = open("/");
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_EQ(own_cgroup(tree_.path("cgroups")), "/");
}

TEST_F(CgroupSourceTest, AMachineOfItsOwnIsNoContainer) { EXPECT_FALSE(own_cgroup(tree_.path("cgroups"))); }

TEST_F(CgroupSourceTest, SwapHasALimitToo) {
  give("memory.swap.max", "1048576\n");
  give("memory.swap.current", "524288\n");
  EXPECT_EQ(read().memory.swap_total, kMiB);
  EXPECT_EQ(read().memory.swap_free, 512 * kKiB);
}

TEST_F(CgroupSourceTest, WhatIsThrottledIsALimitToo) {
  give("memory.max", "3000\n");
  give("memory.high", "2000\n");
  EXPECT_EQ(read().memory.mem_total, 2000U);
  give("memory.high", "4000\n");
  EXPECT_EQ(read().memory.mem_total, 3000U);
  give("memory.high", "max\n");
  EXPECT_EQ(read().memory.mem_total, 3000U);
}

TEST_F(CgroupSourceTest, LimitsAreReadAnew) {
  auto source = open();
  ASSERT_TRUE(source);
  give("memory.max", "2000\n");
  EXPECT_EQ(source->read()->memory.mem_total, 2000U);
}

TEST_F(CgroupSourceTest, WorksWithoutWhatCanBeDoneWithout) {
  for (const auto* file :
       {"memory.max", "memory.swap.max", "memory.swap.current", "memory.events", "memory.pressure"}) {
    take(file);
  }
  auto source = open();
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_THAT(source->missing(), ElementsAre(HasSubstr("memory.pressure of the cgroup")));
  EXPECT_EQ(source->read()->memory.mem_total, 8 * kGiB);
}

TEST_F(CgroupSourceTest, DoesNotCountAnewWhatTheKernelHasKilledWhenALookFailed) {
  auto source = open();
  ASSERT_TRUE(source);
  EXPECT_EQ(source->read()->vmstat->oom_kill, 4U);
  give("memory.events", "");
  EXPECT_EQ(source->read()->vmstat->oom_kill, 4U);
  give("memory.events", "oom_kill 5\n");
  EXPECT_EQ(source->read()->vmstat->oom_kill, 5U);
}

TEST_F(CgroupSourceTest, OffersWhatTheCgroupOffersWhateverTheMachineDoes) {
  auto source = open();
  ASSERT_TRUE(source);
  EXPECT_THAT(source->missing(), IsEmpty());
}

TEST_F(CgroupSourceTest, RefusesWhatIsNoCgroup) {
  EXPECT_THAT(open("/system.slice/nobody.service").error().what,
              HasSubstr("--cgroup /system.slice/nobody.service is no cgroup with the memory controller"));
  EXPECT_THAT(open("system.slice/web.service").error().what, HasSubstr("is no path from the root of the tree"));
  EXPECT_THAT(open("").error().what, HasSubstr("is no path"));
  give("memory.stat", "nonsense\n");
  EXPECT_THAT(open().error().what, HasSubstr("cannot make sense of memory.stat of the cgroup"));
}

}  // namespace
}  // namespace forestall
