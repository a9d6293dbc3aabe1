// SPDX-License-Identifier: MIT
// The kin of a made-up process, as the real table would tell of it.
#pragma once

#include <span>

#include "score/kin.h"
#include "score/mercy.h"

namespace forestall::testing {

inline Kin made_up_kin(const ProcessFacts& process, std::span<const std::int32_t> lineage, PlaceBook& places) {
  const bool must_live = built_in_mercy(process, lineage) || process.profile.must_live();
  return kin_of(process, places.number_of(process.place), must_live);
}

}  // namespace forestall::testing
