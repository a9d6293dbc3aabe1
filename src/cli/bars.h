// SPDX-License-Identifier: MIT
// Scores as bars of text.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "forestall/ranking.h"

namespace forestall::cli {

/// One term of a score, in whatever unit the others are in.
struct BarPart {
  std::string_view name;
  double points = 0;
};

/// As long as the score is beside `most`, made of the terms that add to it; what others take off is missing at its end.
std::string bar(std::span<const BarPart> parts, double score, double most);

/// What the shades mean.
inline constexpr std::string_view kLegend = "█ memory  ▓ growth  ▒ adj  ░ all else that adds to a score";

/// "memory +12.3, growth +4.0": the terms that are not nothing.
std::string terms_in_words(std::span<const Term> terms);

}  // namespace forestall::cli
