// SPDX-License-Identifier: MIT
// What is said of an incident, in which words, and when it is not.
#include <fmt/format.h>

#include <algorithm>

#include "bus/peers_linux.h"
#include "report/words.h"

namespace forestall::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class Signals : public PeersTest {
 protected:
  /// Without what is said of properties, and of low memory.
  std::vector<std::string> told(Event event, const Incident& i) {
    happen(event, i);
    std::vector<std::string> all = signals(1);
    std::erase_if(all, [](const std::string& s) { return s.starts_with("Prop") || s.starts_with("Low"); });
    return all;
  }
};

TEST_F(Signals, TellWhoWasSelected) {
  const auto all = told(Event::victim_terminated, incident());
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_THAT(all[0],
              AllOf(StartsWith("VictimSelected 4242 \"firefox\" \"app-firefox.scope\" \"/user.slice/"),
                    HasSubstr("\"SIGTERM\" \"rule \"low-memory\": memory available 1.4 GiB, limit 1.5 GiB"),
                    HasSubstr("[\"IncidentId\" \"0123456789abcdeffedcba9876543210\""), HasSubstr("\"DryRun\" false"),
                    HasSubstr("\"Score\" 300"), HasSubstr("\"PromisedBytes\" 4294967296")));
}

TEST_F(Signals, TellNobodyACommandLine) {
  for (const Event event : kAllEvents) happen(event, incident());
  EXPECT_THAT(signals(10), Each(Not(HasSubstr("--private"))));
}

TEST_F(Signals, TellWhoWasKilledWhenHeIsGone) {
  Incident i = ended_incident();
  EXPECT_THAT(told(Event::victim_gone, i),
              ElementsAre(AllOf(StartsWith("Killed 4242 \"firefox\""), HasSubstr("\"SIGTERM\""),
                                HasSubstr("\"Outcome\" \"memory_back\""), HasSubstr("\"ExitUSec\" 400000"),
                                HasSubstr("\"MemoryBackUSec\" 450000"))));
  i.attempt.killed = at(300ms);
  EXPECT_THAT(told(Event::victim_gone, i), ElementsAre(HasSubstr("\"SIGKILL\"")));
}

TEST_F(Signals, TellOfSigkillOnlyIfItIsTheFirst) {
  Incident i = incident();
  i.attempt.killed = at(1ms);
  EXPECT_THAT(told(Event::victim_killed, i), ElementsAre(StartsWith("VictimSelected")));
  i.attempt.terminated = at(0ms);
  EXPECT_THAT(told(Event::victim_killed, i), IsEmpty());
}

TEST_F(Signals, SayThatItIsOnlyADryRun) {
  Incident i = incident();
  i.dry_run = true;
  EXPECT_THAT(told(Event::victim_terminated, i), ElementsAre(HasSubstr("\"DryRun\" true")));
}

TEST_F(Signals, WarnOfAllThatAsksForSomebody) {
  for (const Event event : {Event::pressure_warning, Event::victim_survived, Event::no_victim, Event::breaker_opened,
                            Event::kernel_killed, Event::restart_loop}) {
    EXPECT_THAT(told(event, incident()), ElementsAre(StartsWith(fmt::format("Warning \"{}\" \"", name_of(event)))));
  }
  EXPECT_THAT(told(Event::recovered, incident()), ElementsAre(StartsWith("Recovered [\"IncidentId\"")));
  EXPECT_THAT(told(Event::stood_down, incident()), IsEmpty());
}

TEST_F(Signals, CarryHostileNamesEscaped) {
  Incident i = incident();
  i.attempt.victim.comm.assign("\xff\x1b[31m");
  i.attempt.victim.place.user_unit.assign("a\xc3\x28.scope");
  i.rule_name.assign("\n");
  EXPECT_THAT(told(Event::victim_terminated, i),
              ElementsAre(AllOf(HasSubstr("\"\\xff\\x1b[31m\""), HasSubstr("a\\xc3(.scope"))));
}

/// By construction: on the hot path there is only Announcements::tell, which knows no bus.
TEST_F(Signals, WaitUntilTheLookIsOver) {
  announcements_.tell(Event::victim_terminated, incident());
  EXPECT_EQ(sink_.told, 1);
  EXPECT_THAT(signals(0), IsEmpty());
  service_->after_look();
  EXPECT_THAT(signals(1), Contains(StartsWith("VictimSelected")));
}

TEST_F(Signals, BeyondWhatThereIsRoomForAreLost) {
  for (int i = 0; i < 100; ++i) announcements_.tell(Event::victim_terminated, incident());
  EXPECT_EQ(sink_.told, 100);
  service_->after_look();
  const auto is_selection = [](const std::string& s) { return s.starts_with("VictimSelected"); };
  EXPECT_EQ(std::ranges::count_if(signals(5), is_selection), 5);
  EXPECT_THAT(property("Counters"), HasSubstr("\"victim_terminated\" 100"));
}

/// The client is not served: what is not read piles up in the socket first, and then no further than 64 messages.
TEST_F(Signals, AreDroppedIfNobodyReadsThem) {
  std::uint64_t queued = 0;
  const auto tell = [&] {
    happen(Event::victim_terminated, incident());
    sd_bus_get_n_queued_write(service_->bus(), &queued);
  };
  for (int i = 0; i < 50'000 && queued <= 8; ++i) tell();  // until its socket takes no more
  for (int i = 0; i < 200; ++i) tell();
  EXPECT_GT(queued, 8U) << "the socket took them all: the test proves nothing";
  EXPECT_LE(queued, 66U);
}

class LowMemory : public PeersTest {
 protected:
  std::vector<std::string> warnings() {
    std::vector<std::string> all = signals(0);
    std::erase_if(all, [](const std::string& s) { return !s.starts_with("Low"); });
    return all;
  }
  void happen_at(Duration time, Event event) {
    Incident i = incident();
    i.now_time = at(time);
    happen(event, i);
  }
};

TEST_F(LowMemory, IsSaidWithTheLevelsOfGlib) {
  happen_at(0s, Event::pressure_warning);
  happen_at(1s, Event::victim_terminated);
  happen_at(2s, Event::victim_killed);
  EXPECT_THAT(warnings(), ElementsAre("LowMemoryWarning 50", "LowMemoryWarning 100", "LowMemoryWarning 255"));
}

TEST_F(LowMemory, IsSaidBeforeSomebodyHasToGo) {
  subject_.now.near = true;
  service_->after_look();
  service_->after_look();
  EXPECT_THAT(warnings(), ElementsAre("LowMemoryWarning 50"));
}

TEST_F(LowMemory, IsNotSaidAgainAtOnce) {
  happen_at(0s, Event::victim_terminated);
  happen_at(5s, Event::victim_terminated);
  happen_at(6s, Event::pressure_warning);
  EXPECT_THAT(warnings(), SizeIs(1));
  happen_at(15s, Event::victim_terminated);
  EXPECT_THAT(warnings(), SizeIs(1));
}

TEST_F(LowMemory, IsNotSaidOfWhatIsOver) {
  happen_at(0s, Event::recovered);
  happen_at(1s, Event::stood_down);
  happen_at(2s, Event::victim_gone);
  EXPECT_THAT(warnings(), IsEmpty());
}

}  // namespace
}  // namespace forestall::testing
