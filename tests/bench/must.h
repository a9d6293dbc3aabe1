// SPDX-License-Identifier: MIT
// Of one that must be there; a benchmark of nothing is worse than none.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "forestall/result.h"

namespace forestall::bench {

template <typename T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().what.c_str());
  std::abort();
}

}  // namespace forestall::bench
