// SPDX-License-Identifier: MIT
// Processes that belong together, and the order that gather() makes of them.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "score/parties.h"
#include "unit/score/facts.h"

namespace forestall::testing {

inline constexpr Bytes kMinimum = 100 * kMiB;
inline constexpr Bytes kMachine = 10'000 * kMiB;  // 10 MiB are 1 ‰
inline constexpr const char* kService = "/system.slice/a.service";

class PartiesTest : public ::testing::Test {
 protected:
  PartiesTest() { reserve(ranking_); }
  ProcessFacts& add(std::int32_t pid, Bytes mib, std::int32_t parent = 0, std::string_view path = kService,
                    std::int32_t group = 0) {
    return crowd_.add({.pid = pid, .memory = mib * kMiB, .parent = parent, .group = group, .path = path});
  }
  void see_them() { growth_.see(now_, crowd_.census()); }
  const Ranking& gathered() {
    const Census census = crowd_.census(minimum_);
    const Circumstances now{{kMachine},  now_,       growth_,     out_of_reach_,
                            respawners_, suspended_, &offenders_, short_nodes_};
    rank(census, now, weights_, minimum_, ranking_);
    gather(census, now, victim_, weights_, kinship_, ranking_);
    return ranking_;
  }
  /// "family of 3 from 10", best first.
  std::vector<std::string> order() {
    std::vector<std::string> all;
    for (const Candidate& c : gathered().order) {
      EXPECT_EQ(c.process->id, c.party.head);
      all.push_back(fmt::format("{} of {} from {}", name_of(c.party.kind), c.party.processes, c.party.head.pid));
    }
    return all;
  }
  Candidate first() { return gathered().order.at(0); }
  Points term(std::string_view name) {
    const Candidate c = first();
    for (std::size_t i = 0; i < c.term_count; ++i) {
      if (c.terms[i].name == name) return c.terms[i].points / kPerMille;
    }
    return -1;
  }

  Crowd crowd_;
  Bytes minimum_ = kMinimum;
  Instant now_{};
  Duration suspended_{0};
  Growth growth_;
  Offenders offenders_;
  NodeMask short_nodes_ = kAllNodes;
  VictimConfig victim_;
  ScoreConfig weights_;
  std::vector<ProcessId> out_of_reach_, respawners_;
  Kinship kinship_;
  Ranking ranking_;
};

}  // namespace forestall::testing
