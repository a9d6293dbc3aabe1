// SPDX-License-Identifier: MIT
#include "score/offenders.h"

#include <algorithm>

namespace forestall {
namespace {

/// An application's unit is called app[-LAUNCHER]-ID-RANDOM.scope or app[-LAUNCHER]-ID@RANDOM.service, so that it can
/// run twice (https://systemd.io/DESKTOP_ENVIRONMENTS).
std::string_view without_the_random_part(std::string_view unit) {
  if (!unit.starts_with("app-")) return unit;
  return unit.substr(0, unit.rfind(unit.ends_with(".scope") ? '-' : '@'));
}

}  // namespace

Program program_of(std::uint32_t uid, std::string_view comm, const CgroupPlace& place) {
  const std::string_view unit = place.innermost_unit().view();
  return {uid, comm, unit.empty() ? place.path.view() : without_the_random_part(unit)};
}

void Offenders::ended(const Program& program, Instant when) {
  last_ = (last_ + 1) % offences_.size();
  offences_[last_] = {program, when};
}

bool Offenders::is_recent(const Offence& offence, Instant now) {
  return offence.when != Instant::min() && now - offence.when <= kRemembered;
}

bool Offenders::any(Instant now) const {
  return std::ranges::any_of(offences_, [&](const Offence& o) { return is_recent(o, now); });
}

Conduct Offenders::of(const Program& program, Instant now) const {
  Conduct conduct;
  for (std::size_t i = 1; i <= offences_.size(); ++i) {
    const Offence& offence = offences_[(last_ + i) % offences_.size()];  // the oldest first
    if (!is_recent(offence, now) || offence.program != program) continue;
    ++conduct.ended;
    conduct.unkept = offence.unkept;
  }
  return conduct;
}

}  // namespace forestall
