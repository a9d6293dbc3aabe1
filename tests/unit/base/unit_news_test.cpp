// SPDX-License-Identifier: MIT
#include "base/unit_news.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace forestall {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class UnitNewsTest : public ::testing::Test {
 protected:
  UnitNewsTest() : places_(1) {}

  /// The one place of a unit of its own.
  KnownPlace& add(const std::string& path) {
    KnownPlace place;
    place.cgroup.path.assign(path);
    place.unit = static_cast<std::uint16_t>(places_.size());
    places_.push_back(place);
    return places_.back();
  }

  std::vector<std::string> look(Bytes more_than = kMiB) {
    std::vector<std::string> lines;
    for (const UnitChange& u : news_.look(Instant{}, places_, more_than)) {
      lines.push_back(fmt::format("{} {} {}", u.cgroup.view(), u.facts.whole, u.facts.filled / kKiB));
    }
    return lines;
  }

  std::vector<KnownPlace> places_;
  UnitNews news_;
};

TEST_F(UnitNewsTest, TellWhoFillsAndWhoIsAWholeAndOfNobodyElse) {
  places_.reserve(4);
  add("/ordinary");
  KnownPlace& filler = add("/filler");
  filler.filled = 5 * kMiB;
  add("/whole").whole = true;
  EXPECT_THAT(look(), ElementsAre("/filler false 5120", "/whole true 0"));
  EXPECT_THAT(look(), IsEmpty());
  filler.filled = 6 * kMiB;
  EXPECT_THAT(look(), IsEmpty()) << "no more than asked for";
  filler.filled += kKiB;
  EXPECT_THAT(look(), ElementsAre("/filler false 6145"));
  filler.filled -= kKiB;
  EXPECT_THAT(look(0), ElementsAre("/filler false 6144"));
}

TEST_F(UnitNewsTest, TellWhatIsCountedTwice) {
  KnownPlace& unit = add("/a");
  unit.counted_twice = 2 * kMiB;
  EXPECT_THAT(look(), SizeIs(1));
  unit.counted_twice = 3 * kMiB;
  EXPECT_THAT(look(), IsEmpty());
  unit.counted_twice = 0;
  EXPECT_THAT(look(), SizeIs(1));
}

TEST_F(UnitNewsTest, SayWhenAUnitIsAsOthersAreOnce) {
  KnownPlace& unit = add("/a");
  unit.filled = kKiB;
  EXPECT_THAT(look(), IsEmpty());
  EXPECT_THAT(look(0), SizeIs(1));
  unit.filled = 0;
  EXPECT_THAT(look(), ElementsAre("/a false 0")) << "however little it was";
  EXPECT_THAT(look(), IsEmpty());
  unit.whole = true;
  EXPECT_THAT(look(), ElementsAre("/a true 0"));
  unit.preference = OomPreference::avoid;
  EXPECT_THAT(look(), SizeIs(1));
}

TEST_F(UnitNewsTest, OfWhomTheBookForgotNothingIsKnown) {
  add("/a").filled = 2 * kMiB;
  add("/b").filled = 2 * kMiB;
  EXPECT_THAT(look(), SizeIs(2));
  places_.resize(2);
  EXPECT_THAT(look(), ElementsAre("/b false 0"));
  places_.resize(1);
  EXPECT_THAT(look(), ElementsAre("/a false 0"));
  EXPECT_THAT(look(), IsEmpty());
}

TEST_F(UnitNewsTest, SpeakOfTheUnitNotOfThePlacesInIt) {
  places_.reserve(3);
  add("/a").filled = 2 * kMiB;
  add("/a/below").unit = 1;
  EXPECT_THAT(look(), ElementsAre("/a false 2048"));
}

TEST_F(UnitNewsTest, WhoFindsNoRoomIsToldOfWhenThereIsSome) {
  for (std::size_t i = 0; i <= UnitNews::kRoom; ++i) add(fmt::format("/{}", i)).whole = true;
  EXPECT_THAT(look(), SizeIs(UnitNews::kRoom));
  EXPECT_THAT(look(), IsEmpty());
  places_[1].whole = false;
  EXPECT_THAT(look(), ElementsAre("/0 false 0", fmt::format("/{} true 0", UnitNews::kRoom)));
}

}  // namespace
}  // namespace forestall
