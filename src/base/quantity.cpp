// SPDX-License-Identifier: MIT
#include "base/quantity.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "base/text.h"

namespace forestall {
namespace {

// Wide enough for every product below: 64 bits of a number times a unit of at most 42 bits.
__extension__ typedef unsigned __int128 Wide;

constexpr Bytes kTiB = 1024 * kGiB;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
// Largest first: renderers take the first one that fits.
constexpr std::array<Unit, 5> kByteUnits = {{{"TiB", kTiB}, {"GiB", kGiB}, {"MiB", kMiB}, {"KiB", kKiB}, {"B", 1}}};
constexpr std::array<Unit, 4> kTimeUnits = {
    {{"h", 3'600'000'000'000}, {"min", 60'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}}};
constexpr std::uint64_t kPpmPerPercent = 10'000;
constexpr std::uint64_t kLargestSigned = std::numeric_limits<std::int64_t>::max();

/// whole + fraction / scale.
struct Number {
  std::uint64_t whole = 0;
  std::uint64_t fraction = 0;
  std::uint64_t scale = 1;  ///< a power of ten, at most 10^9
};

template <typename T>
using Found = tl::expected<T, std::string>;  // the error says what was found; what is allowed is added at the end

tl::unexpected<std::string> found(std::string what) { return tl::unexpected<std::string>(std::move(what)); }

/// `number` of `factor` each, rounded down; none past `largest`.
std::optional<std::uint64_t> rounded_down(const Number& number, std::uint64_t factor, std::uint64_t largest) {
  const Wide amount = Wide{number.whole} * factor + Wide{number.fraction} * factor / number.scale;
  if (amount > largest) return std::nullopt;
  return static_cast<std::uint64_t>(amount);
}

bool is_whole(const Number& number, std::uint64_t factor) { return Wide{number.fraction} * factor % number.scale == 0; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  /// Takes `token` off, if it comes next.
  bool take(char token) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != token) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view take_letters() {
    skip_blanks();
    return take_while(is_letter);
  }

  /// What is left, empty at the end.
  std::string_view rest() {
    skip_blanks();
    return rest_;
  }

  Found<Number> take_number() {
    skip_blanks();
    const std::string_view digits = take_while(is_digit);
    if (digits.empty())
      return found(rest_.empty() ? "is incomplete" : fmt::format("has no number at {}", shown(rest_)));
    const auto whole = parse_unsigned(digits);
    if (!whole) return found("is too large");
    Number number{*whole, 0, 1};
    if (rest_.empty() || rest_.front() != '.') return number;
    rest_.remove_prefix(1);
    const std::string_view decimals = take_while(is_digit);
    if (decimals.empty()) return found("has no digit after the point");
    if (decimals.size() > 9) return found("has more than 9 decimals");
    number.fraction = *parse_unsigned(decimals);
    for (std::size_t i = 0; i < decimals.size(); ++i) number.scale *= 10;
    return number;
  }

  static std::string shown(std::string_view text) { return '"' + escaped(text, 32) + '"'; }

 private:
  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
  }

  template <typename Predicate>
  std::string_view take_while(Predicate belongs) {
    std::size_t n = 0;
    while (n < rest_.size() && belongs(rest_[n])) ++n;
    const std::string_view taken = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return taken;
  }

  std::string_view rest_;
};

/// The factor of the unit that comes next.
template <std::size_t N>
Found<std::uint64_t> take_unit(Scanner& scanner, const std::array<Unit, N>& units) {
  const std::string_view name = scanner.take_letters();
  for (const Unit& unit : units) {
    if (unit.name == name) return unit.factor;
  }
  if (!name.empty()) return found(fmt::format("has the unknown unit {}", Scanner::shown(name)));
  if (scanner.rest().empty()) return found("has no unit");
  return found(fmt::format("has no unit at {}", Scanner::shown(scanner.rest())));
}

Found<Share> share_from(const Number& number, Share largest, Share least) {
  if (!is_whole(number, kPpmPerPercent)) return found("has more than 4 decimals");
  const auto ppm = rounded_down(number, kPpmPerPercent, static_cast<std::uint64_t>(largest.ppm));
  if (!ppm) return found("is more than " + render(largest));
  const Share share{static_cast<std::int64_t>(*ppm)};
  if (share < least) return found("is less than " + render(least));
  return share;
}

Found<Size> take_amount(Scanner& scanner) {
  const auto number = scanner.take_number();
  if (!number) return found(number.error());
  if (scanner.take('%'))
    return share_from(*number, Share::percent(100), Share{0}).map([](Share s) { return Size::of(s); });
  const auto unit = take_unit(scanner, kByteUnits);
  if (!unit) return found(unit.error());
  if (*unit == 1 && number->fraction != 0) return found("has a fraction of a byte");
  const auto bytes = rounded_down(*number, *unit, std::numeric_limits<Bytes>::max());
  if (!bytes) return found("is too large");
  return Size::of(*bytes);
}

Found<Size> take_size(Scanner& scanner, int deeper_by) {
  const std::string_view name = scanner.take_letters();
  if (name.empty()) return take_amount(scanner);
  if (name != "min" && name != "max") return found(fmt::format("has no amount at {}", Scanner::shown(name)));
  if (deeper_by == 0) return found(fmt::format("has min and max nested more than {} deep", kDeepestSize));
  if (!scanner.take('(')) return found(fmt::format("has no \"(\" after {}", name));
  Size size{name == "min" ? Size::Kind::min : Size::Kind::max, 0, {}, {}};
  do {
    auto arg = take_size(scanner, deeper_by - 1);
    if (!arg) return arg;
    size.args.push_back(*std::move(arg));
  } while (scanner.take(','));
  if (scanner.take(')')) return size;
  if (scanner.rest().empty()) return found("has no \")\" at its end");
  return found(fmt::format("has no \",\" or \")\" at {}", Scanner::shown(scanner.rest())));
}

Found<Share> take_share(Scanner& scanner, Share largest, Share least) {
  const auto number = scanner.take_number();
  if (!number) return found(number.error());
  if (scanner.take('%')) return share_from(*number, largest, least);
  if (scanner.rest().empty()) return found("has no \"%\"");
  return found(fmt::format("has no \"%\" at {}", Scanner::shown(scanner.rest())));
}

Found<Duration> take_duration(Scanner& scanner) {
  const auto number = scanner.take_number();
  if (!number) return found(number.error());
  const auto unit = take_unit(scanner, kTimeUnits);
  if (!unit) return found(unit.error());
  if (!is_whole(*number, *unit)) return found("is no whole number of nanoseconds");
  const auto ns = rounded_down(*number, *unit, kLargestSigned);
  if (!ns) return found("is too long");
  return Duration(static_cast<Duration::rep>(*ns));
}

/// `taken` if nothing follows it; an error becomes `"TEXT" what was found; allowed …`.
template <typename T>
Result<T> complete(Found<T> taken, Scanner& scanner, std::string_view text, std::string_view allowed) {
  if (taken && !scanner.rest().empty()) taken = found(fmt::format("goes on with {}", Scanner::shown(scanner.rest())));
  if (taken) return *std::move(taken);
  return failure(0, fmt::format("\"{}\" {}; allowed {}", escaped(text, 64), taken.error(), allowed));
}

std::string without_trailing_zeros(std::string decimal) {
  decimal.erase(decimal.find_last_not_of('0') + 1);
  if (decimal.back() == '.') decimal.pop_back();
  return decimal;
}

std::string render_bytes(Bytes bytes) {
  for (const auto& [name, factor] : kByteUnits) {
    // Eighths end within three decimals, so 1.5GiB stays what it was.
    const std::uint64_t rest = bytes % factor;
    if (bytes < factor || rest * 8 % factor != 0) continue;
    return without_trailing_zeros(fmt::format("{}.{:03}", bytes / factor, rest * 1000 / factor)) + std::string(name);
  }
  return "0B";
}

/// To three significant digits, but never fewer than the digits before the point.
std::string three_digits(double value) {
  return std::abs(value) < 999.5 ? fmt::format("{:.3g}", value) : fmt::format("{:.0f}", value);
}

std::string two_parts(std::uint64_t small, std::string_view large_unit, std::string_view small_unit) {
  const std::string large = fmt::format("{} {}", small / 60, large_unit);
  return small % 60 == 0 ? large : fmt::format("{} {} {}", large, small % 60, small_unit);
}

}  // namespace

Result<Size> parse_size(std::string_view text) {
  Scanner scanner(text);
  return complete(take_size(scanner, kDeepestSize), scanner, text,
                  R"~(are amounts such as "10%", "512MiB" and "min(10%, 1.5GiB)", in %, B, KiB, MiB, GiB or TiB)~");
}

Result<Share> parse_share(std::string_view text, Share largest, Share least) {
  Scanner scanner(text);
  return complete(take_share(scanner, largest, least), scanner, text,
                  fmt::format(R"(is "{}" to "{}")", render(least), render(largest)));
}

Result<Duration> parse_duration(std::string_view text) {
  Scanner scanner(text);
  return complete(take_duration(scanner), scanner, text,
                  R"(are times such as "250ms", "5s", "2min" and "1h", in ms, s, min or h)");
}

std::string render(const Size& size) {
  if (size.kind == Size::Kind::bytes) return render_bytes(size.bytes);
  if (size.kind == Size::Kind::share) return render(size.share);
  std::string text = size.kind == Size::Kind::min ? "min(" : "max(";
  for (std::size_t i = 0; i < size.args.size(); ++i) text += (i == 0 ? "" : ", ") + render(size.args[i]);
  return text + ')';
}

std::string render(Share share) {
  const auto ppm = static_cast<std::uint64_t>(share.ppm);
  return without_trailing_zeros(fmt::format("{}.{:04}", ppm / kPpmPerPercent, ppm % kPpmPerPercent)) + '%';
}

std::string render(Duration duration) {
  const auto ns = static_cast<std::uint64_t>(duration.count());
  if (ns == 0) return "0s";
  for (const auto& [name, factor] : kTimeUnits) {
    if (ns % factor == 0) return fmt::format("{}{}", ns / factor, name);
  }
  return without_trailing_zeros(fmt::format("{}.{:06}", ns / 1'000'000, ns % 1'000'000)) + "ms";
}

std::string human(Bytes bytes) {
  auto unit = kByteUnits.rbegin();
  double amount = static_cast<double>(bytes);
  for (; amount >= 1023.5 && std::next(unit) != kByteUnits.rend(); ++unit) amount /= 1024;
  return fmt::format("{} {}", three_digits(amount), unit->name);
}

std::string human(Share share) { return three_digits(static_cast<double>(share.ppm) / 1e4) + " %"; }

std::string human(Duration duration) {
  if (duration < Duration::zero()) {
    return "-" + human(duration == Duration::min() ? Duration::max() : -duration);
  }
  if (duration == Duration::zero()) return "0 s";
  const auto ns = static_cast<double>(duration.count());
  if (ns < 1e3) return fmt::format("{} ns", duration.count());
  if (ns < 999.5e3) return three_digits(ns / 1e3) + " µs";
  if (ns < 999.5e6) return three_digits(ns / 1e6) + " ms";
  if (ns < 59.95e9) return three_digits(ns / 1e9) + " s";
  const auto seconds = (static_cast<std::uint64_t>(duration.count()) + 500'000'000) / 1'000'000'000;
  if (seconds < 3600) return two_parts(seconds, "min", "s");
  return two_parts((seconds + 30) / 60, "h", "min");
}

std::string in_seconds(Duration duration) {
  return fmt::format("{:.3f} s", std::chrono::duration<double>(duration).count());
}

}  // namespace forestall
