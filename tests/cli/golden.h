// SPDX-License-Identifier: MIT
// What is printed, against files beside the tests. Where a difference is meant, the text of the failure is what to put
// there.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include "forestall/incident.h"
#include "forestall/units.h"

namespace forestall::testing {

inline std::string golden(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(FORESTALL_SOURCE_DIR "/tests/cli/" + name).rdbuf();
  return text.str();
}

/// Its name means harm.
inline CandidateNote leak() {
  CandidateNote c;
  c.process.id = {4711, 1};
  c.process.uid = 1000;
  c.process.comm.assign("leak\x1b[2J\u202e");
  c.process.unit.assign("app-leak.scope");
  c.process.memory = 3 * kGiB;
  c.terms[0] = {"memory", 187'500};
  c.term_count = 1;
  c.score = 187'500;
  return c;
}

}  // namespace forestall::testing
