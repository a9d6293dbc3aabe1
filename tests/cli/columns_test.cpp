// SPDX-License-Identifier: MIT
#include "cli/columns.h"

#include <gmock/gmock.h>

namespace forestall::cli {
namespace {

TEST(Columns, AreThoseThatATerminalDraws) {
  EXPECT_EQ(columns_of(""), 0U);
  EXPECT_EQ(columns_of("abc"), 3U);
  EXPECT_EQ(columns_of("äß…█"), 4U);
  EXPECT_EQ(columns_of("日本"), 4U);
  EXPECT_EQ(columns_of("🦊"), 2U);
}

TEST(Columns, WhatFitsIsNotCut) {
  EXPECT_EQ(cut("abc", 3), "abc");
  EXPECT_EQ(cut("日本", 4), "日本");
  EXPECT_EQ(fitted("abc", 5), "abc  ");
}

TEST(Columns, WhatDoesNotFitEndsInAnEllipsisAndNeverInHalfACharacter) {
  EXPECT_EQ(cut("abcd", 3), "ab…");
  EXPECT_EQ(cut("日本", 3), "日…");
  EXPECT_EQ(cut("äöü", 2), "ä…");
  EXPECT_EQ(cut("abc", 0), "");
  EXPECT_EQ(fitted("日本", 2), "… ") << "a character of two columns does not fit beside the ellipsis";
}

TEST(Columns, OfTextThatEndsInTheMiddleOfACharacterAreANumber) {
  EXPECT_LE(columns_of("a\xe6\x97"), 3U);
  EXPECT_LE(columns_of("\xff\xff\x80"), 3U);
}

}  // namespace
}  // namespace forestall::cli
