// SPDX-License-Identifier: MIT
// A table of made-up processes and cgroups, and the kin that it tells of.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "score/process_table_linux.h"
#include "unit/score/fake_proc_linux.h"

namespace forestall::testing {

inline constexpr Bytes kAtLeast = 64 * kMiB;
inline constexpr Bytes kSmall = kMiB;

inline std::shared_ptr<const MatchBook> book(const std::vector<Match>& protect, const std::vector<Match>& avoid = {},
                                             const std::vector<Match>& prefer = {}) {
  Config config;
  config.protect = protect;
  config.avoid = avoid;
  config.prefer = prefer;
  const auto nobody = [](const std::string& /*name*/) { return std::optional<std::uint32_t>{}; };
  return std::make_shared<const MatchBook>(MatchBook::compile(config, nobody).value());
}

class KinOfTable : public ::testing::Test {
 protected:
  KinOfTable() {
    sample_.page_size = 4 * kKiB;
    sample_.memory.swap_total = sample_.memory.swap_free = kGiB;
  }
  ProcfsTable& table() {
    if (!table_) table_ = ProcfsTable::open(book_, proc_.path(), cgroups_.path()).value();
    return *table_;
  }
  Census look() { return table().look(sample_, kAtLeast); }
  Census learn() { return table().learn(sample_, kAtLeast); }
  /// What is learnt now is trusted from now on.
  void settle() {
    learn();
    sample_.time += std::chrono::seconds(5);
    learn();
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

  FakeProc proc_;
  FileTree cgroups_;
  Sample sample_;
  std::shared_ptr<const MatchBook> book_ = std::make_shared<const MatchBook>();
  std::unique_ptr<ProcfsTable> table_;
};

}  // namespace forestall::testing
