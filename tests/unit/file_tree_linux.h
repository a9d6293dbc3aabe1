// SPDX-License-Identifier: MIT
// A directory of small files that is thrown away: what a test shows to the adapters in place of /proc and /sys.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace forestall::testing {

class FileTree {
 public:
  FileTree() {
    // In memory where it can be had: a busy disk would make these tests slow.
    const std::filesystem::path memory = "/dev/shm";
    const bool has_memory = std::filesystem::is_directory(memory);
    std::string name = ((has_memory ? memory : std::filesystem::temp_directory_path()) / "forestall-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  ~FileTree() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  FileTree(const FileTree&) = delete;
  FileTree& operator=(const FileTree&) = delete;

  /// Writes `text` to a file below the root, into the old file if there is one.
  void write(const std::string& name, std::string_view text) const {
    const std::filesystem::path path = root_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    EXPECT_TRUE(file.flush().good()) << path;
  }
  void remove(const std::string& name) const { std::filesystem::remove_all(root_ / name); }
  [[nodiscard]] std::string path(const std::string& name = "") const {
    return name.empty() ? root_.string() : (root_ / name).string();
  }

 private:
  std::filesystem::path root_;
};

}  // namespace forestall::testing
