// SPDX-License-Identifier: MIT
// What the properties of the order are tried with.
#pragma once

#include <gtest/gtest.h>
// After gtest, which it needs.
#include <rapidcheck/gtest.h>

#include <vector>

#include "forestall/process.h"
#include "score/terms.h"

namespace forestall::testing {

inline Share a_weight() { return Share{*rc::gen::inRange<std::int64_t>(0, Share::percent(1000).ppm + 1)}; }
inline ScoreConfig some_weights() {
  ScoreConfig weights;
  for (const TermRule& term : kTerms) weights.*term.weight = a_weight();
  return weights;
}

inline std::size_t an_index_below(std::size_t size) {
  return static_cast<std::size_t>(*rc::gen::inRange<std::int64_t>(0, static_cast<std::int64_t>(size)));
}

inline std::vector<ProcessFacts> permuted(std::vector<ProcessFacts> processes) {
  for (std::size_t i = processes.size(); i > 1; --i) std::swap(processes[i - 1], processes[an_index_below(i)]);
  return processes;
}

}  // namespace forestall::testing
