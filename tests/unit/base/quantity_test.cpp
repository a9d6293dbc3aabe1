// SPDX-License-Identifier: MIT
#include "base/quantity.h"

#include <gtest/gtest.h>

#include <limits>

namespace forestall {
namespace {

using namespace std::chrono_literals;

constexpr Bytes kTiB = 1024 * kGiB;

Size smallest_of(std::vector<Size> args) { return {Size::Kind::min, 0, {}, std::move(args)}; }
Size largest_of(std::vector<Size> args) { return {Size::Kind::max, 0, {}, std::move(args)}; }

template <typename T>
std::string complaint(const Result<T>& result) {
  return result ? "no complaint" : result.error().what;
}

std::string size_complaint(std::string_view text) {
  const std::string what = complaint(parse_size(text));
  EXPECT_TRUE(what.ends_with(
      R"~(; allowed are amounts such as "10%", "512MiB" and "min(10%, 1.5GiB)", in %, B, KiB, MiB, GiB or TiB)~"))
      << what;
  return what.substr(0, what.find("; allowed"));
}

TEST(ParseSize, KnowsEveryUnit) {
  EXPECT_EQ(parse_size("7B"), Size::of(7));
  EXPECT_EQ(parse_size("7KiB"), Size::of(7 * kKiB));
  EXPECT_EQ(parse_size("512MiB"), Size::of(512 * kMiB));
  EXPECT_EQ(parse_size("3GiB"), Size::of(3 * kGiB));
  EXPECT_EQ(parse_size("2TiB"), Size::of(2 * kTiB));
  EXPECT_EQ(parse_size("10%"), Size::of(Share::percent(10)));
}

TEST(ParseSize, TakesDecimalsAndRoundsDownToTheByte) {
  EXPECT_EQ(parse_size("1.5GiB"), Size::of(1536 * kMiB));
  EXPECT_EQ(parse_size("0.1KiB"), Size::of(102));
  EXPECT_EQ(parse_size("10.5%"), Size::of(Share{105'000}));
  EXPECT_EQ(parse_size("0.0001%"), Size::of(Share{1}));
}

TEST(ParseSize, ReachesTheEndOf64BitsAndNoFurther) {
  EXPECT_EQ(parse_size("18446744073709551615B"), Size::of(std::numeric_limits<Bytes>::max()));
  EXPECT_EQ(size_complaint("18446744073709551616B"), R"("18446744073709551616B" is too large)");
  EXPECT_EQ(parse_size("16777215TiB"), Size::of(16'777'215 * kTiB));
  EXPECT_EQ(size_complaint("16777216TiB"), R"("16777216TiB" is too large)");
}

TEST(ParseSize, TakesMinAndMaxInsideEachOther) {
  const Size share = Size::of(Share::percent(10));
  const Size bytes = Size::of(1536 * kMiB);
  EXPECT_EQ(parse_size("min(10%, 1.5GiB)"), smallest_of({share, bytes}));
  EXPECT_EQ(parse_size("max(10%,min(1.5GiB,10%,1.5GiB))"), largest_of({share, smallest_of({bytes, share, bytes})}));
  EXPECT_EQ(parse_size("max(10%)"), largest_of({share}));
  EXPECT_EQ(parse_size("\t min ( 10 % , 1.5 GiB ) "), smallest_of({share, bytes}));
}

std::string nested(int deep) {
  std::string text;
  for (int i = 0; i < deep; ++i) text += "min(";
  return text + "1B" + std::string(static_cast<std::size_t>(deep), ')');
}

TEST(ParseSize, BoundsTheNesting) {
  EXPECT_TRUE(parse_size(nested(kDeepestSize)));
  EXPECT_TRUE(size_complaint(nested(kDeepestSize + 1)).ends_with("has min and max nested more than 8 deep"));
  EXPECT_FALSE(parse_size(nested(100'000)));
}

TEST(ParseSize, SaysWhatItFound) {
  EXPECT_EQ(size_complaint("512"), R"("512" has no unit)");
  EXPECT_EQ(size_complaint("512MB"), R"("512MB" has the unknown unit "MB")");
  EXPECT_EQ(size_complaint("512mib"), R"("512mib" has the unknown unit "mib")");
  EXPECT_EQ(size_complaint("5!"), R"("5!" has no unit at "!")");
  EXPECT_EQ(size_complaint(""), R"("" is incomplete)");
  EXPECT_EQ(size_complaint("min("), R"~("min(" is incomplete)~");
  EXPECT_EQ(size_complaint("min()"), R"~("min()" has no number at ")")~");
  EXPECT_EQ(size_complaint("min(1%, )"), R"~("min(1%, )" has no number at ")")~");
  EXPECT_EQ(size_complaint("min(1%"), R"~("min(1%" has no ")" at its end)~");
  EXPECT_EQ(size_complaint("min(1% 2%)"), R"~("min(1% 2%)" has no "," or ")" at "2%)")~");
  EXPECT_EQ(size_complaint("min 1%"), R"~("min 1%" has no "(" after min)~");
  EXPECT_EQ(size_complaint("avg(1%)"), R"~("avg(1%)" has no amount at "avg")~");
  EXPECT_EQ(size_complaint("-1%"), R"("-1%" has no number at "-1%")");
  EXPECT_EQ(size_complaint(".5GiB"), R"(".5GiB" has no number at ".5GiB")");
  EXPECT_EQ(size_complaint("5.GiB"), R"("5.GiB" has no digit after the point)");
  EXPECT_EQ(size_complaint("1.0000000001GiB"), R"("1.0000000001GiB" has more than 9 decimals)");
  EXPECT_EQ(size_complaint("1.5B"), R"("1.5B" has a fraction of a byte)");
  EXPECT_EQ(size_complaint("1.00001%"), R"("1.00001%" has more than 4 decimals)");
  EXPECT_EQ(size_complaint("100.0001%"), R"("100.0001%" is more than 100%)");
  EXPECT_EQ(size_complaint("10% x"), R"("10% x" goes on with "x")");
  EXPECT_EQ(size_complaint("10%\n"), R"("10%\x0a" goes on with "\x0a")");
  EXPECT_EQ(size_complaint("1\x1b[0mB"), R"("1\x1b[0mB" has no unit at "\x1b[0mB")");
}

TEST(ParseShare, KeepsItsBounds) {
  EXPECT_EQ(parse_share("20%", Share::percent(100)), Share::percent(20));
  EXPECT_EQ(parse_share("10000%", Share::percent(10'000)), Share::percent(10'000));
  EXPECT_EQ(parse_share("0.25%", Share::percent(1), Share{2'500}), Share{2'500});
  EXPECT_EQ(complaint(parse_share("101%", Share::percent(100))),
            R"("101%" is more than 100%; allowed is "0%" to "100%")");
  EXPECT_EQ(complaint(parse_share("0%", Share::percent(100), Share{1})),
            R"("0%" is less than 0.0001%; allowed is "0.0001%" to "100%")");
}

TEST(ParseShare, WantsAPercentSignAndNothingAfterIt) {
  EXPECT_EQ(complaint(parse_share("20", Share::percent(100))), R"("20" has no "%"; allowed is "0%" to "100%")");
  EXPECT_EQ(complaint(parse_share("20x%", Share::percent(100))),
            R"("20x%" has no "%" at "x%"; allowed is "0%" to "100%")");
  EXPECT_EQ(complaint(parse_share("20%%", Share::percent(100))),
            R"("20%%" goes on with "%"; allowed is "0%" to "100%")");
}

TEST(ParseDuration, KnowsEveryUnit) {
  EXPECT_EQ(parse_duration("250ms"), Duration(250ms));
  EXPECT_EQ(parse_duration("5s"), Duration(5s));
  EXPECT_EQ(parse_duration("2min"), Duration(2min));
  EXPECT_EQ(parse_duration("1h"), Duration(1h));
  EXPECT_EQ(parse_duration("0s"), Duration(0));
}

TEST(ParseDuration, TakesDecimalsThatAreWholeNanoseconds) {
  EXPECT_EQ(parse_duration("1.5s"), Duration(1500ms));
  EXPECT_EQ(parse_duration("0.000000001s"), Duration(1ns));
  EXPECT_EQ(parse_duration("0.25h"), Duration(15min));
  EXPECT_EQ(complaint(parse_duration("0.0000001ms")).substr(0, 50),
            R"("0.0000001ms" is no whole number of nanoseconds; a)");
}

TEST(ParseDuration, SaysWhatItFound) {
  const std::string allowed = R"(; allowed are times such as "250ms", "5s", "2min" and "1h", in ms, s, min or h)";
  EXPECT_EQ(complaint(parse_duration("5")), R"("5" has no unit)" + allowed);
  EXPECT_EQ(complaint(parse_duration("5sec")), R"("5sec" has the unknown unit "sec")" + allowed);
  EXPECT_EQ(complaint(parse_duration("1min 5s")), R"("1min 5s" goes on with "5s")" + allowed);
  EXPECT_EQ(complaint(parse_duration("-1s")), R"("-1s" has no number at "-1s")" + allowed);
  EXPECT_EQ(complaint(parse_duration("2562048h")), R"("2562048h" is too long)" + allowed);
  EXPECT_TRUE(parse_duration("2562047h"));
}

TEST(Render, IsReadBackExactly) {
  for (const Bytes bytes : {Bytes{0}, Bytes{1}, Bytes{1023}, kKiB, 1536 * kMiB, kGiB + 1, kTiB + kTiB / 8,
                            std::numeric_limits<Bytes>::max()}) {
    EXPECT_EQ(parse_size(render(Size::of(bytes))), Size::of(bytes));
  }
  for (const std::int64_t ppm : {0, 1, 9'999, 10'000, 105'000, 1'000'000}) {
    EXPECT_EQ(parse_share(render(Share{ppm}), Share::percent(100)), Share{ppm});
  }
  for (const Duration d : {Duration(0), Duration(1), Duration(250ms), Duration(90s), Duration(1h), Duration::max()}) {
    EXPECT_EQ(parse_duration(render(d)), d);
  }
}

TEST(Render, WritesWhatAPersonWouldWrite) {
  EXPECT_EQ(render(Size::of(1536 * kMiB)), "1.5GiB");
  EXPECT_EQ(render(Size::of(600 * kMiB)), "600MiB");
  EXPECT_EQ(render(Size::of(0)), "0B");
  EXPECT_EQ(render(smallest_of({Size::of(Share::percent(10)), largest_of({Size::of(kGiB)})})), "min(10%, max(1GiB))");
  EXPECT_EQ(render(Share{105'000}), "10.5%");
  EXPECT_EQ(render(Share{0}), "0%");
  EXPECT_EQ(render(Duration(90s)), "90s");
  EXPECT_EQ(render(Duration(1500ms)), "1500ms");
  EXPECT_EQ(render(Duration(0)), "0s");
  EXPECT_EQ(render(Duration(1)), "0.000001ms");
}

TEST(Human, RoundsBytesToThreeDigits) {
  EXPECT_EQ(human(Bytes{0}), "0 B");
  EXPECT_EQ(human(1023), "1023 B");
  EXPECT_EQ(human(1536 * kMiB), "1.5 GiB");
  EXPECT_EQ(human(600 * kMiB), "600 MiB");
  EXPECT_EQ(human(1023 * kMiB), "1023 MiB");
  EXPECT_EQ(human(kGiB - 1), "1 GiB");
  EXPECT_EQ(human(12'345 * kMiB), "12.1 GiB");
  EXPECT_EQ(human(std::numeric_limits<Bytes>::max()), "16777216 TiB");
}

TEST(Human, RoundsSharesToThreeDigits) {
  EXPECT_EQ(human(Share::percent(20)), "20 %");
  EXPECT_EQ(human(Share{4'000}), "0.4 %");
  EXPECT_EQ(human(Share{1}), "0.0001 %");
  EXPECT_EQ(human(Share{123'456}), "12.3 %");
  EXPECT_EQ(human(Share{999'949}), "100 %");
  EXPECT_EQ(human(Share::percent(12'345)), "12345 %");
  EXPECT_EQ(human(Share{0}), "0 %");
}

TEST(Human, SaysDurationsInTheUnitsOfTheirSize) {
  EXPECT_EQ(human(Duration(0)), "0 s");
  EXPECT_EQ(human(Duration(5ns)), "5 ns");
  EXPECT_EQ(human(Duration(1500ns)), "1.5 µs");
  EXPECT_EQ(human(Duration(250ms)), "250 ms");
  EXPECT_EQ(human(Duration(2s)), "2 s");
  EXPECT_EQ(human(Duration(2345ms)), "2.35 s");
  EXPECT_EQ(human(Duration(65s)), "1 min 5 s");
  EXPECT_EQ(human(Duration(2min)), "2 min");
  EXPECT_EQ(human(Duration(200min)), "3 h 20 min");
  EXPECT_EQ(human(Duration(-2s)), "-2 s");
}

TEST(Human, RoundsIntoTheNextUnitNotPastIt) {
  EXPECT_EQ(human(Duration(999'600ns)), "1 ms");
  EXPECT_EQ(human(Duration(999'700us)), "1 s");
  EXPECT_EQ(human(Duration(59'960ms)), "1 min");
  EXPECT_EQ(human(Duration(3'599'600ms)), "1 h");
  EXPECT_EQ(human(Duration::max()), "2562047 h 47 min");
  EXPECT_EQ(human(Duration::min()), "-2562047 h 47 min");
}

}  // namespace
}  // namespace forestall
