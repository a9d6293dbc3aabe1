// SPDX-License-Identifier: MIT
// What `forestall doctor` prints.
#include "cli/doctor.h"

#include <nlohmann/json.hpp>

#include "cli/golden.h"
#include "cli/made_up_machine.h"

namespace forestall::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

cli::Diagnosis diagnosis_of(cli::Machine machine) {
  cli::Diagnosis d;
  d.findings = cli::diagnose(machine);
  d.machine = std::move(machine);
  d.next = leak();
  return d;
}

/// Every severity, a list, several commands, and names that mean harm.
cli::Machine ill() {
  auto m = well();
  m.panic_on_oom = 2;
  m.guards.push_back(other("earlyoom", 7));
  m.guards.back().unit = "x;\x1b[2J.service";
  m.oomd_installed = true;
  m.managed = {{"/etc/systemd/system/\x1b[31m.slice.d/10.conf", "ManagedOOMSwap=kill"}};
  m.silent = {"[[avoid]] 2: comm = '^mysqdl$'"};
  m.sample.zram = {.swap_size = 8 * kGiB, .swap_used = 2 * kGiB, .stored = 2 * kGiB, .cost = 700 * kMiB};
  return m;
}

TEST(Doctor, SaysSoWhereAllIsWell) {
  const auto d = diagnosis_of(well());
  EXPECT_EQ(cli::in_plain_words(d), golden("doctor_well.txt"));
  EXPECT_TRUE(d.is_well());
}

TEST(Doctor, SaysWhatIsWrongTheGravestFirst) {
  const auto d = diagnosis_of(ill());
  EXPECT_EQ(cli::in_plain_words(d), golden("doctor_ill.txt"));
  EXPECT_FALSE(d.is_well());
}

TEST(Doctor, SaysTheSameToPrograms) { EXPECT_EQ(cli::as_json(diagnosis_of(ill())), golden("doctor_ill.json")); }

TEST(Doctor, SaysToProgramsWhatThereIsNot) {
  auto d = diagnosis_of(well());
  d.machine.sample.psi.reset();
  d.next.reset();
  const auto json = nlohmann::json::parse(cli::as_json(d));
  EXPECT_EQ(json.at("well"), true);
  EXPECT_EQ(json.at("findings"), nlohmann::json::array());
  EXPECT_TRUE(json.at("pressure").is_null());
  EXPECT_TRUE(json.at("zram").is_null());
  EXPECT_TRUE(json.at("next").is_null());
}

TEST(Doctor, OfAContainerWithoutAnythingSaysWhatIsKnown) {
  cli::Machine m;
  m.in_container = true;
  m.sees_everybody = false;
  cli::Diagnosis d;
  d.machine = std::move(m);
  EXPECT_THAT(cli::in_plain_words(d),
              AllOf(StartsWith("All is well.\n\nThis container\n"), HasSubstr("swap        none\n"),
                    HasSubstr("pressure    not known: no PSI\n"), HasSubstr("forestalld  not known: "),
                    HasSubstr("first to go nobody: ")));
}

TEST(Doctor, IsWellWithAdviceAlone) {
  auto m = well();
  m.min_ttl_ms = 1000;
  m.overcommit_memory = 1;
  const auto d = diagnosis_of(m);
  EXPECT_TRUE(d.is_well());
  EXPECT_THAT(cli::in_plain_words(d), StartsWith("Nothing must be mended, 1 should be; 1 note.\n"));
}

}  // namespace
}  // namespace forestall::testing
