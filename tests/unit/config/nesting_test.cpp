// SPDX-License-Identifier: MIT
#include "config/nesting.h"

#include <gtest/gtest.h>

#include <string>

namespace forestall::config {
namespace {

std::string many(char c, std::size_t n = kDeepestNesting + 1) { return std::string(n, c); }

TEST(Nesting, AllowsAsMuchAsItSays) {
  EXPECT_FALSE(nested_too_deep(many('[', kDeepestNesting)));
  EXPECT_FALSE(nested_too_deep(many('.', kDeepestNesting)));
  EXPECT_TRUE(nested_too_deep(many('[')));
  EXPECT_TRUE(nested_too_deep(many('{')));
  EXPECT_TRUE(nested_too_deep(many('.')));
}

TEST(Nesting, CountsWhatIsOpenNotWhatThereIs) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "[[rule]]\na.b = [1.5, 2.5, {c.d = 1}]\n";
  EXPECT_FALSE(nested_too_deep(text));
  EXPECT_FALSE(nested_too_deep("a = [" + many(']') + many('[', kDeepestNesting)));
}

TEST(Nesting, LooksIntoNoStringAndNoComment) {
  EXPECT_FALSE(nested_too_deep("# " + many('[') + "\na = 1 #" + many('.')));
  EXPECT_FALSE(nested_too_deep("a = \"" + many('[') + "\""));
  EXPECT_FALSE(nested_too_deep("a = \"\\\"" + many('[') + "\""));
  EXPECT_FALSE(nested_too_deep("a = '" + many('[') + "'"));
  EXPECT_FALSE(nested_too_deep("a = \"\"\"\n\"\"" + many('[') + "\\\"\"\"\"\"\""));
  EXPECT_FALSE(nested_too_deep("a = '''\n''" + many('[') + "'''"));
  EXPECT_FALSE(nested_too_deep("a = \"" + many('[')));
  EXPECT_FALSE(nested_too_deep("#"));
}

TEST(Nesting, SeesWhatComesAfterStringsAndComments) {
  for (const std::string before : {"#\n", "a = \"\"", "a = ''", "a = \"\\\\\"", "a = '\\'", "a = \"\"\"\"\"\"",
                                   "a = \"\"\" \"\"\"\"", "a = \"\"\" \"\"\"\"\"", "a = ''''''", "a = \"x\n"}) {
    EXPECT_TRUE(nested_too_deep(before + many('['))) << before;
  }
}

TEST(Nesting, SaysWhere) {
  const auto place = nested_too_deep("# ä\nä = " + many('['));
  ASSERT_TRUE(place);
  EXPECT_EQ(place->line, 2U);
  EXPECT_EQ(place->column, 5U + kDeepestNesting);
}

}  // namespace
}  // namespace forestall::config
