// SPDX-License-Identifier: MIT
// What processes have taken lately. A leak grows, a large database does not: that tells the two apart. Passive: it is
// told in peace who held what, and asked in the hot path what was added since.
#pragma once

#include <optional>
#include <vector>

#include "forestall/ports.h"
#include "forestall/units.h"

namespace forestall {

class Growth {
 public:
  /// `window`: how far back is looked, at least. Makes room for a whole census, once.
  explicit Growth(Duration window = std::chrono::seconds(10));

  /// A pass over the processes of `census`, at `when`. Those that are not in it are forgotten.
  void see(Instant when, const Census& census);

  /// What this process, which now holds `memory`, has added since the newest pass that is at least a window old. All of
  /// it if it was not there then, but not what it may well have held unseen, where a census was full and left out the
  /// smaller ones; 0 if there was no pass yet. Never negative.
  [[nodiscard]] Bytes of(ProcessId id, Bytes memory, Instant now) const;

  /// When that pass was; none if there was none yet.
  [[nodiscard]] std::optional<Instant> since(Instant now) const;

  [[nodiscard]] Duration window() const { return window_; }

 private:
  struct Held {
    ProcessId id;
    Bytes older = 0;
    Bytes newer = 0;
  };
  [[nodiscard]] Held held_by(ProcessId id) const;

  Duration window_;
  std::vector<Held> held_;        ///< by id
  std::vector<Held> next_;        ///< where the next pass is put together
  Held unseen_;                   ///< what those may have held for whom a census had no room
  std::optional<Instant> newer_;  ///< when `newer` was seen
  Instant older_;                 ///< likewise `older`: at least a window before, but at first
};

}  // namespace forestall
