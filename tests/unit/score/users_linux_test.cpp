// SPDX-License-Identifier: MIT
#include "score/users_linux.h"

#include <gtest/gtest.h>

namespace forestall {
namespace {

TEST(Users, AreFoundByName) {
  EXPECT_EQ(uid_of("root"), 0U);
  EXPECT_FALSE(uid_of("no-such-user-as-this"));
  EXPECT_FALSE(uid_of(""));
}

}  // namespace
}  // namespace forestall
