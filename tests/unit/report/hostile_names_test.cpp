// SPDX-License-Identifier: MIT
// Names belong to strangers: in no outlet may one forge a field, a line, a colour, or the direction of writing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/text.h"
#include "report/block.h"
#include "report/incident_json.h"
#include "report/telling.h"
#include "unit/report/incidents.h"

namespace forestall {
namespace {

class HostileName : public ::testing::TestWithParam<std::string> {
 protected:
  HostileName() {
    Attempt& a = incident_.attempt;
    a.victim.comm.assign(GetParam());
    for (auto* comm : {&incident_.candidates[0].process.comm, &incident_.spared[0].process.comm}) {
      comm->assign(GetParam());
    }
    for (auto* unit : {&a.victim.place.unit, &a.victim.place.user_unit, &incident_.candidates[0].process.unit}) {
      unit->assign(GetParam());
    }
    a.victim.place.path.assign(GetParam());
    a.victim.profile.exe.assign(GetParam());
    a.victim.profile.cmdline.assign(GetParam());
    incident_.rule_name.assign(GetParam());
  }

  Incident incident_ = testing::ended_incident();
};

/// No control characters, no marks that turn the direction of writing, and valid UTF-8: what escaping leaves alone.
bool is_harmless(std::string_view text) {
  std::string doubled;  // escaped() doubles backslashes, and nothing else of a harmless text
  for (const char c : text) doubled += c == '\\' ? std::string("\\\\") : std::string(1, c);
  return escaped(text, text.size()) == doubled;
}

TEST_P(HostileName, ForgesNoFieldOfTheJournal) {
  const auto count = [](const Incident& i, Event event) { return journal_fields(event, i).size(); };
  for (const Event event : testing::kAllEvents) {
    EXPECT_EQ(count(incident_, event), count(testing::ended_incident(), event));
    for (const std::string& field : journal_fields(event, incident_)) EXPECT_TRUE(is_harmless(field)) << field;
  }
}

TEST_P(HostileName, ForgesNoLineAndNoColourOfABlock) {
  for (const Event event : testing::kAllEvents) {
    const std::string text = block(event, incident_, false);
    const std::string usual = block(event, testing::ended_incident(), false);
    EXPECT_EQ(std::ranges::count(text, '\n'), std::ranges::count(usual, '\n')) << text;
    std::string_view rest = text;
    while (!rest.empty()) EXPECT_TRUE(is_harmless(take_line(rest))) << text;
  }
}

TEST_P(HostileName, LeavesJsonValid) {
  const auto candidates = nlohmann::json::parse(candidates_json(std::span(incident_.candidates).first(2)));
  EXPECT_EQ(candidates.size(), 2U);
  EXPECT_EQ(candidates[0]["comm"], escaped(incident_.candidates[0].process.comm.view()));
  EXPECT_EQ(candidates[0]["pid"], 4242);
  const auto spared = nlohmann::json::parse(spared_json(std::span(incident_.spared).first(1)));
  EXPECT_EQ(spared[0]["why"], "system_unit");
  EXPECT_TRUE(is_harmless(candidates_json(std::span(incident_.candidates).first(2))));
}

INSTANTIATE_TEST_SUITE_P(Report, HostileName,
                         ::testing::Values("a\nMESSAGE=forged", "a\nVICTIM_PID=1\nb", "\x1b[2J\x1b[31mred", "\r\nx",
                                           "\xE2\x80\xAEtxt.exe",  // U+202E: right to left
                                           "\xE2\x81\xA6x",
                                           "\xC2\x9B"
                                           "31m",  // U+2066, and CSI as one character
                                           "\xE2\x80\xA8line", "\xFF\xFE", "caf\xC3", "\xF0\x9F\x98",
                                           "\xED\xA0\x80",  // a surrogate
                                           std::string(3, '\0'), "\"},{\"pid\":1", "back\\slash\\x41", "{}{0}{:d}",
                                           std::string(40, '\n'), "\x7f", "\t"));

}  // namespace
}  // namespace forestall
