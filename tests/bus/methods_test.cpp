// SPDX-License-Identifier: MIT
// What may be asked for, by whom.
#include <unistd.h>

#include "bus/past_incidents.h"
#include "bus/peers_linux.h"
#include "report/story.h"

namespace forestall::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Optional;
using ::testing::SizeIs;

constexpr const char* kBusy = "org.forestall.Error.Busy";

class Methods : public PeersTest {
 protected:
  Answer pause(std::uint64_t usec) {
    return method("Pause", [usec](sd_bus_message* m) { sd_bus_message_append(m, "t", usec); });
  }
  void asked_by(std::uint32_t uid) { uids_[":1.7"] = uid; }
};

TEST_F(Methods, ExplainTellsEverybody) {
  const Answer a = method("Explain");
  ASSERT_TRUE(a.ok()) << a.error;
  EXPECT_EQ(contents(a.message.get()), "\"{\"candidates\":[]}\"");
}

TEST_F(Methods, ExplainAnswersOncePerSecondWhoeverAsks) {
  EXPECT_TRUE(method("Explain").ok());
  EXPECT_EQ(method("Explain").error, kBusy);
  EXPECT_EQ(subject_.explained, 1);
  EXPECT_TRUE(pump_until([&] { return method("Explain").ok(); }));
  EXPECT_EQ(subject_.explained, 2);
}

TEST_F(Methods, ExplainWaitsForNobodyWhoIsBeingEnded) {
  subject_.busy = true;
  const Answer a = method("Explain");
  EXPECT_EQ(a.error, kBusy);
  EXPECT_EQ(a.text, "somebody is being ended");
}

TEST_F(Methods, DumpGivesAFileThatNobodyCanChange) {
  const Answer a = method("DumpByFileDescriptor");
  ASSERT_TRUE(a.ok()) << a.error;
  int fd = -1;
  ASSERT_GT(sd_bus_message_read(a.message.get(), "h", &fd), 0);
  std::array<char, 64> text{};
  EXPECT_EQ(::read(fd, text.data(), text.size()), 12);
  EXPECT_STREQ(text.data(), "all is well\n");
  EXPECT_LT(::pwrite(fd, "x", 1, 0), 0);
}

TEST_F(Methods, IncidentsAreListedForEverybodyTheOldestFirst) {
  EXPECT_EQ(contents(method("ListIncidents").message.get()), "[]");
  Incident i = incident();
  happen(Event::victim_terminated, i);
  happen(Event::victim_gone, i);
  i.id.low = 5;
  happen(Event::no_victim, i);
  const Answer a = method("ListIncidents");
  ASSERT_TRUE(a.ok()) << a.error;
  const std::string list = contents(a.message.get());
  const auto first = list.find("0123456789abcdeffedcba9876543210");
  const auto second = list.find("0123456789abcdef0000000000000005");
  ASSERT_NE(second, std::string::npos) << list;
  EXPECT_LT(first, second);
  EXPECT_THAT(list, AllOf(HasSubstr("firefox (pid 4242, uid 1000, app-firefox.scope) is not gone yet"),
                          Not(HasSubstr("Sent SIGTERM")), HasSubstr("none of 321 processes")));
}

TEST_F(Methods, NoMoreThanTheLastIncidentsAreKept) {
  Incident i = incident();
  for (std::uint64_t n = 1; n <= bus::PastIncidents::kMost + 1; ++n) {
    i.id = {0, n};
    happen(Event::no_victim, i);
  }
  const std::string list = contents(method("ListIncidents").message.get());
  EXPECT_THAT(list,
              AllOf(Not(HasSubstr("00000000000000000000000000000001")), HasSubstr("00000000000000000000000000000002"),
                    HasSubstr("00000000000000000000000000000011")));
}

TEST_F(Methods, AnIncidentIsForRootAndWhomPolkitLets) {
  happen(Event::victim_terminated, incident());
  const auto get = [this](const char* id) {
    return method("GetIncident", [id](sd_bus_message* m) { sd_bus_message_append(m, "s", id); });
  };
  const char* id = "0123456789abcdeffedcba9876543210";
  asked_by(1000);
  polkit_ = false;
  EXPECT_EQ(get(id).error, SD_BUS_ERROR_ACCESS_DENIED);
  polkit_ = true;
  EXPECT_TRUE(get(id).ok());
  EXPECT_THAT(polkit_asked_.back(), HasSubstr("org.forestall.Forestall1.incidents"));
  asked_by(0);
  const Answer a = get(id);
  ASSERT_TRUE(a.ok()) << a.error;
  const char* json = "";
  ASSERT_GT(sd_bus_message_read(a.message.get(), "s", &json), 0);
  const auto story = parse_story(json);
  ASSERT_TRUE(story) << story.error().what;
  EXPECT_EQ(story->id, id);
  ASSERT_THAT(story->events, SizeIs(1));
  EXPECT_EQ(story->events[0].text("VICTIM_CMDLINE"), "/usr/lib/firefox/firefox --private");
  EXPECT_EQ(get("0123").error, "org.forestall.Error.NoSuchIncident");
}

TEST_F(Methods, AnIncidentThatGoesOnAndOnDoesNotFillTheMemory) {
  for (int i = 0; i < 500; ++i) happen(Event::victim_terminated, incident());
  asked_by(0);
  const Answer a = method("GetIncident",
                          [](sd_bus_message* m) { sd_bus_message_append(m, "s", "0123456789abcdeffedcba9876543210"); });
  const char* json = "";
  ASSERT_GT(sd_bus_message_read(a.message.get(), "s", &json), 0);
  EXPECT_THAT(parse_story(json)->events, SizeIs(bus::PastIncidents::kMostEvents));
}

