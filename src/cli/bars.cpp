// SPDX-License-Identifier: MIT
#include "cli/bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/words.h"

namespace forestall::cli {
namespace {

constexpr int kWidth = 16;

std::string_view shade_of(std::string_view term) {
  if (term == "memory") return "█";
  if (term == "growth") return "▓";
  return term == "adj" ? "▒" : "░";
}

}  // namespace

std::string bar(std::span<const BarPart> parts, double score, double most) {
  const auto length = [&](double points) {
    return most <= 0 ? 0 : static_cast<int>(std::clamp(points * kWidth / most, 0.0, double{kWidth}));
  };
  std::string text;
  int drawn = 0;
  double sum = 0;
  for (const BarPart& part : parts) {
    sum += std::max(part.points, 0.0);
    for (; drawn < length(std::min(sum, score)); ++drawn) text += shade_of(part.name);
  }
  for (; drawn < kWidth; ++drawn) text += "·";
  return text;
}

std::string terms_in_words(std::span<const Term> all) {
  std::vector<std::string> terms;
  for (const Term& term : all) {
    if (term.points != 0) terms.push_back(fmt::format("{} {}", term.name, per_mille(term.points)));
  }
  return fmt::format("{}", fmt::join(terms, ", "));
}

}  // namespace forestall::cli
