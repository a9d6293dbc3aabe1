// SPDX-License-Identifier: MIT
#include "poll/pressure.h"

#include <gtest/gtest.h>

namespace forestall {
namespace {

using std::chrono::microseconds;

constexpr std::string_view kText =
    "some avg10=1.53 avg60=0.87 avg300=0.20 total=123456789\n"
    "full avg10=0.11 avg60=0.09 avg300=0.02 total=98765432\n";

TEST(Pressure, TellsTheTotals) {
  EXPECT_EQ(parse_pressure(kText), (PressureTotals{microseconds(123456789), microseconds(98765432)}));
}

TEST(Pressure, DoesNotMindFurtherFields) {
  EXPECT_EQ(parse_pressure("some new=1 total=7 x\nfull total=5\nother total=9\n"),
            (PressureTotals{microseconds(7), microseconds(5)}));
}

TEST(Pressure, NeverTellsHalfANumberWhereverTheTextEnds) {
  for (std::size_t length = 0; length < kText.size(); ++length) {
    EXPECT_FALSE(parse_pressure(kText.substr(0, length))) << kText.substr(0, length);
  }
}

class BadPressure : public ::testing::TestWithParam<const char*> {};

TEST_P(BadPressure, IsRefused) { EXPECT_FALSE(parse_pressure(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Pressure, BadPressure,
                         ::testing::Values("", "\n", "some total=1\n", "full total=1\n", "some total=\nfull total=1\n",
                                           "some total=-1\nfull total=1\n", "some total=1\nfull avg10=0.00\n",
                                           "some total=1us\nfull total=1\n", "sometotal=1\nfull total=1\n",
                                           "some total=18446744073709551616\nfull total=1\n",  // 2^64
                                           "some total=9223372036854776\nfull total=1\n"));    // past 2^63 ns

TEST(Pressure, TakesTheLongestTimeThatFits) {
  const auto p = parse_pressure("some total=9223372036854775\nfull total=0\n");
  ASSERT_TRUE(p);
  EXPECT_EQ(p->some, microseconds(9223372036854775));
}

}  // namespace
}  // namespace forestall