TEST_F(Methods, RootMayWithoutPolkit) {
  asked_by(0);
  EXPECT_TRUE(method("Reload").ok());
  EXPECT_EQ(subject_.reloaded, 1);
  EXPECT_TRUE(pause(60'000'000).ok());
  EXPECT_THAT(subject_.paused_for, Optional(Duration(60s)));
  EXPECT_TRUE(method("Resume").ok());
  EXPECT_THAT(subject_.paused_for, Optional(Duration(0)));
  EXPECT_THAT(polkit_asked_, IsEmpty());
}

TEST_F(Methods, OthersMayIfPolkitSaysSo) {
  asked_by(1000);
  polkit_ = true;
  EXPECT_TRUE(method("Reload").ok());
  EXPECT_TRUE(pause(60'000'000).ok());
  EXPECT_THAT(polkit_asked_, ElementsAre("system-bus-name name :1.7 org.forestall.Forestall1.reload 0",
                                         "system-bus-name name :1.7 org.forestall.Forestall1.pause 0"));
}

TEST_F(Methods, OthersMayNotIfPolkitForbidsItOrIsNotThere) {
  asked_by(1000);
  for (const std::optional<bool> polkit : {std::optional(false), std::optional<bool>()}) {
    polkit_ = polkit;
    EXPECT_EQ(method("Reload").error, SD_BUS_ERROR_ACCESS_DENIED);
    EXPECT_EQ(pause(60'000'000).error, SD_BUS_ERROR_ACCESS_DENIED);
    EXPECT_EQ(method("Resume").error, SD_BUS_ERROR_ACCESS_DENIED);
  }
  EXPECT_EQ(subject_.reloaded, 0);
  EXPECT_FALSE(subject_.paused_for);
}

TEST_F(Methods, NobodyMayOfWhomNothingIsKnown) {
  polkit_ = true;
  EXPECT_EQ(method("Reload").error, SD_BUS_ERROR_ACCESS_DENIED);  // the bus does not know the caller
  Call c;
  c.member = "Reload";
  EXPECT_EQ(call(c).error, SD_BUS_ERROR_ACCESS_DENIED);  // there is no caller
  EXPECT_EQ(subject_.reloaded, 0);
  EXPECT_THAT(polkit_asked_, IsEmpty());
}

TEST_F(Methods, PolkitMayAskThePersonOnlyIfTheCallerLetsIt) {
  asked_by(1000);
  polkit_ = true;
  EXPECT_TRUE(
      method("Reload", [](sd_bus_message* m) { sd_bus_message_set_allow_interactive_authorization(m, 1); }).ok());
  EXPECT_THAT(polkit_asked_, ElementsAre(HasSubstr("reload 1")));
}

TEST_F(Methods, NoMoreThanAFewWaitForPolkit) {
  asked_by(1000);
  polkit_waits_ = true;
  int answered = 0;
  const auto count = [](sd_bus_message* /*reply*/, void* to, sd_bus_error* /*error*/) {
    return ++*static_cast<int*>(to);
  };
  std::vector<bus::Slot> slots;
  for (int i = 0; i < 50; ++i) {
    sd_bus_message* m = nullptr;
    sd_bus_message_new_method_call(client_.get(), &m, nullptr, bus::Forestall1::kPath, bus::Forestall1::kInterface,
                                   "Reload");
    const bus::Message owned(m);
    sd_bus_message_set_sender(m, ":1.7");
    sd_bus_slot* slot = nullptr;
    sd_bus_call_async(client_.get(), &slot, m, count, &answered, UINT64_MAX);
    slots.emplace_back(slot);
  }
  EXPECT_TRUE(pump_until([&] { return answered >= 34; }));
  EXPECT_TRUE(method("Explain").ok());  // and all else goes on
  EXPECT_EQ(answered, 34);              // 16 wait
  EXPECT_EQ(subject_.reloaded, 0);
  asked_by(0);
  EXPECT_TRUE(method("Reload").ok()) << "root is not kept out";
  EXPECT_EQ(subject_.reloaded, 1);
}

TEST_F(Methods, ReloadSaysWhatIsWrongWithTheConfiguration) {
  asked_by(0);
  subject_.now.rejected = "forestall.toml:3:1: no such key";
  const Answer a = method("Reload");
  EXPECT_EQ(a.error, "org.forestall.Error.ConfigurationRejected");
  EXPECT_EQ(a.text, "forestall.toml:3:1: no such key");
  EXPECT_THAT(signals(1), ElementsAre(HasSubstr("\"ConfigurationError\" \"forestall.toml:3:1: no such key\"")));
}

TEST_F(Methods, APauseIsBoundedAndSaid) {
  asked_by(0);
  EXPECT_EQ(pause(0).error, SD_BUS_ERROR_INVALID_ARGS);
  EXPECT_EQ(pause(3'600'000'001).error, SD_BUS_ERROR_INVALID_ARGS);
  EXPECT_EQ(pause(UINT64_MAX).error, SD_BUS_ERROR_INVALID_ARGS);
  EXPECT_FALSE(subject_.paused_for);
  EXPECT_TRUE(pause(3'600'000'000).ok());
  EXPECT_THAT(signals(1), ElementsAre(HasSubstr("[\"State\" \"paused\", \"PauseEndUSec\" 7200000000]")));
  EXPECT_EQ(property("PauseEndUSec"), "7200000000");
}

}  // namespace
}  // namespace forestall::testing
