// SPDX-License-Identifier: MIT
// What every scenario has: a machine, the built-in configuration, and forestall watching. A scenario asserts a pair:
// the guilty one dies, and everybody else lives.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <optional>

#include "config/config_file.h"
#include "support/fake_machine.h"

namespace forestall::testing {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Scenario : public ::testing::Test {
 protected:
  explicit Scenario(Bytes ram = 8 * kGiB) : machine(ram) {}

  /// Begins to watch at the first call, with `config` and `dry_run` as they are then.
  Driver& forestall() {
    if (!driver_) driver_.emplace(machine, config, dry_run);
    return *driver_;
  }
  void run_for(Duration duration) { forestall().run_for(duration); }
  bool run_until(Event event, Duration at_most = 2min) { return forestall().run_until(event, at_most); }

  /// A process that takes memory until so much is available, and then keeps what it has.
  FakeProcess& fill_up_to(Bytes left, std::string_view comm = "hog", Bytes per_second = 4 * kGiB) {
    const Bytes size = machine.available() - left;
    return machine.spawn(comm, 0).grows(per_second, 0s, size - size / 512);
  }

  /// Files in tmpfs until the limit of "low-memory" is passed, but not that of "out-of-memory".
  void fill_tmpfs_until_low() {
    const Bytes left = machine.sample().memory.anon_pages * 75 / 1000;  // 7 % of what programs could have
    machine.fill_tmpfs(machine.available() - left);
  }

  /// The [[rule]] of this name, or a new one.
  Rule& rule(std::string_view name) {
    for (Rule& r : config.rules) {
      if (r.name == name) return r;
    }
    config.rules.emplace_back().name = name;
    return config.rules.back();
  }

  FakeMachine machine;
  Config config = config::builtin();
  bool dry_run = false;

 private:
  std::optional<Driver> driver_;
};

/// On a machine of 8 GiB: below the limit of "low-memory", above that of "out-of-memory".
inline constexpr Bytes kLow = 600 * kMiB;
/// Below both.
inline constexpr Bytes kVeryLow = 250 * kMiB;

}  // namespace forestall::testing
