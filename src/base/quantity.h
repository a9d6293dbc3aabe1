// SPDX-License-Identifier: MIT
// Sizes, shares and durations as people write them. What is written exactly is read back exactly; what is written
// for people is rounded. An error is one sentence, "what was found; what is allowed", for the caller to put a place to.
#pragma once

#include <string>
#include <string_view>

#include "forestall/result.h"
#include "forestall/rules.h"
#include "forestall/units.h"

namespace forestall {

/// min() and max() inside each other, at most this deep.
inline constexpr int kDeepestSize = 8;

/// `10%`, `512MiB`, `1.5GiB`, `min(10%, 1.5GiB)`, `max(a, b)`. Units are B, KiB, MiB, GiB and TiB; a number without a
/// unit is an error. A share is 0 % to 100 % with at most 4 decimals; a fraction of a byte is rounded down.
/// Blanks may stand between the parts.
Result<Size> parse_size(std::string_view text);

/// `20%`, `12.5%`: `least` to `largest`, at most 4 decimals.
Result<Share> parse_share(std::string_view text, Share largest, Share least = Share{0});

/// `250ms`, `5s`, `2min`, `1h`, `1.5s`: zero or more, of whole nanoseconds; a number without a unit is an error.
Result<Duration> parse_duration(std::string_view text);

/// Exactly, as the parsers above read it: parse(render(x)) == x. Not for negative amounts, there is no way to write
/// them.
std::string render(const Size& size);
std::string render(Share share);
std::string render(Duration duration);

/// For people, to three significant digits: "1.5 GiB", "600 MiB", "0 B".
std::string human(Bytes bytes);
/// "20 %", "0.4 %".
std::string human(Share share);
/// "2 s", "250 ms", "1 min 5 s", "3 h 20 min"; whole seconds from a minute on, whole minutes from an hour on.
std::string human(Duration duration);

/// "12.345 s", for columns and pictures.
std::string in_seconds(Duration duration);

}  // namespace forestall
