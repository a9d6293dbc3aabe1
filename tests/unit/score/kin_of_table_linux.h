// SPDX-License-Identifier: MIT
// The kin that a table of made-up processes tells of.
#pragma once

#include <algorithm>
#include <vector>

#include "unit/score/made_up_table_linux.h"

namespace forestall::testing {

inline constexpr Bytes kSmall = kMiB;

class KinOfTable : public MadeUpTable {
 protected:
  Census look() { return table().look(sample_, kAtLeast); }
  Census learn() { return table().learn(sample_, kAtLeast); }
  /// What is learnt now is trusted from now on, and no question is left open.
  void settle() {
    learn_thoroughly();
    sample_.time += std::chrono::seconds(5);
    learn_thoroughly();
  }
  void learn_thoroughly() { table().look_thoroughly(sample_, kAtLeast, std::chrono::seconds(10)); }
  static std::vector<std::int32_t> pids(const Census& census) {
    std::vector<std::int32_t> all;
    for (const Kin& kin : census.kin) all.push_back(kin.id.pid);
    return all;
  }
  static Kin kin_in(const Census& census, std::int32_t pid) {
    const auto found = std::ranges::find(census.kin, pid, [](const Kin& kin) { return kin.id.pid; });
    EXPECT_NE(found, census.kin.end()) << pid;
    return found == census.kin.end() ? Kin{} : *found;
  }
  Kin kin(std::int32_t pid) { return kin_in(look(), pid); }
  KnownPlace place(std::int32_t pid) {
    const Census census = look();
    return census.places[kin_in(census, pid).place];
  }
};

}  // namespace forestall::testing
