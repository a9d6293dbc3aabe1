// SPDX-License-Identifier: MIT
// NUMA: which nodes are short, and who can help there.
#include "score/nodes.h"

#include "unit/score/parties_fixture.h"

namespace forestall {
namespace {

using ::testing::ElementsAre;
using testing::kMinimum;
using testing::PartiesTest;

/// Of 1000 MiB each, so much is available.
Sample with_available(const std::vector<Bytes>& mib) {
  Sample s;
  for (const Bytes available : mib) {
    s.nodes[s.node_count] = {static_cast<unsigned>(s.node_count), 1000 * kMiB, available * kMiB};
    ++s.node_count;
  }
  return s;
}

TEST(ShortNodes, AreThoseThatHaveNextToNothingWhileOthersHaveRoom) {
  EXPECT_EQ(short_nodes(with_available({49, 151})), 0b01U);
  EXPECT_EQ(short_nodes(with_available({500, 10, 100, 0})), 0b1010U);
}

TEST(ShortNodes, AreAllOfThemWhereItIsAboutTheWholeMachine) {
  EXPECT_EQ(short_nodes(with_available({49, 150})), kAllNodes) << "the other is about to be";
  EXPECT_EQ(short_nodes(with_available({50, 500})), kAllNodes) << "none is short";
  EXPECT_EQ(short_nodes(with_available({10, 20})), kAllNodes);
  EXPECT_EQ(short_nodes(Sample{}), kAllNodes);
}

TEST(ShortNodes, AreNearWhenOneHasLessThanATenth) {
  EXPECT_TRUE(is_nearly_short(with_available({500, 99})));
  EXPECT_FALSE(is_nearly_short(with_available({500, 100})));
  EXPECT_FALSE(is_nearly_short(with_available({10}))) << "where there is one, it is about the whole machine";
  EXPECT_FALSE(is_nearly_short(Sample{}));
}

TEST(ShortNodes, AreCountedByTheirNumbers) {
  Sample s = with_available({10, 500});
  s.nodes[0].node = 63;
  EXPECT_EQ(short_nodes(s), NodeMask{1} << 63U);
}

class OnOneNode : public PartiesTest {
 protected:
  OnOneNode() { short_nodes_ = 0b01; }
};

TEST_F(OnOneNode, WhoMayNotUseItIsSparedAndWhoMayGoes) {
  add(10, 300, 0, "/system.slice/large.service").nodes = 0b10;
  add(20, 200, 0, "/system.slice/small.service").nodes = 0b11;
  EXPECT_THAT(order(), ElementsAre("process of 1 from 20"));
  ASSERT_EQ(ranking_.spared.size(), 1U);
  EXPECT_EQ(ranking_.spared[0].why, Mercy::other_node);
  short_nodes_ = kAllNodes;
  EXPECT_THAT(order(), ElementsAre("process of 1 from 10", "process of 1 from 20"));
}

TEST_F(OnOneNode, WhoMayNotUseItAddsNothingToItsUnit) {
  for (const std::int32_t pid : {10, 11, 12}) add(pid, 60).nodes = pid == 10 ? 0b01 : 0b10;
  EXPECT_THAT(order(), ::testing::IsEmpty());
  for (const std::int32_t pid : {11, 12}) crowd_[pid].nodes = kAllNodes;
  EXPECT_THAT(order(), ElementsAre("unit of 3 from 10"));
}

TEST_F(OnOneNode, WhoFillsTmpfsOnAnotherIsNoHelp) {
  add(10, 1).nodes = 0b10;
  const std::uint16_t place = crowd_.places().number_of(testing::place_of(testing::kService));
  crowd_.places().recall(place, {.filled = 300 * kMiB});
  EXPECT_THAT(order(), ::testing::IsEmpty());
  crowd_[10].nodes = 0b01;
  EXPECT_THAT(order(), ElementsAre("unit of 1 from 10"));
}

}  // namespace
}  // namespace forestall
