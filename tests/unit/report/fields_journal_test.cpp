// SPDX-License-Identifier: MIT
#include "report/fields_journal.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace forestall {
namespace {

class StderrIsJournal : public ::testing::Test {
 protected:
  StderrIsJournal() {
    EXPECT_EQ(::fstat(STDERR_FILENO, &stderr_), 0);
    if (const char* old = std::getenv("JOURNAL_STREAM")) old_ = old;
  }
  ~StderrIsJournal() override {
    old_.empty() ? ::unsetenv("JOURNAL_STREAM") : ::setenv("JOURNAL_STREAM", old_.c_str(), 1);
  }
  static bool with(const std::string& stream) {
    ::setenv("JOURNAL_STREAM", stream.c_str(), 1);
    return stderr_is_journal();
  }

  struct stat stderr_ {};
  std::string old_;
};

TEST_F(StderrIsJournal, IfJournalStreamNamesIt) {
  EXPECT_TRUE(with(fmt::format("{}:{}", stderr_.st_dev, stderr_.st_ino)));
}

TEST_F(StderrIsJournal, NotIfJournalStreamNamesSomethingElse) {
  EXPECT_FALSE(with(fmt::format("{}:{}", stderr_.st_dev, stderr_.st_ino + 1)));
  EXPECT_FALSE(with(fmt::format("{}:{}", stderr_.st_dev + 1, stderr_.st_ino)));
  EXPECT_FALSE(with(fmt::format("{}:{}x", stderr_.st_dev, stderr_.st_ino)));
  EXPECT_FALSE(with(""));
  EXPECT_FALSE(with("garbage"));
}

TEST_F(StderrIsJournal, NotWithoutJournalStream) {
  ::unsetenv("JOURNAL_STREAM");
  EXPECT_FALSE(stderr_is_journal());
}

}  // namespace
}  // namespace forestall
