// SPDX-License-Identifier: MIT
#include "score/replacements.h"

#include <algorithm>

namespace forestall {

void Replacements::lost(ProcessId victim, const Kinship& kinship, Instant when) {
  const Kin* parent = kinship.parent_of(victim);
  if (parent == nullptr || parent->must_live) return;
  losses_[next_] = Loss{parent->id, kinship.youngest_start(), when};
  next_ = (next_ + 1) % losses_.size();
}

std::span<const ProcessId> Replacements::parents(const Census& census, Bytes minimum, Instant now) {
  std::size_t count = 0;
  for (std::optional<Loss>& loss : losses_) {
    if (loss && now - loss->when > kWithin) loss.reset();
  }
  for (const std::optional<Loss>& loss : losses_) {
    if (!loss) continue;
    const auto same = [&](const std::optional<Loss>& other) { return other && other->parent == loss->parent; };
    const auto end = parents_.begin() + static_cast<std::ptrdiff_t>(count);
    const bool told = std::find(parents_.begin(), end, loss->parent) != end;
    if (told || std::ranges::count_if(losses_, same) < kKilled || !has_replaced(*loss, census, minimum)) continue;
    parents_[count++] = loss->parent;
  }
  return std::span(parents_).first(count);
}

bool Replacements::has_replaced(const Loss& loss, const Census& census, Bytes minimum) const {
  return std::ranges::any_of(census.kin, [&](const Kin& kin) {
    return kin.parent == loss.parent.pid && kin.id.start_time > loss.newest && kin.memory >= minimum;
  });
}

}  // namespace forestall
