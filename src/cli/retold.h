// SPDX-License-Identifier: MIT
// A story as it is shown: what `forestall show` prints and draws. Everything in it is harmless text already.
#pragma once

#include <string>
#include <vector>

#include "forestall/trace.h"
#include "report/story.h"

namespace forestall::cli {

/// A moment of the machine; times count from when the rule was found to hold.
struct Moment {
  Duration at{0};
  Bytes available = 0;
  Bytes swap_left = 0;
  double stalled = 0;  ///< 0 to 1: the part of the last second in which every task stood still (PSI full)
};

/// Something that was done, or happened.
struct Turn {
  Duration at{0};
  std::string name;  ///< "SIGTERM", "gone"
  std::string message;
};

struct Retold {
  Story story;
  std::string headline;
  std::vector<Turn> turns;
  std::vector<Moment> moments;
  std::vector<std::string> afterthoughts;

  /// The event that tells of the choice; null if nobody was chosen or looked for.
  [[nodiscard]] const StoryEvent* choice() const;
};

/// An Error if its trace makes no sense: "in its trace: line N: …".
Result<Retold> retell(Story story);

std::string in_plain_words(const Retold& retold);
std::string as_json(const Retold& retold);
/// One page that needs nothing else: no network, no script.
std::string as_html(const Retold& retold);

/// "0.0 s", "+1.3 s", "−58 s".
std::string offset(Duration at);
/// "2026-03-01 02:59:14 UTC".
std::string in_utc(WallTime time);
/// Its unit as unit_in_words() would have it, but that the name was made harmless when it was written.
std::string unit_of(const StoryProcess& process);
/// "SIGTERM" for "victim_terminated", and so on.
std::string turn_name(const StoryEvent& event);

}  // namespace forestall::cli
