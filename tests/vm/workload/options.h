// SPDX-License-Identifier: MIT
// The command line: KIND [--option value]... An option that the kind does not know, or lacks, is refused: a test with a
// mistyped workload must not run, let alone pass.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quantities.h"

namespace forestall::workload {

enum class OnTerm { die, ignore, save };
enum class Fill { text, random, zero };

struct Options {
  std::string comm;
  std::optional<Millis> until;
  OnTerm on_term = OnTerm::die;
  Millis save_time{2000};
  std::string save_file;
  Fill fill = Fill::text;

  std::optional<Bytes> size;
  std::optional<Bytes> rate;   ///< per second
  std::optional<Bytes> touch;  ///< per second; every page touched counts whole
  std::string file;
  Bytes file_size = 32 * kMiB;
  Bytes anon = 48 * kMiB;
  std::string out;
  Millis hold{0};
  Millis pause{0};
  Millis every{0};
  unsigned times = 3;
  unsigned children = 0;
  bool respawn = false;
};

/// One way to behave. `run` returns when nothing is left to do but to stay as it is.
struct Kind {
  std::string_view name;
  std::vector<std::string_view> needs;  ///< options that must be given
  std::vector<std::string_view> takes;  ///< options that may be given, besides those that all kinds take
  void (*run)(const Options&);
};

/// Reads what stands behind KIND; ends the program with one line (bad_usage) if it is not in order.
Options parse_options(std::span<const char* const> words, const Kind& kind);

}  // namespace forestall::workload
