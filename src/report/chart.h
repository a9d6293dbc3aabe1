// SPDX-License-Identifier: MIT
// An amount over time as a picture of plain text, without colours and whatever the terminal: the same in a file, in a
// mail and on a screen. Pure.
#pragma once

#include <span>
#include <string>

#include "forestall/units.h"

namespace forestall {

/// From here until the next point the amount is `value`.
struct ChartPoint {
  Duration at{0};
  Bytes value = 0;
};

/// A line from left to right: something begins to happen below it.
struct ChartLimit {
  Bytes value = 0;
  std::string label;
};

/// A line from top to bottom: something happened then.
struct ChartMark {
  Duration at{0};
  char sign = '|';  ///< stands below the line, and before the label; printable
  std::string label;
};

struct ChartSize {
  std::size_t columns = 72;  ///< of all of it but the labels; at least 32
  std::size_t rows = 12;     ///< of the amounts alone; at least 2
};

/// Bars of block characters (U+2581 to U+2588), so that each row shows eight steps. A column shows the least amount of
/// its time: no gap is too short to be seen. The amounts begin with 0, the times where the points do, and end with the
/// last of them; a limit above all points has room, a mark outside of the time is left out of the picture, but not of
/// the labels. Marks that meet stand beside each other.
/// Below the picture is a line for each mark and each limit, as long as its label; whoever takes labels from strangers
/// has to escape them. Times of `points` never go back. Empty without points.
std::string chart(std::span<const ChartPoint> points, std::span<const ChartLimit> limits = {},
                  std::span<const ChartMark> marks = {}, ChartSize size = {});

}  // namespace forestall
