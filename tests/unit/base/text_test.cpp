// SPDX-License-Identifier: MIT
#include "base/text.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>

namespace forestall {
namespace {

TEST(ParseUnsigned, TakesTheWholeTextUpToTheLastNumber) {
  EXPECT_EQ(parse_unsigned("0"), 0U);
  EXPECT_EQ(parse_unsigned("007"), 7U);
  EXPECT_EQ(parse_unsigned("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
}

TEST(ParseUnsigned, RefusesWhatIsPast64Bits) {
  EXPECT_EQ(parse_unsigned("18446744073709551616"), std::nullopt);
  EXPECT_EQ(parse_unsigned("99999999999999999999999999"), std::nullopt);
}

TEST(ParseUnsigned, RefusesEverythingElse) {
  for (const std::string_view text : {"", " 1", "1 ", "+1", "-1", "1x", "0x1", "1.0", "１"}) {
    EXPECT_EQ(parse_unsigned(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_unsigned(std::string_view("1\0", 2)), std::nullopt);
}

TEST(ParseSigned, TakesBothEndsOfTheRange) {
  EXPECT_EQ(parse_signed("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse_signed("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_signed("9223372036854775808"), std::nullopt);
  EXPECT_EQ(parse_signed("--1"), std::nullopt);
}

TEST(TakeLine, CutsLineByLineAndTheLastMayLackItsNewline) {
  std::string_view rest = "one\n\nthree";
  EXPECT_EQ(take_line(rest), "one");
  EXPECT_EQ(take_line(rest), "");
  EXPECT_EQ(take_line(rest), "three");
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(take_line(rest), "");
}

TEST(TakeWord, SkipsBlanksAndTabs) {
  std::string_view rest = " \tone\t two ";
  EXPECT_EQ(take_word(rest), "one");
  EXPECT_EQ(take_word(rest), "two");
  EXPECT_EQ(take_word(rest), "");
  EXPECT_TRUE(rest.empty());
}

TEST(Trimmed, CutsBlanksAtBothEndsOnly) {
  EXPECT_EQ(trimmed("\t a b \t"), "a b");
  EXPECT_EQ(trimmed(" \t "), "");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_EQ(trimmed("\na"), "\na");
}

TEST(Escaped, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(escaped("firefox (Web) \"1\""), "firefox (Web) \"1\"");
  EXPECT_EQ(escaped("日本語 ü €"), "日本語 ü €");
  EXPECT_EQ(escaped("😀"), "😀");
}

TEST(Escaped, DisarmsControlCharacters) {
  EXPECT_EQ(escaped("\x1b[31mred"), R"(\x1b[31mred)");
  EXPECT_EQ(escaped("\x1b]0;title\x07"), R"(\x1b]0;title\x07)");
  EXPECT_EQ(escaped("a\nb\r\tc\x7f"), R"(a\x0ab\x0d\x09c\x7f)");
  EXPECT_EQ(escaped(std::string_view("\0", 1)), R"(\x00)");
  EXPECT_EQ(escaped("\u009b31m"), R"(\u{009b}31m)");  // CSI in one character, which some terminals obey
  EXPECT_EQ(escaped("a\u2028b"), R"(a\u{2028}b)");
}

TEST(Escaped, DisarmsMarksThatTurnTheDirectionOfWriting) {
  EXPECT_EQ(escaped("a\u202eb"), R"(a\u{202e}b)");
  EXPECT_EQ(escaped("\u2066\u2069\u200e\u200f\u061c"), R"(\u{2066}\u{2069}\u{200e}\u{200f}\u{061c})");
}

TEST(Escaped, DoublesTheBackslashSoThatNothingCanBeFeigned) { EXPECT_EQ(escaped(R"(\x1b)"), R"(\\x1b)"); }

TEST(Escaped, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(escaped("a\xff"), R"(a\xff)");
  EXPECT_EQ(escaped("\xc3"), R"(\xc3)");                          // a first byte alone
  EXPECT_EQ(escaped("\xa9z"), R"(\xa9z)");                        // a second byte alone
  EXPECT_EQ(escaped("\xc0\xaf"), R"(\xc0\xaf)");                  // overlong "/"
  EXPECT_EQ(escaped("\xed\xa0\x80"), R"(\xed\xa0\x80)");          // half of a surrogate pair
  EXPECT_EQ(escaped("\xf4\x90\x80\x80"), R"(\xf4\x90\x80\x80)");  // past U+10FFFF
  EXPECT_EQ(escaped("\xe2\x82(x"), R"(\xe2\x82(x)");
}

TEST(Escaped, CutsAtTheLimitAndSaysSo) {
  EXPECT_EQ(escaped("abcdef", 6), "abcdef");
  EXPECT_EQ(escaped("abcdef", 3), "abc…");
  EXPECT_EQ(escaped("abc", 0), "…");
  EXPECT_EQ(escaped("", 0), "");
}

TEST(Escaped, StaysUtf8WhereTheLimitCutsACharacterInHalf) {
  EXPECT_EQ(escaped("aé", 2), R"(a\xc3…)");
  EXPECT_EQ(escaped("a😀", 4), R"(a\xf0\x9f\x98…)");
}

constexpr std::array<std::string_view, 4> kKnown = {"psi_full_above", "psi_some_above", "grace", "for"};

TEST(Nearest, FindsWhatWasMeant) {
  EXPECT_EQ(nearest("psi_ful_above", kKnown), "psi_full_above");
  EXPECT_EQ(nearest("grase", kKnown), "grace");
  EXPECT_EQ(nearest("fo", kKnown), "for");
  EXPECT_EQ(nearest("grace", kKnown), "grace");
}

TEST(Nearest, IsSilentWhereNothingIsLikely) {
  EXPECT_EQ(nearest("volume", kKnown), std::nullopt);
  EXPECT_EQ(nearest("", kKnown), std::nullopt);
  EXPECT_EQ(nearest("grace", {}), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'x'), kKnown), std::nullopt);
}

}  // namespace
}  // namespace forestall
