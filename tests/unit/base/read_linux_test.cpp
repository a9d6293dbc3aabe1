// SPDX-License-Identifier: MIT
#include "base/read_linux.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "unit/file_tree_linux.h"

namespace forestall {
namespace {

class ReadLines : public ::testing::Test {
 protected:
  bool read(const std::string& text) {
    tree_.write("file", text);
    const Fd file = open_to_read(AT_FDCWD, tree_.path("file").c_str());
    return read_lines(file, buffer_, [this](std::string_view& piece) {
      while (piece.find('\n') != std::string_view::npos) lines_.emplace_back(take_line(piece));
    });
  }

  testing::FileTree tree_;
  std::array<char, 8> buffer_{};
  std::vector<std::string> lines_;
};

TEST_F(ReadLines, AFileMayBeLongerThanTheBuffer) {
  EXPECT_TRUE(read("one\ntwo\nthree\nfour\n\nsix\n"));
  EXPECT_EQ(lines_, (std::vector<std::string>{"one", "two", "three", "four", "", "six"}));
}

TEST_F(ReadLines, NothingIsReadOfAnEmptyFile) {
  EXPECT_TRUE(read(""));
  EXPECT_TRUE(lines_.empty());
}

TEST_F(ReadLines, ALineLongerThanTheBufferEndsTheReading) {
  EXPECT_FALSE(read("one\nnineteen-twenty\ntwo\n"));
  EXPECT_EQ(lines_, (std::vector<std::string>{"one"}));
}

TEST_F(ReadLines, WhatCannotBeReadIsAFailure) {
  EXPECT_FALSE(read_lines(Fd(), buffer_, [](std::string_view& /*piece*/) { FAIL(); }));
}

}  // namespace
}  // namespace forestall
