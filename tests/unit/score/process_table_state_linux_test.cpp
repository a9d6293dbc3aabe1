// SPDX-License-Identifier: MIT
// ProcfsTable where an entry asks for the state of a process, which does not keep.
#include <gtest/gtest.h>

#include "unit/score/kin_of_table_linux.h"

namespace forestall {
namespace {

using testing::kSmall;

class StateOfTable : public testing::KinOfTable {
 protected:
  StateOfTable() {
    Match stopped;
    stopped.state = "T";
    stopped.points = 200;
    book_ = testing::book({}, {}, {stopped});
  }
  void live(char state) {
    proc_.add({.pid = 51, .anon = kSmall, .state = state});
    proc_.add({.pid = 52, .state = state});
  }
};

TEST_F(StateOfTable, WhatItSaysHoldsUntilTheStateChanges) {
  live('S');
  settle();
  for (const std::int32_t pid : {51, 52}) EXPECT_EQ(kin(pid).prefer_points, 0);
  live('T');
  learn();
  for (const std::int32_t pid : {51, 52}) EXPECT_EQ(kin(pid).prefer_points, 200) << pid;
  live('S');
  learn();
  for (const std::int32_t pid : {51, 52}) EXPECT_EQ(kin(pid).prefer_points, 0) << pid;
}

TEST_F(StateOfTable, ALookInAHurryTakesItAsItWas) {
  live('T');
  settle();
  sample_.time += std::chrono::seconds(5);
  live('S');
  for (const std::int32_t pid : {51, 52}) EXPECT_EQ(kin(pid).prefer_points, 200) << pid;
  EXPECT_TRUE(look().processes.front().profile.complete) << "nobody has to wait for it";
}

}  // namespace
}  // namespace forestall
