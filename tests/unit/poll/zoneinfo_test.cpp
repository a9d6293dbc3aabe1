// SPDX-License-Identifier: MIT
#include "poll/zoneinfo.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace forestall {
namespace {

constexpr std::string_view kTwoProcessors =
    "Node 0, zone   Normal\n"
    "  pages free     1446457\n"
    "        managed  2000000\n"
    "      nr_free_cma  0\n"
    "  pagesets\n"
    "    cpu: 0\n"
    "              count:    5882\n"
    "              high:     7830\n"
    "              batch:    63\n"
    "              high_min: 7830\n"
    "              high_max: 139264\n"
    "  vm stats threshold: 32\n"
    "    cpu: 1\n"
    "              count:    6499\n"
    "              high:     7830\n"
    "  vm stats threshold: 32\n";

std::uint64_t pages_in(std::string_view text) { return take_parked_pages(text); }

TEST(Zoneinfo, SumsWhatIsParkedOnAllProcessors) {
  std::string_view text = kTwoProcessors;
  EXPECT_EQ(take_parked_pages(text), 5882U + 6499U);
  EXPECT_TRUE(text.empty());
}

TEST(Zoneinfo, IsTheSameInPieces) {
  for (std::size_t cut = 0; cut <= kTwoProcessors.size(); ++cut) {
    std::string_view first = kTwoProcessors.substr(0, cut);
    std::uint64_t pages = take_parked_pages(first);
    const std::string second = std::string(first) + std::string(kTwoProcessors.substr(cut));
    pages += pages_in(second);
    EXPECT_EQ(pages, 5882U + 6499U) << "cut at " << cut;
  }
}

TEST(Zoneinfo, AHalfLineIsLeftForThePieceThatFollows) {
  std::string_view text = "count: 7\ncount: 12";
  EXPECT_EQ(take_parked_pages(text), 7U);
  EXPECT_EQ(text, "count: 12");
}

TEST(Zoneinfo, WhatMakesNoSenseCountsNothing) {
  EXPECT_EQ(pages_in(""), 0U);
  EXPECT_EQ(pages_in("count:\ncount: -3\ncount: x\naccount: 9\ncount 9\n"), 0U);
  EXPECT_EQ(pages_in("count: 18446744073709551615\ncount: 5\n"), std::numeric_limits<std::uint64_t>::max());
}

}  // namespace
}  // namespace forestall
