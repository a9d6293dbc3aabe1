// SPDX-License-Identifier: MIT
#include "score/offenders.h"

#include <gtest/gtest.h>

#include "unit/score/facts.h"

namespace forestall {
namespace {

using namespace std::chrono_literals;
using testing::kAlice;
using testing::place_of;

constexpr Instant kNow{1h};
constexpr std::string_view kApps = "/user.slice/user-1000.slice/user@1000.service/app.slice/";

Program program(std::string_view comm, std::string_view unit = "/system.slice/a.service", std::uint32_t uid = kAlice) {
  return program_of(uid, comm, place_of(unit));
}
Program app(const std::string& unit) { return program("x", std::string(kApps) + unit); }

TEST(Program, IsItsUserItsNameAndItsUnit) {
  EXPECT_EQ(program("leak"), program("leak"));
  EXPECT_NE(program("leak"), program("leak2"));
  EXPECT_NE(program("leak"), program("leak", "/system.slice/b.service"));
  EXPECT_NE(program("leak"), program("leak", "/system.slice/a.service", 0)) << "a name alone can be anybody's";
}

TEST(Program, IsTheSameWhenADesktopStartsItAgain) {
  EXPECT_EQ(app("app-gnome-firefox-1234.scope"), app("app-gnome-firefox-99.scope"));
  EXPECT_EQ(app("app-firefox@0f1e.service"), app("app-firefox@77aa.service"));
  EXPECT_NE(app("app-gnome-firefox-1234.scope"), app("app-gnome-gimp-1234.scope"));
  EXPECT_NE(app("session-2.scope"), app("session-3.scope"));
}

TEST(Program, OfAContainerWithoutAUnitIsNotThatOfAnother) {
  EXPECT_NE(program("postgres", "/docker/a"), program("postgres", "/docker/b"));
}

TEST(Program, IsAnAppOnlyByTheWholeOfItsPrefix) {
  EXPECT_NE(app("app-firefox@1.service"), app("app-gimp@1.service"));
  EXPECT_NE(app("apps-1.scope"), app("apps-2.scope"));
}

TEST(Offenders, WhoIsForgottenTakesItsConductAlong) {
  Offenders offenders;
  for (int i = 0; i < 16; ++i) {
    offenders.ended(program("leak"), kNow);
    offenders.last_was_in_vain();
  }
  offenders.ended(program("leak"), kNow);
  EXPECT_FALSE(offenders.of(program("leak"), kNow).unkept);
}

TEST(Offenders, NobodyIsOneAtFirst) {
  const Offenders offenders;
  EXPECT_FALSE(offenders.any(kNow));
  EXPECT_FALSE(offenders.any(Instant{}));
  EXPECT_EQ(offenders.of(program("leak"), kNow).ended, 0U);
}

TEST(Offenders, AreCountedForTenMinutes) {
  Offenders offenders;
  offenders.ended(program("leak"), kNow);
  offenders.ended(program("other"), kNow + 1min);
  offenders.ended(program("leak"), kNow + 2min);
  EXPECT_EQ(offenders.of(program("leak"), kNow + 10min).ended, 2U);
  EXPECT_EQ(offenders.of(program("leak"), kNow + 10min + 1ns).ended, 1U);
  EXPECT_TRUE(offenders.any(kNow + 12min));
  EXPECT_FALSE(offenders.any(kNow + 12min + 1ns));
}

TEST(Offenders, TheLastTimeTellsWhetherItIsInVain) {
  Offenders offenders;
  offenders.ended(program("leak"), kNow);
  offenders.last_was_in_vain();
  offenders.ended(program("other"), kNow);
  EXPECT_TRUE(offenders.of(program("leak"), kNow).unkept);
  EXPECT_FALSE(offenders.of(program("other"), kNow).unkept);
  offenders.ended(program("leak"), kNow);
  EXPECT_FALSE(offenders.of(program("leak"), kNow).unkept);
}

TEST(Offenders, OfTooManyTheOldestAreForgotten) {
  Offenders offenders;
  offenders.ended(program("first"), kNow);
  for (int i = 0; i < 15; ++i) offenders.ended(program("leak"), kNow);
  EXPECT_EQ(offenders.of(program("first"), kNow).ended, 1U);
  EXPECT_EQ(offenders.of(program("leak"), kNow).ended, 15U);
  for (int i = 0; i < 20; ++i) offenders.ended(program("leak"), kNow);
  EXPECT_EQ(offenders.of(program("first"), kNow).ended, 0U);
  EXPECT_EQ(offenders.of(program("leak"), kNow).ended, 16U);
}

}  // namespace
}  // namespace forestall
