// SPDX-License-Identifier: MIT
// Every file of tests/data/choices is a complaint about who was killed, or a promise about whom we choose.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/quantity.h"
#include "choices/choice_case.h"
#include "report/words.h"
#include "score/parties.h"
#include "support/made_up_kin.h"

namespace forestall::choices {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFewestCases = 40;

std::vector<fs::path> case_files() {
  std::vector<fs::path> files;
  std::error_code none;  // a folder that is not there is an empty one: ThereIsATable says so
  for (const auto& entry : fs::directory_iterator(FORESTALL_SOURCE_DIR "/tests/data/choices", none)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string name_of(const fs::path& file) {
  std::string name = file.stem();
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

/// A census of all processes of a case.
class Everybody {
 public:
  Everybody(const std::vector<ProcessFacts>& processes, const ChoiceCase& c)
      : processes_(processes), lineage_(c.lineage) {
    for (const ProcessFacts& p : processes) {
      if (p.kernel_thread) continue;
      kin_.push_back(testing::made_up_kin(p, lineage_, places_));
      const auto unit = std::ranges::find(c.units, p.place.unit.view(), &ChoiceUnit::name);
      if (unit != c.units.end()) places_.recall(kin_.back().place, unit->facts);
    }
  }
  [[nodiscard]] Census census() const { return {processes_, lineage_, processes_.size(), kin_, places_.places()}; }

 private:
  std::span<const ProcessFacts> processes_;
  std::span<const std::int32_t> lineage_;
  PlaceBook places_;
  std::vector<Kin> kin_;
};

/// The real scorer's answer, reached as the daemon reaches it: two looks a window apart, then the order.
void rank_all(const ChoiceCase& c, Kinship& kinship, Ranking& ranking) {
  const Bytes minimum = c.config.victim.minimum.in(c.ram_and_swap);
  Growth growth(c.config.score.growth_window);
  Instant now{};
  for (const auto* then : {&c.before, &c.processes}) {
    const Everybody everybody(*then, c);
    growth.see(now += growth.window(), everybody.census());
  }
  const Everybody everybody(c.processes, c);
  const Duration suspended = kUptime - now.time_since_epoch();
  const Circumstances circumstances{{c.ram_and_swap}, now, growth, {}, c.respawners, suspended};
  reserve(ranking);
  rank(everybody.census(), circumstances, c.config.score, minimum, ranking);
  gather(everybody.census(), circumstances, c.config.victim, c.config.score, kinship, ranking);
}

std::string chosen(const Ranking& ranking) {
  return ranking.order.empty() ? std::string() : std::string(ranking.order.front().process->comm.view());
}

bool is_spared(const Ranking& ranking, const std::string& name) {
  const auto is_called = [&](const auto& entry) { return entry.process->comm.view() == name; };
  return std::ranges::none_of(ranking.order, is_called) && std::ranges::any_of(ranking.spared, is_called);
}

/// What is wrong with the choice, or nothing.
std::string mistake(const ChoiceCase& c, const Ranking& ranking) {
  if (chosen(ranking) != c.victim) return fmt::format("\"{}\" was chosen, not \"{}\"", chosen(ranking), c.victim);
  if (c.victim.empty()) return "";
  const Party& party = ranking.order.front().party;
  if (name_of(party.kind) != c.kind || party.processes != c.ended) {
    return fmt::format("a {} of {} would end, not a {} of {}", name_of(party.kind), party.processes, c.kind, c.ended);
  }
  for (const std::string& name : c.spared) {
    if (!is_spared(ranking, name)) return fmt::format("\"{}\" was not spared", name);
  }
  return "";
}

/// The order with every term, for whoever has to find out.
std::string explained(const ChoiceCase& c, const Ranking& ranking) {
  constexpr std::size_t enough = 12;
  std::string text = fmt::format("why: {}\nsource: {}\n", c.why, c.source);
  for (std::size_t i = 0; i < std::min(enough, ranking.order.size()); ++i) {
    const Candidate& candidate = ranking.order[i];
    text += fmt::format("{:>3}. {:<16} {:>9} {} of {}, score of {} {}:", i + 1, candidate.process->comm.view(),
                        human(candidate.process->freed_by_death()), name_of(candidate.party.kind),
                        candidate.party.processes, candidate.counted, candidate.score);
    for (std::size_t t = 0; t < candidate.term_count; ++t) {
      text += fmt::format(" {} {}", candidate.terms[t].name, candidate.terms[t].points);
    }
    text += '\n';
  }
  for (std::size_t i = 0; i < std::min(enough, ranking.spared.size()); ++i) {
    const Spared& s = ranking.spared[i];
    text += fmt::format("  -. {:<16} {:>9} spared: {}\n", s.process->comm.view(), human(s.process->freed_by_death()),
                        name_of(s.why));
  }
  return text;
}

class Choice : public ::testing::TestWithParam<fs::path> {};

TEST_P(Choice, IsRight) {
  SCOPED_TRACE(GetParam());
  std::ifstream file(GetParam());
  const ChoiceCase c = read_case(std::string(std::istreambuf_iterator<char>(file), {}));
  Kinship kinship;
  Ranking ranking;
  rank_all(c, kinship, ranking);
  const std::string wrong = mistake(c, ranking);
  if (c.open.empty()) {
    EXPECT_EQ(wrong, "") << explained(c, ranking);
  } else {
    EXPECT_NE(wrong, "") << "no longer open (" << c.open << "): remove the mark\n" << explained(c, ranking);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Choice, ::testing::ValuesIn(case_files()),
                         [](const auto& file) { return name_of(file.param); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Choice);

TEST(Choices, ThereIsATable) {
  EXPECT_GE(case_files().size(), kFewestCases) << "in " FORESTALL_SOURCE_DIR "/tests/data/choices";
}

std::string complaint_about(std::string_view text) {
  try {
    read_case(text);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

constexpr const char* kCase = "why = 'x'\nram = '1GiB'\nvictim = 'a'\n";
constexpr const char* kProcess = "[[process]]\ncomm = 'a'\nmemory = '1MiB'\n";

TEST(ChoiceCase, WithASlipOfThePenIsAnError) {
  using ::testing::HasSubstr;
  const auto with = [](std::string_view top, std::string_view process) {
    return complaint_about(fmt::format("{}{}\n{}{}\n", kCase, top, kProcess, process));
  };
  EXPECT_EQ(with("", ""), "");
  EXPECT_THAT(with("sparred = ['a']", ""), HasSubstr("unknown key \"sparred\""));
  EXPECT_THAT(with("", "memroy = '1GiB'"), HasSubstr("unknown key \"memroy\""));
  EXPECT_THAT(with("config = \"[victim]\\nminimun = '1%'\"", ""), HasSubstr("minimun"));
  EXPECT_THAT(with("config = \"[[prefer]]\\ncomm = '('\"", ""), HasSubstr("comm"));
  EXPECT_THAT(with("spared = ['b']", ""), HasSubstr("no process is called \"b\""));
  EXPECT_THAT(with("spared = 'b'", ""), HasSubstr("spared is no array"));
  EXPECT_THAT(with("spared = ['a']", ""), HasSubstr("among the spared"));
  EXPECT_THAT(with("open = ''", ""), HasSubstr("says not why"));
  EXPECT_THAT(with("open = true", ""), HasSubstr("wrong type"));
  EXPECT_THAT(with("", "adj = 1001"), HasSubstr("adj is 1001"));
  EXPECT_THAT(with("", "adj = '5'"), HasSubstr("wrong type"));
  EXPECT_THAT(with("", "swap = '10%'"), HasSubstr("is no amount"));
  EXPECT_THAT(with("", "grew = '2MiB'"), HasSubstr("grew by more than it has"));
  EXPECT_THAT(with("", "user = 'carol'"), HasSubstr("carol"));
  EXPECT_THAT(with("", "unit = 'a.service'\ncgroup = '/b'"), HasSubstr("both unit and cgroup"));
  EXPECT_THAT(with("", "[[unit]]\nname = 'x.service'"), HasSubstr("nobody lives in \"x.service\""));
  EXPECT_THAT(with("", "[[unit]]\nname = 'x.service'\nfilled = '1B'"), HasSubstr("unknown key \"filled\""));
  EXPECT_THAT(with("", "pid = 7\ncount = 2\n[[process]]\ncomm = 'b'\nmemory = '1B'\npid = 8"), HasSubstr("twice"));
  EXPECT_THAT(complaint_about("why = 'x'\nram = '1GiB'\n" + std::string(kProcess)), HasSubstr("victim is missing"));
  EXPECT_THAT(complaint_about("why = 'x'\nram =\n"), HasSubstr("line 2"));
  EXPECT_THAT(complaint_about(kCase), HasSubstr("process is missing"));
}

}  // namespace
}  // namespace forestall::choices
