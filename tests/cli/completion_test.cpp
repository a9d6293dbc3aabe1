// SPDX-License-Identifier: MIT
// Completion of a made-up command, against files beside this one, and what bash makes of it. Where a difference is
// meant, the text of the failure is what to put there. The shells are asked in tests/shell.
#include "cli/completion.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/command.h"

namespace forestall::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

std::string golden(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(FORESTALL_SOURCE_DIR "/tests/cli/" + name).rdbuf();
  return text.str();
}

/// One of everything: values of each kind, what can be repeated, a command in a command, and what is hidden. Its words
/// mean something to a shell.
class Completion : public ::testing::Test {
 protected:
  Completion() {
    app_.set_version_flag("--version", "1");
    auto* look = app_.add_subcommand("look", "Who's there? [all]: of $HOME");
    look->add_option("--config", text_, "A file")->type_name("FILE");
    look->add_option("--by", list_, "Can be repeated")->type_name("TERM")->check(CLI::IsMember({"age", "adj"}));
    look->add_option("--both", list_, "Two of them")->type_name("FILE")->expected(2);
    look->add_option("-n,--most", text_, "So many")->type_name("N");
    look->add_flag("--json", flag_, "As JSON");
    look->add_flag("--secret", flag_, "Nobody's business")->group("");
    auto* from = app_.add_subcommand("import", "What others were told")->add_subcommand("oomd", "Of oomd");
    from->add_option("--directory", text_, "Where it is")->type_name("DIR");
    app_.add_subcommand("check", "Is it good?")->add_option("FILE", text_, "Which");
    app_.add_subcommand("hidden", "For packagers")->group("");
    std::filesystem::create_directories(directory_ + "/a directory");
    std::ofstream(directory_ + "/a file") << "x";
  }
  ~Completion() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] cli::CommandWords words() const { return cli::words_of(app_); }
  [[nodiscard]] const std::string& directory() const { return directory_; }

  /// What bash offers for the last of `typed`, which are the words as bash cuts them.
  std::vector<std::string> offered(const std::vector<std::string>& typed) { return offered_by(words(), typed); }
  std::vector<std::string> offered_by(const cli::CommandWords& root, const std::vector<std::string>& typed) {
    const std::string script = directory_ + "/script";
    std::ofstream file(script);
    file << cli::for_bash(root) << "COMP_WORDS=(forestall";
    for (const std::string& word : typed) file << " '" << word << "'";
    file << ")\nCOMP_CWORD=" << typed.size() << "\n_forestall\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n" << std::flush;
    std::FILE* output = ::popen(("bash --norc '" + script + "' 2>&1").c_str(), "r");
    std::string text;
    for (int c = 0; (c = std::fgetc(output)) != EOF;) text += static_cast<char>(c);
    EXPECT_EQ(::pclose(output), 0) << text;
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
      if (!line.empty()) lines.push_back(line);
    }
    return lines;
  }

 private:
  CLI::App app_{"Made up", "forestall"};
  std::string text_;
  std::vector<std::string> list_;
  bool flag_ = false;
  std::string directory_ = ::testing::TempDir() + "completion of " + std::to_string(::getpid());
};

TEST_F(Completion, OfBashIsAsInItsFile) { EXPECT_EQ(cli::for_bash(words()), golden("completion.bash")); }
TEST_F(Completion, OfZshIsAsInItsFile) { EXPECT_EQ(cli::for_zsh(words()), golden("completion.zsh")); }
TEST_F(Completion, OfFishIsAsInItsFile) { EXPECT_EQ(cli::for_fish(words()), golden("completion.fish")); }

TEST_F(Completion, InBashOffersTheCommandsThatBeginSoButNoHiddenOne) {
  EXPECT_THAT(offered({""}), UnorderedElementsAre("look", "import", "check"));
  EXPECT_THAT(offered({"lo"}), ElementsAre("look"));
  EXPECT_THAT(offered({"hid"}), IsEmpty());
  EXPECT_THAT(offered({"import", ""}), ElementsAre("oomd"));
}

TEST_F(Completion, InBashOffersTheOptionsOfTheCommandButNoHiddenOne) {
  EXPECT_THAT(offered({"-"}), UnorderedElementsAre("-h", "--help", "--version"));
  EXPECT_THAT(offered({"look", "--"}),
              UnorderedElementsAre("--help", "--config", "--by", "--both", "--most", "--json"));
  EXPECT_THAT(offered({"import", "oomd", "--d"}), ElementsAre("--directory"));
}

TEST_F(Completion, InBashOffersTheValuesOfAnOption) {
  EXPECT_THAT(offered({"look", "--by", ""}), UnorderedElementsAre("age", "adj"));
  EXPECT_THAT(offered({"look", "--by", "ag"}), ElementsAre("age"));
  EXPECT_THAT(offered({"look", "--by", "="}), UnorderedElementsAre("age", "adj"));
  EXPECT_THAT(offered({"look", "--by", "=", "ad"}), ElementsAre("adj"));
  EXPECT_THAT(offered({"look", "-n", ""}), IsEmpty()) << "a number is nobody's to guess";
}

TEST_F(Completion, InBashOffersFilesAndDirectoriesWithBlanksInTheirNames) {
  EXPECT_THAT(offered({"look", "--config", directory() + "/a"}),
              UnorderedElementsAre(directory() + "/a file", directory() + "/a directory"));
  EXPECT_THAT(offered({"look", "--both", directory() + "/a f"}), ElementsAre(directory() + "/a file"));
  EXPECT_THAT(offered({"import", "oomd", "--directory", directory() + "/a"}),
              ElementsAre(directory() + "/a directory"));
  EXPECT_THAT(offered({"check", directory() + "/a f"}), ElementsAre(directory() + "/a file"));
}

TEST_F(Completion, InBashTakesNoValueForACommand) {
  EXPECT_THAT(offered({"look", "--config", "check", "--j"}), ElementsAre("--json"));
}

TEST_F(Completion, OfTheRealCommandOffersWhatItKnows) {
  CLI::App app{"", "forestall"};
  cli::Run run;
  cli::add_commands(app, run);
  const cli::CommandWords real = cli::words_of(app);
  EXPECT_THAT(offered_by(real, {""}), IsSupersetOf({"explain", "check", "doctor", "history", "show"}));
  EXPECT_THAT(offered_by(real, {""}), Not(Contains("completion")));
  EXPECT_THAT(offered_by(real, {"explain", "--without", "me"}), ElementsAre("memory"));
  EXPECT_THAT(offered_by(real, {"show", "--ht"}), ElementsAre("--html"));
}

}  // namespace
}  // namespace forestall::testing
