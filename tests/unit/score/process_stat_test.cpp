// SPDX-License-Identifier: MIT
#include "base/process_stat.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace forestall {
namespace {

/// /proc/PID/stat of a process that calls itself `comm`.
std::string stat_of(std::string_view comm, std::string_view flags = "4194304", std::string_view start = "12345") {
  return fmt::format(
      "77 ({}) S 42 43 44 34819 -1 {} 100 0 0 0 5 6 0 0 20 -7 3 0 {} 10000 200 18446744073709551615 0 0\n", comm, flags,
      start);
}

TEST(ProcessStat, TellsEveryField) {
  const auto stat = parse_stat(stat_of("bash"));
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->comm.view(), "bash");
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->parent, 42);
  EXPECT_EQ(stat->process_group, 43);
  EXPECT_EQ(stat->terminal, 0x8803);
  EXPECT_FALSE(stat->kernel_thread);
  EXPECT_EQ(stat->cpu_time, std::chrono::milliseconds(110));
  EXPECT_EQ(stat->nice, -7);
  EXPECT_EQ(stat->threads, 3U);
  EXPECT_EQ(stat->start_time, 12345U);
  EXPECT_EQ(stat->address_space, 10000U);
}

TEST(ProcessStat, CpuTimeNeverOverflows) {
  const std::string most = "18446744073709551615";
  const auto stat = parse_stat(fmt::format("1 (a) S 0 0 0 0 0 0 0 0 0 0 {0} {0} 0 0 0 0 0 0 5 0\n", most));
  ASSERT_TRUE(stat);
  EXPECT_GT(stat->cpu_time, std::chrono::hours(24 * 365 * 200));
}

TEST(ProcessStat, RefusesAPriorityThatThereIsNot) {
  for (const int nice : {-21, 20}) {
    EXPECT_FALSE(parse_stat(fmt::format("1 (a) S 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 {} 0 0 5 0\n", nice))) << nice;
  }
}

TEST(Terminal, IsNamedAsBelowDev) {
  EXPECT_EQ(name_of_terminal(0), "");
  EXPECT_EQ(name_of_terminal(0x8803), "pts/3");
  EXPECT_EQ(name_of_terminal(0x10882C), "pts/300") << "the minor number has a part above the major";
  EXPECT_EQ(name_of_terminal(0x402), "tty2");
  EXPECT_EQ(name_of_terminal(0x43F), "tty63");
  EXPECT_EQ(name_of_terminal(0x440), "ttyS0");
  EXPECT_EQ(name_of_terminal(0x501), "") << "/dev/console is none of these";
  EXPECT_EQ(name_of_terminal(-1), "");
}

class HostileComm : public ::testing::TestWithParam<std::string> {};

TEST_P(HostileComm, ChangesNothingElse) {
  const auto stat = parse_stat(stat_of(GetParam()));
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->comm.view(), GetParam());
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->parent, 42);
  EXPECT_EQ(stat->process_group, 43);
  EXPECT_FALSE(stat->kernel_thread);
  EXPECT_EQ(stat->start_time, 12345U);
}

INSTANTIATE_TEST_SUITE_P(ProcessStat, HostileComm,
                         ::testing::Values("", "a) Z 1 (b", ") Z 1 1 1 0 -", "))))))))", "((((((", "a\nb", "a\tb c",
                                           "\n", "\xF0\x9F\x98", "caf\xC3", std::string(3, '\0'), "\x1b[31m", " "));

TEST(ProcessStat, KeepsTheLongNamesOfKernelThreads) {
  const std::string longest(64, 'k');
  EXPECT_EQ(parse_stat(stat_of(longest))->comm.view(), longest);
  EXPECT_EQ(parse_stat(stat_of(longest + "more"))->comm.view(), longest);
  EXPECT_EQ(parse_stat(stat_of("kworker/R-rcu_gp (x)"))->comm.view(), "kworker/R-rcu_gp (x)");
}

TEST(ProcessStat, AKernelThreadIsKnownByItsFlagAlone) {
  EXPECT_TRUE(parse_stat(stat_of("bash", "2129984"))->kernel_thread) << "0x208040, with PF_KTHREAD";
  EXPECT_FALSE(parse_stat(stat_of("[kthreadd]"))->kernel_thread);
}

TEST(ProcessStat, NeverTellsHalfANumberWhereverTheTextEnds) {
  for (const auto* comm : {"bash", "a) Z 1 (b"}) {
    const std::string text = stat_of(comm);
    for (std::size_t length = 0; length < text.size(); ++length) {
      EXPECT_FALSE(parse_stat(text.substr(0, length))) << text.substr(0, length);
    }
  }
}

TEST(ProcessStat, RefusesNumbersThatDoNotFit) {
  EXPECT_FALSE(parse_stat(stat_of("bash", "18446744073709551616")));
  EXPECT_FALSE(parse_stat(stat_of("bash", "0", "18446744073709551616")));
  EXPECT_TRUE(parse_stat(stat_of("bash", "0", "18446744073709551615")));
  EXPECT_FALSE(parse_stat(stat_of("bash", "0", "-1")));
}

class BadStat : public ::testing::TestWithParam<const char*> {};

TEST_P(BadStat, IsRefused) { EXPECT_FALSE(parse_stat(GetParam())); }

INSTANTIATE_TEST_SUITE_P(ProcessStat, BadStat,
                         ::testing::Values("", "\n", ")(\n", "1 ()\n", "1 (a) S\n", "1 a S 0\n",
                                           "1 (a) SS 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5 0\n",
                                           "1 (a) S -1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5 0\n",
                                           "1 (a) S 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5 0\n",
                                           "1 (a) S 0 2147483648 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5 0\n",
                                           "1 (a) S 2147483648 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5 0\n"));

}  // namespace
}  // namespace forestall
