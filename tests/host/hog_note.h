// SPDX-License-Identifier: MIT
// What a hog tells the test that started it: a page that both map, and the hog's children as well: then it is about all
// of them. True to the nanosecond, without asking the daemon.
#pragma once

#include <atomic>
#include <cstdint>

namespace forestall::testing {

struct HogNote {
  std::atomic<std::uint64_t> held{0};          ///< bytes of anonymous memory touched so far, by those that still live
  std::atomic<std::uint64_t> beats{0};         ///< rounds of its loop: it lives while this grows
  std::atomic<std::int64_t> term_at{0};        ///< CLOCK_MONOTONIC in ns when the first SIGTERM was delivered; 0: none
  std::atomic<std::uint64_t> held_at_term{0};  ///< `held` at that moment
  std::atomic<std::uint32_t> terms{0};         ///< how many SIGTERMs were delivered
  std::atomic<std::uint32_t> resumed{0};       ///< how many SIGCONTs: so often somebody was halted and let go again
  std::atomic<std::uint32_t> births{0};        ///< how many children were started
  std::atomic<std::uint32_t> orphans{0};       ///< how many of them ended only because their parent was dead
};
static_assert(std::atomic<std::int64_t>::is_always_lock_free, "a signal handler writes it");

}  // namespace forestall::testing
