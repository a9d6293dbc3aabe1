// SPDX-License-Identifier: MIT
// Every host test runs inside; listing them needs no privilege.
#include <gmock/gmock.h>

#include "support/private_world_linux.h"

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  const auto run = [] { return RUN_ALL_TESTS(); };
  if (GTEST_FLAG_GET(list_tests)) return run();
  return forestall::testing::run_in_private_world(run);
}
