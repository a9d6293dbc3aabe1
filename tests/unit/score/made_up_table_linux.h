// SPDX-License-Identifier: MIT
// The real table, of made-up processes and cgroups.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "score/process_table_linux.h"
#include "unit/score/fake_proc_linux.h"

namespace forestall::testing {

inline constexpr Bytes kAtLeast = 64 * kMiB;

inline std::shared_ptr<const MatchBook> book(const std::vector<Match>& protect, const std::vector<Match>& avoid = {},
                                             const std::vector<Match>& prefer = {}) {
  Config config;
  config.protect = protect;
  config.avoid = avoid;
  config.prefer = prefer;
  const auto nobody = [](const std::string& /*name*/) { return std::optional<std::uint32_t>{}; };
  return std::make_shared<const MatchBook>(MatchBook::compile(config, nobody).value());
}

class MadeUpTable : public ::testing::Test {
 protected:
  MadeUpTable() {
    sample_.page_size = 4 * kKiB;
    sample_.memory.swap_total = sample_.memory.swap_free = kGiB;
  }
  ProcfsTable& table() {
    if (!table_) table_ = ProcfsTable::open(book_, proc_.path(), cgroups_.path()).value();
    return *table_;
  }

  FakeProc proc_;
  FileTree cgroups_;
  Sample sample_;
  std::shared_ptr<const MatchBook> book_ = std::make_shared<const MatchBook>();
  std::unique_ptr<ProcfsTable> table_;
};

}  // namespace forestall::testing
