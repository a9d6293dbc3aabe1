// SPDX-License-Identifier: MIT
// What `forestall doctor` says, in words or as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/diagnosis.h"
#include "forestall/incident.h"

namespace forestall::cli {

struct Diagnosis {
  Machine machine;
  std::vector<Finding> findings;      ///< diagnose(machine)
  std::optional<CandidateNote> next;  ///< who would go now

  /// Nothing must be mended.
  [[nodiscard]] bool is_well() const;
};

/// For the terminal.
std::string in_plain_words(const Diagnosis& diagnosis);

std::string as_json(const Diagnosis& diagnosis);

}  // namespace forestall::cli
