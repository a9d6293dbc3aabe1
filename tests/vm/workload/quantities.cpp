// SPDX-License-Identifier: MIT
#include "quantities.h"

#include <array>
#include <charconv>
#include <span>

namespace forestall::workload {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

/// A whole number and a unit, no blanks; none if it is anything else, is 0, or does not fit.
std::optional<std::uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 62;  // every sum of two of them still fits
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number == 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : units) {
    if (text == unit.name && number <= kMost / unit.factor) return number * unit.factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Bytes> parse_size(std::string_view text) {
  constexpr std::array<Unit, 3> kUnits = {{{"KiB", kKiB}, {"MiB", kMiB}, {"GiB", kGiB}}};
  return parse_quantity(text, kUnits);
}

std::optional<Bytes> parse_size_or_none(std::string_view text) { return text == "0" ? Bytes{0} : parse_size(text); }

std::optional<Millis> parse_time(std::string_view text) {
  // Nanoseconds of it must fit into 63 bits too; a day is more than any test takes.
  constexpr Millis kLongest = std::chrono::hours{24};
  constexpr std::array<Unit, 2> kUnits = {{{"ms", 1}, {"s", 1000}}};
  const auto count = parse_quantity(text, kUnits);
  if (!count || *count > static_cast<std::uint64_t>(kLongest.count())) return std::nullopt;
  return Millis{*count};
}

std::optional<unsigned> parse_count(std::string_view text) {
  unsigned count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return count;
}

}  // namespace forestall::workload
