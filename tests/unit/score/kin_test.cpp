// SPDX-License-Identifier: MIT
#include "score/kin.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "forestall/ranking.h"
#include "unit/score/facts.h"

namespace forestall {
namespace {

using testing::place_of;

const std::string kUserManager = "/user.slice/user-1000.slice/user@1000.service";

class PlaceBookTest : public ::testing::Test {
 protected:
  std::uint16_t number(const std::string& path) { return book_.number_of(place_of(path)); }
  const KnownPlace& known(const std::string& path) {
    const std::uint16_t place = number(path);
    return book_.places()[place];
  }
  std::uint16_t unit(const std::string& path) { return known(path).unit; }
  bool whole(const std::string& path) { return known(path).whole; }
  void fill() {
    for (std::size_t i = book_.places().size(); i < PlaceBook::kRoom; ++i) number("/" + std::to_string(i));
  }

  PlaceBook book_;
};

TEST_F(PlaceBookTest, TheSamePathIsTheSameNumberAndAnotherIsAnother) {
  const auto first = number("/system.slice/a.service");
  const auto second = number("/system.slice/b.service");
  EXPECT_NE(first, second);
  EXPECT_EQ(number("/system.slice/a.service"), first);
  EXPECT_EQ(book_.places().size(), 3U);
  EXPECT_EQ(book_.places()[second].cgroup.path.view(), "/system.slice/b.service");
}

TEST_F(PlaceBookTest, NumberZeroIsNowhere) {
  EXPECT_EQ(book_.number_of(CgroupPlace{}), 0U);
  EXPECT_EQ(book_.places().size(), 1U);
  EXPECT_EQ(book_.places()[0].unit, 0U);
}

TEST_F(PlaceBookTest, AUnitIsNamedByTheFirstOfItsPlaces) {
  number("/system.slice/other.service");
  const auto first = number("/system.slice/a.service/workers");
  EXPECT_EQ(unit("/system.slice/a.service/workers"), first);
  EXPECT_EQ(unit("/system.slice/a.service/master"), first);
  EXPECT_NE(unit("/system.slice/b.service"), first);
}

TEST_F(PlaceBookTest, UnitsOfTwoUsersAreTwoHoweverTheyAreCalled) {
  const auto of_alice = unit(kUserManager + "/app.slice/a.service");
  EXPECT_NE(of_alice, 0U);
  EXPECT_EQ(unit(kUserManager + "/app.slice/a.service/below"), of_alice);
  EXPECT_NE(unit(kUserManager + "/app.slice/b.service"), of_alice);
  EXPECT_NE(unit("/user.slice/user-1001.slice/user@1001.service/app.slice/a.service"), of_alice);
}

TEST_F(PlaceBookTest, WhatCannotGoAsOneIsInNoUnit) {
  EXPECT_EQ(unit("/user.slice/user-1000.slice/session-2.scope"), 0U);
  EXPECT_EQ(unit("/user.slice"), 0U);
}

TEST_F(PlaceBookTest, WhenItIsFullNewPlacesAreNowhereAndOldOnesStay) {
  fill();
  const auto* where = book_.places().data();
  EXPECT_EQ(number("/new"), 0U);
  EXPECT_EQ(number("/511"), 511U);
  EXPECT_EQ(book_.places().size(), PlaceBook::kRoom);
  EXPECT_EQ(book_.places().data(), where);
}

TEST_F(PlaceBookTest, MakesItsRoomBeforehand) {
  const auto* where = book_.places().data();
  fill();
  EXPECT_EQ(book_.places().data(), where);
}

TEST_F(PlaceBookTest, IsCrowdedBeforeItIsFullAndBeginsAnew) {
  for (std::size_t i = 1; i < PlaceBook::kCrowd; ++i) number("/" + std::to_string(i));
  EXPECT_FALSE(book_.crowded());
  number("/one/more");
  EXPECT_TRUE(book_.crowded());
  book_.clear();
  EXPECT_FALSE(book_.crowded());
  EXPECT_EQ(book_.places().size(), 1U);
  EXPECT_EQ(number("/after/that"), 1U);
}

/// A path of `length` bytes inside a service.
std::string long_path(std::size_t length) {
  std::string path = "/system.slice/a.service/";
  return path + std::string(length - path.size(), 'x');
}
std::string long_name(std::size_t length) {
  return std::string(length - std::string(".service").size(), 'x') + ".service";
}

TEST_F(PlaceBookTest, WhatMayHaveBeenCutIsNoUnit) {
  EXPECT_NE(unit(long_path(254)), 0U);
  EXPECT_EQ(unit(long_path(255)), 0U);
  EXPECT_EQ(unit(long_path(300)), 0U);
  EXPECT_NE(unit("/system.slice/" + long_name(94)), 0U);
  EXPECT_EQ(unit("/system.slice/" + long_name(95)), 0U);
  EXPECT_NE(unit(kUserManager + "/app.slice/" + long_name(94)), 0U);
  EXPECT_EQ(unit(kUserManager + "/app.slice/" + long_name(95)), 0U);
}

TEST_F(PlaceBookTest, WhatMayHaveBeenCutDoesNotSpoilTheUnit) {
  number(long_path(255));
  EXPECT_NE(unit("/system.slice/a.service"), 0U);
}

TEST_F(PlaceBookTest, AVirtualMachineIsWhole) {
  EXPECT_TRUE(whole("/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/vcpu0"));
  EXPECT_FALSE(whole("/machine.slice/libpod-1.scope"));
  EXPECT_FALSE(whole("/system.slice/machine-qemu.scope")) << "anybody can call it that";
  EXPECT_FALSE(whole(kUserManager + "/machine.slice/machine-1.scope")) << "that slice is the user's own";
}

TEST_F(PlaceBookTest, AUnitIsMadeWholeByEachOfItsPlaces) {
  const auto first = number("/system.slice/a.service/master");
  book_.make_whole(number("/system.slice/a.service/workers"));
  EXPECT_TRUE(book_.places()[first].whole);
  EXPECT_FALSE(whole("/system.slice/b.service"));
}

struct PlaceCase {
  const char* path;
  bool as_one;
  bool session;
  bool manager;
};

class PlaceOfKin : public ::testing::TestWithParam<PlaceCase> {};

TEST_P(PlaceOfKin, IsOfItsKind) {
  const CgroupPlace place = place_of(GetParam().path);
  EXPECT_EQ(can_go_as_one(place), GetParam().as_one);
  EXPECT_EQ(is_session(place), GetParam().session);
  EXPECT_EQ(is_of_a_manager(place), GetParam().manager);
}

#define USER "/user.slice/user-1000.slice/user@1000.service"
INSTANTIATE_TEST_SUITE_P(
    Kin, PlaceOfKin,
    ::testing::Values(PlaceCase{"/", false, false, false}, PlaceCase{"/system.slice", false, false, false},
                      PlaceCase{"/system.slice/a.service", true, false, false},
                      PlaceCase{"/system.slice/a.scope", true, false, false},
                      PlaceCase{"/system.slice/a.service/below", true, false, false},
                      PlaceCase{USER "/app.slice/a.service", true, false, false},
                      PlaceCase{USER "/app.slice/a.scope", true, false, false},
                      PlaceCase{USER "/app.slice/session-2.scope", true, false, false},
                      PlaceCase{USER, false, false, false}, PlaceCase{USER "/app.slice", false, false, false},
                      PlaceCase{USER "/init.scope", false, false, true}, PlaceCase{"/init.scope", false, false, true},
                      PlaceCase{"/user.slice/user-1000.slice/session-2.scope", false, true, false},
                      PlaceCase{"/user.slice/user-1000.slice/session-c1.scope", false, true, false},
                      PlaceCase{"/system.slice/session-2.service", true, false, false},
                      PlaceCase{"/system.slice/my-session-2.scope", true, false, false}));
#undef USER

TEST(PathOfUnit, EndsWithTheUnit) {
  const auto path_of = [](const std::string& path) { return std::string(path_of_unit(place_of(path))); };
  EXPECT_EQ(path_of("/system.slice/a.service"), "/system.slice/a.service");
  EXPECT_EQ(path_of("/system.slice/a.service/b/a.service"), "/system.slice/a.service");
  EXPECT_EQ(path_of("/not-a.service.slice/a.service/b"), "/not-a.service.slice/a.service");
  EXPECT_EQ(path_of("/a.service-not.slice/a.service/b"), "/a.service-not.slice/a.service");
  EXPECT_EQ(path_of(kUserManager + "/app.slice/a.scope/b"), kUserManager + "/app.slice/a.scope");
  EXPECT_EQ(path_of(kUserManager + "/app.slice/1000.service/b"), kUserManager + "/app.slice/1000.service");
  EXPECT_EQ(path_of("/system.slice"), "");
  EXPECT_EQ(path_of("/"), "");
}

TEST(KinOf, KeepsWhatMattersToItsRelatives) {
  ProcessFacts p = testing::process(10, "a name of more than 15 bytes", 5 * kMiB);
  p.process_group = 9;
  p.oom_score_adj = -7;
  p.swap = 3 * kMiB;
  p.page_tables = kMiB;
  p.shmem = kGiB;
  p.profile.complete = true;
  p.profile.prefer_points = 20;
  p.profile.avoid_points = 30;
  const Kin kin = kin_of(p, 4, true);
  EXPECT_EQ(kin.id, (ProcessId{10, 100}));
  EXPECT_EQ(kin.parent, 500);
  EXPECT_EQ(kin.process_group, 9);
  EXPECT_EQ(kin.uid, testing::kAlice);
  EXPECT_EQ(kin.oom_score_adj, -7);
  EXPECT_EQ(kin.comm.view(), "a name of more ");
  EXPECT_EQ(kin.memory, 9 * kMiB);
  EXPECT_EQ(kin.swap, 3 * kMiB);
  EXPECT_EQ(kin.place, 4U);
  EXPECT_TRUE(kin.must_live);
  EXPECT_TRUE(kin.profile_known);
  EXPECT_EQ(kin.prefer_points, 20);
  EXPECT_EQ(kin.avoid_points, 30);
  EXPECT_FALSE(kin_of(p, 4, false).must_live);
}

TEST(KinOf, PointsBeyondAllReasonAreBounded) {
  ProcessFacts p = testing::process(10, "x");
  p.profile.prefer_points = p.profile.avoid_points = INT64_MAX;
  EXPECT_EQ(kin_of(p, 0, false).prefer_points, 1'000'000);
  EXPECT_EQ(kin_of(p, 0, false).avoid_points, 1'000'000);
}

TEST(KindInWords, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const Kind kind : {Kind::process, Kind::family, Kind::unit, Kind::automatic}) names.insert(name_of(kind));
  EXPECT_EQ(names, (std::set<std::string_view>{"process", "family", "unit", "auto"}));
}

}  // namespace
}  // namespace forestall
