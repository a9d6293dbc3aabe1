// SPDX-License-Identifier: MIT
// While somebody has it paused nobody new is chosen, and everything else goes on.
#include "scenario/scenario.h"

namespace forestall::testing {
namespace {

using ::testing::Contains;
using ::testing::Optional;

class Pause : public Scenario {
 protected:
  void pause_for(Duration duration) { forestall().engine().pause(machine.now() + duration); }
};

TEST_F(Pause, SparesEverybodyUntilItIsOver) {
  run_for(1s);
  pause_for(1min);
  machine.spawn("innocent", 300 * kMiB);
  fill_up_to(kVeryLow);
  run_for(50s);
  EXPECT_THAT(machine.sent(), IsEmpty());
  EXPECT_THAT(machine.killed(), IsEmpty());
  EXPECT_TRUE(forestall().engine().paused_until());
  ASSERT_TRUE(run_until(Event::victim_killed, 11s));
  EXPECT_FALSE(forestall().engine().paused_until());
  run_for(10s);
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
}

TEST_F(Pause, EndsAtOnceIfThatIsWanted) {
  run_for(1s);
  pause_for(1h);
  fill_up_to(kLow);
  run_for(1min);
  EXPECT_THAT(machine.sent(), IsEmpty());
  forestall().engine().pause(std::nullopt);
  EXPECT_TRUE(run_until(Event::victim_terminated, 1s));
}

TEST_F(Pause, SeesThroughWhoWasSignalledBefore) {
  fill_up_to(kLow).ignores_sigterm();
  ASSERT_TRUE(run_until(Event::victim_terminated));
  pause_for(1h);
  EXPECT_TRUE(run_until(Event::victim_killed, 6s));
  run_for(1s);
  EXPECT_THAT(machine.killed(), ElementsAre("hog"));
}

TEST_F(Pause, DoesNotSilenceWarnings) {
  Rule& warning = rule("warning");
  warning.action = Action::notify;
  warning.mem_available_below = Size::of(2 * kGiB);
  run_for(1s);
  pause_for(1h);
  fill_up_to(kLow);
  run_for(1min);
  EXPECT_THAT(machine.events(), ElementsAre(Event::pressure_warning));
}

TEST_F(Pause, OutlivesAReload) {
  run_for(1s);
  pause_for(1h);
  forestall().engine().reconfigure(config);
  fill_up_to(kLow);
  run_for(1min);
  EXPECT_THAT(machine.sent(), IsEmpty());
}

}  // namespace
}  // namespace forestall::testing
