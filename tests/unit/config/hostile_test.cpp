// SPDX-License-Identifier: MIT
// Text that nobody would write by accident: refused in one line, never a crash.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/text.h"
#include "unit/config/layers.h"

namespace forestall::config {
namespace {

using testing::HasSubstr;

bool is_one_safe_line(const std::string& text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Hostile, NestingIsRefusedBeforeItCanExhaustTheStack) {
  const std::string said = "nested more than 16 deep; allowed is TOML 1.0";
  EXPECT_THAT(complaint("[" + repeated("a.", 400'000) + "a]\n"), HasSubstr(said));
  EXPECT_THAT(complaint(repeated("a.", 400'000) + "a = 1\n"), HasSubstr(said));
  EXPECT_THAT(complaint("a = " + repeated("[", 400'000)), HasSubstr(said));
  EXPECT_THAT(complaint("a = " + repeated("{a = ", 100'000)), HasSubstr(said));
  EXPECT_THAT(complaint("a = " + repeated("[\n{a.a.a.a.a.a = ", 50'000)), HasSubstr(said));
  EXPECT_THAT(complaint("[" + repeated("\"a\" . ", 100'000) + "a]\n"), HasSubstr(said));
}

TEST(Hostile, NulBytesAndInvalidUtf8AreRefused) {
  using namespace std::string_literals;
  EXPECT_THAT(complaint("[poll]\n# a\0b"s), HasSubstr("a.toml:2:4: TOML: "));
  EXPECT_THAT(complaint("a\0 = 1"s), HasSubstr("a.toml:1:2: TOML: "));
  EXPECT_THAT(complaint("[[protect]]\ncomm = \"\xff\""), HasSubstr("a.toml:2:8: TOML: Encountered invalid utf-8"));
  EXPECT_THAT(complaint("# \xc0\xaf"), HasSubstr("TOML: Encountered invalid utf-8"));
  EXPECT_THAT(complaint("# \xed\xa0\x80"), HasSubstr("TOML: Encountered invalid utf-8"));
  EXPECT_THAT(complaint("# \xe2\x82"), HasSubstr("TOML: Encountered EOF during incomplete utf-8"));
  EXPECT_THAT(complaint("\xff\xfe[\0p\0"s), HasSubstr("TOML: "));
}

TEST(Hostile, TextOfMoreThanAMebibyteIsRefused) {
  EXPECT_EQ(complaint(std::string(kLargestFile, '\n')), "no complaint");
  EXPECT_EQ(complaint(std::string(kLargestFile + 1, '\n')), "a.toml: is larger than 1 MiB; allowed is at most 1 MiB");
}

TEST(Hostile, NamesAreDisarmedInMessages) {
  EXPECT_EQ(complaint("\"\\u001b[2J\\u202e\\n\" = 1\n").substr(0, 52),
            R"(a.toml:1:1: unknown key "\x1b[2J\u{202e}\x0a"; allow)");
  EXPECT_THAT(complaint("\"" + std::string(100'000, 'x') + "\" = 1\n"), HasSubstr(std::string(64, 'x') + "…\""));
  EXPECT_TRUE(is_one_safe_line(complaint("[[avoid]]\ncomm = \"(\\n\\u001b\"")));
}

TEST(Hostile, PatternsAreWrittenSoThatATerminalIsNotHarmedAndReadAgainAsTheyWere) {
  for (const auto* text : {"\xc2\x9b"
                           "31mX",
                           "\xe2\x80\xae"
                           "abc",
                           "a\x1b-J'\"\\\\d", "\xc3\xa4rger", "it's \\x41", "\x7f"}) {
    Config config = builtin();
    config.protect.emplace_back().comm = text;
    const std::string written = render(config);
    std::string on_one_line = written;
    std::ranges::replace(on_one_line, '\n', ' ');
    EXPECT_EQ(disarmed(on_one_line, on_one_line.size()), on_one_line);
    EXPECT_EQ(parsed({written}).protect.back().comm, text) << written;
  }
}

TEST(Hostile, ManyOfEverythingIsReadOrRefusedInTime) {
  EXPECT_THAT(complaint(repeated("[[rule]]\n", 100'000)), HasSubstr("a.toml:1:1: rule: has no name"));
  EXPECT_EQ(parsed({repeated("[[avoid]]\ncomm='a'\n", 40'000)}).avoid.size(), 40'000U);
  EXPECT_THAT(complaint("[[rule]]\nname='a'\nmem_available_below='" + repeated("min(1B,", 100'000) + "'"),
              HasSubstr("nested"));
}

TEST(Hostile, TheBuiltinTextCutAnywhereIsReadOrRefused) {
  const std::string text(builtin_text());
  for (std::size_t n = 0; n < text.size(); ++n) {
    const std::string said = complaint(text.substr(0, n));
    ASSERT_TRUE(said == "no complaint" || said.starts_with("a.toml:")) << n << ": " << said;
    ASSERT_TRUE(is_one_safe_line(said)) << n << ": " << said;
  }
}

TEST(Hostile, TheBuiltinTextWithBytesExchangedIsReadOrRefused) {
  constexpr std::string_view spice(
      "\0\n\r\t\"'#[]{}.,=\\%()-+_ \x7f\x80\xc3\xe2\xf0\xff"
      "e019azu",
      36);
  std::minstd_rand random(20240229);  // NOLINT(cert-msc51-cpp): the same texts in every run
  for (int round = 0; round < 2000; ++round) {
    std::string text(builtin_text());
    for (unsigned i = 0; i < 1 + random() % 4; ++i) text[random() % text.size()] = spice[random() % spice.size()];
    const std::string said = complaint(text);
    ASSERT_TRUE(said == "no complaint" || said.starts_with("a.toml:")) << said;
    ASSERT_TRUE(is_one_safe_line(said)) << said;
  }
}

}  // namespace
}  // namespace forestall::config
