// SPDX-License-Identifier: MIT
#include "report/chart.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr ChartSize kSmall{32, 4};

/// From 1 GiB down to nothing in 22 s, a step for each column of the small chart.
std::vector<ChartPoint> a_fall() {
  std::vector<ChartPoint> points;
  for (unsigned i = 0; i <= 22; ++i) points.push_back({i * 1s, kGiB / 22 * (22 - i)});
  return points;
}

std::size_t columns_of(std::string_view line) {
  return static_cast<std::size_t>(
      std::ranges::count_if(line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  lines.pop_back();
  return lines;
}

TEST(Chart, ShowsAFall) {
  EXPECT_EQ(chart(a_fall(), {}, {}, kSmall),
            "    1 GiB┤█▇▅▄▂▁\n"
            "         │██████▇▆▄▃▁\n"
            "  512 MiB┤████████████▇▅▄▂▁\n"
            "         │█████████████████▇▆▄▃\n"
            "      0 B└──────────────────────\n"
            "          0.000 s       22.000 s\n");
}

TEST(Chart, ShowsLimitsAndMoments) {
  const ChartLimit limits[] = {{256 * kMiB, "low-memory"}};
  const ChartMark marks[] = {{16s, 'A', "SIGTERM"}, {100s, 'B', "too late to be seen"}};
  EXPECT_EQ(chart(a_fall(), limits, marks, kSmall),
            "    1 GiB┤█▇▅▄▂▁          │\n"
            "         │██████▇▆▄▃▁     │\n"
            "  512 MiB┤████████████▇▅▄▂▁\n"
            "         │▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▇▆▄▃╌\n"
            "      0 B└────────────────A─────\n"
            "          0.000 s       22.000 s\n"
            "  A  16.000 s: SIGTERM\n"
            "  B  100.000 s: too late to be seen\n"
            "  ╌  256 MiB: low-memory\n");
}

TEST(Chart, IsNoWiderThanItsSize) {
  for (const std::size_t columns : {32U, 72U, 100U}) {
    const auto lines = lines_of(chart(a_fall(), {}, {}, {columns, 12}));
    ASSERT_EQ(lines.size(), 14U);
    for (const std::string& line : lines) EXPECT_LE(columns_of(line), columns) << line;
    EXPECT_EQ(columns_of(lines[12]), columns);
  }
}

TEST(Chart, ShowsEveryGapHoweverShort) {
  std::vector<ChartPoint> points;
  for (unsigned i = 0; i < 10'000; ++i) points.push_back({i * 1s, i == 5'000 ? 0 : kGiB});
  const std::string bottom = lines_of(chart(points, {}, {}, kSmall))[3];
  EXPECT_EQ(std::ranges::count(bottom, ' '), 9 + 1);
}

TEST(Chart, ShowsSomethingAsSomething) {
  const ChartPoint points[] = {{0s, kGiB}, {10s, 1}, {20s, 1}};
  EXPECT_THAT(lines_of(chart(points, {}, {}, kSmall))[3], EndsWith("▁"));
}

TEST(Chart, HoldsAPointUntilTheNext) {
  const ChartPoint points[] = {{0s, kGiB}, {22s, kGiB}};
  EXPECT_THAT(lines_of(chart(points, {}, {}, kSmall))[0], EndsWith("┤██████████████████████"));
}

TEST(Chart, HasRoomForALimitAboveAllPoints) {
  const ChartPoint points[] = {{0s, kGiB}, {20s, kGiB}};
  const ChartLimit limits[] = {{2 * kGiB, "far"}};
  const auto lines = lines_of(chart(points, limits, {}, kSmall));
  EXPECT_THAT(lines[0], StartsWith("    2 GiB┤╌╌╌"));
  EXPECT_THAT(lines[1], Not(HasSubstr("█")));
  EXPECT_THAT(lines[2], HasSubstr("█"));
}

TEST(Chart, PutsMarksThatMeetBesideEachOther) {
  const ChartMark marks[] = {{10s, 'A', ""}, {10s, 'B', ""}, {22s, 'C', ""}, {22s, 'D', ""}};
  EXPECT_THAT(chart(a_fall(), {}, marks, kSmall), HasSubstr("└──────────AB────────DC\n"));
  const std::vector<ChartMark> crowd(40, ChartMark{10s, 'x', ""});
  EXPECT_THAT(chart(a_fall(), {}, crowd, kSmall), HasSubstr("└xxxxxxxxxxxxxxxxxxxxxx\n"));
}

TEST(Chart, OfLittleIsStillOne) {
  EXPECT_EQ(chart({}), "");
  const ChartPoint nothing[] = {{5s, 0}};
  EXPECT_THAT(chart(nothing, {}, {}, kSmall), HasSubstr("      0 B└"));
  const ChartPoint everything[] = {{0s, UINT64_MAX}, {24h, UINT64_MAX}};
  EXPECT_THAT(lines_of(chart(everything, {}, {}, kSmall))[0], EndsWith("█"));
  EXPECT_EQ(lines_of(chart(everything, {}, {}, {0, 0})).size(), 4U);
}

}  // namespace
}  // namespace forestall::testing
