// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "unit/config/layers.h"

namespace forestall::config {
namespace {

namespace fs = std::filesystem;

class Load : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = fs::temp_directory_path() / "forestall-config-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { fs::remove_all(directory_); }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((directory_ / name).parent_path());
    std::ofstream(directory_ / name) << text;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return directory_ / name; }
  [[nodiscard]] Result<Config> load_default() const { return load(std::nullopt, directory_); }

  fs::path directory_;
};

TEST_F(Load, OfNothingIsTheBuiltinConfiguration) {
  EXPECT_EQ(load_default().value(), builtin());
  EXPECT_EQ(load(std::nullopt, path("not/there")).value(), builtin());
}

TEST_F(Load, ReadsTheDropInsAfterTheFileInTheOrderOfTheirNames) {
  write("forestall.toml", "[kill]\nbreaker_kills = 10\n[[prefer]]\ncomm = '0'\n");
  write("conf.d/20-b.toml", "[kill]\nbreaker_kills = 30\n[[prefer]]\ncomm = '2'\n");
  write("conf.d/10-a.toml", "[kill]\nbreaker_kills = 20\n[[prefer]]\ncomm = '1'\n");
  const Config config = load_default().value();
  EXPECT_EQ(config.kill.breaker_kills, 30U);
  ASSERT_EQ(config.prefer.size(), 3U);
  EXPECT_EQ(config.prefer[0].comm, "0");
  EXPECT_EQ(config.prefer[1].comm, "1");
  EXPECT_EQ(config.prefer[2].comm, "2");
}

TEST_F(Load, PassesOverWhatIsNoDropIn) {
  write("conf.d/a.toml~", "broken");
  write("conf.d/a.toml.dpkg-new", "broken");
  write("conf.d/.a.toml", "broken");
  write("conf.d/README", "broken");
  EXPECT_EQ(load_default().value(), builtin());
}

TEST_F(Load, NamesTheFileOfAMistake) {
  write("conf.d/a.toml", "\nvolume = 11\n");
  EXPECT_EQ(load_default().error().what.substr(0, path("conf.d/a.toml").size() + 6), path("conf.d/a.toml") + ":2:1: ");
}

TEST_F(Load, ReadsOnlyTheFileThatIsGiven) {
  write("forestall.toml", "broken");
  write("mine.toml", "[kill]\nbreaker_kills = 7\n");
  EXPECT_EQ(load(path("mine.toml"), directory_).value().kill.breaker_kills, 7U);
}

void expect_unreadable(const Result<Config>& config, const std::string& path, int code) {
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, code);
  EXPECT_EQ(config.error().what,
            path + ": cannot be read as a configuration file; allowed is a regular file that may be read");
}

TEST_F(Load, WantsTheFileThatIsGivenToExist) { expect_unreadable(load(path("none.toml")), path("none.toml"), ENOENT); }

TEST_F(Load, RefusesADirectoryInPlaceOfAFile) {
  fs::create_directories(directory_ / "forestall.toml");
  expect_unreadable(load_default(), path("forestall.toml"), EISDIR);
}

TEST_F(Load, RefusesAFifoWithoutWaitingForIt) {
  ASSERT_EQ(::mkfifo(path("pipe.toml").c_str(), 0600), 0);
  expect_unreadable(load(path("pipe.toml")), path("pipe.toml"), ESPIPE);
}

TEST_F(Load, RefusesAFileThatMayNotBeRead) {
  write("forestall.toml", "");
  fs::permissions(directory_, fs::perms::all);
  fs::permissions(directory_ / "forestall.toml", fs::perms::none);
  // Root may read everything: a child without privileges looks.
  EXPECT_EXIT(
      {
        constexpr uid_t nobody = 65534;
        if (::geteuid() == 0 && ::setuid(nobody) != 0) std::_Exit(1);
        const auto config = load_default();
        std::_Exit(!config && config.error().code == EACCES ? 0 : 2);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(Load, RefusesADropInThatPointsNowhere) {
  fs::create_directories(directory_ / "conf.d");
  fs::create_symlink("/nonexistent", directory_ / "conf.d/a.toml");
  expect_unreadable(load_default(), path("conf.d/a.toml"), ENOENT);
}

TEST_F(Load, RefusesAFileThatPointsNowhere) {
  fs::create_symlink("/nonexistent", directory_ / "forestall.toml");
  expect_unreadable(load_default(), path("forestall.toml"), ENOENT);
}

TEST_F(Load, RefusesADropInDirectoryThatPointsNowhere) {
  fs::create_symlink("/nonexistent", directory_ / "conf.d");
  const auto config = load_default();
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, ENOENT);
}

TEST_F(Load, RefusesAFileInPlaceOfTheDropInDirectory) {
  write("conf.d", "");
  const auto config = load_default();
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, ENOTDIR);
  EXPECT_EQ(config.error().what, path("conf.d") + ": cannot be listed; allowed is a directory that may be read");
}

TEST_F(Load, ReadsNoMoreThanAMebibyte) {
  write("big.toml", std::string(kLargestFile + 1, '\n'));
  EXPECT_EQ(load(path("big.toml")).error().what, path("big.toml") + ": is larger than 1 MiB; allowed is at most 1 MiB");
  EXPECT_EQ(load("/dev/zero").error().what, "/dev/zero: is larger than 1 MiB; allowed is at most 1 MiB");
}

}  // namespace
}  // namespace forestall::config
