// SPDX-License-Identifier: MIT
#include "report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/quantity.h"

namespace forestall {
namespace {

/// An amount, a blank, and the axis: "1023 MiB ┤".
constexpr std::size_t kMargin = 10;
constexpr std::size_t kEighths = 8;
constexpr std::array<const char*, kEighths + 1> kBlocks = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr const char* kLimitLine = "╌";
constexpr const char* kLimitInBar = "▒";
constexpr const char* kMarkLine = "│";

class Picture {
 public:
  Picture(std::span<const ChartPoint> points, std::span<const ChartLimit> limits, std::span<const ChartMark> marks,
          ChartSize size)
      : points_(points),
        rows_(std::max<std::size_t>(size.rows, 2)),
        width_(std::max<std::size_t>(size.columns, 32) - kMargin),
        begin_(points.front().at),
        end_(points.back().at) {
    for (const ChartPoint& p : points) top_ = std::max(top_, p.value);
    for (const ChartLimit& l : limits) top_ = std::max(top_, l.value);
    fill_columns();
    signs_.assign(width_, '\0');
    for (const ChartMark& m : marks) place(m);
    for (const ChartLimit& l : limits) limit_rows_.push_back(row_of(l.value));
  }

  [[nodiscard]] std::string text() const {
    std::string text;
    for (std::size_t row = rows_; row-- > 0;) {
      text += margin(row);
      for (std::size_t column = 0; column < width_; ++column) text += cell(row, column);
      trim(text);
      text += '\n';
    }
    return text + axis() + times();
  }

 private:
  /// The column that shows this time; `end_` is in the last one.
  [[nodiscard]] std::size_t column_of(Duration at) const {
    using Microseconds = std::chrono::microseconds;  // so that a product with a width has room
    const auto all = std::chrono::duration_cast<Microseconds>(end_ - begin_).count();
    const auto part = std::chrono::duration_cast<Microseconds>(at - begin_).count();
    if (all == 0) return 0;
    return std::min(static_cast<std::size_t>(part * static_cast<std::int64_t>(width_) / all), width_ - 1);
  }

  /// How many eighths of a row it reaches. Something is never shown as nothing.
  [[nodiscard]] std::size_t eighths(Bytes value) const {
    if (value == 0) return 0;
    const double part = static_cast<double>(value) / static_cast<double>(top_);
    const auto most = static_cast<double>(rows_ * kEighths);
    return std::max<std::size_t>(static_cast<std::size_t>(std::lround(part * most)), 1);
  }

  [[nodiscard]] std::size_t row_of(Bytes value) const {
    const std::size_t reached = eighths(value);
    return reached == 0 ? 0 : (reached - 1) / kEighths;
  }

  /// A point holds until the next one, so it counts in all columns up to that one's.
  void fill_columns() {
    std::vector<Bytes> least(width_, UINT64_MAX);
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const std::size_t last = i + 1 < points_.size() ? column_of(points_[i + 1].at) : width_ - 1;
      for (std::size_t c = column_of(points_[i].at); c <= last; ++c) least[c] = std::min(least[c], points_[i].value);
    }
    for (const Bytes value : least) heights_.push_back(eighths(value));
  }

  /// In its column, or the next free one to the right, else to the left.
  void place(const ChartMark& mark) {
    if (mark.at < begin_ || mark.at > end_) return;
    const std::size_t wanted = column_of(mark.at);
    std::size_t column = wanted;
    while (column < width_ && signs_[column] != '\0') ++column;
    if (column == width_) {
      column = wanted;
      while (column > 0 && signs_[column] != '\0') --column;
    }
    signs_[column] = mark.sign;
  }

  [[nodiscard]] std::string margin(std::size_t row) const {
    const bool named = row == rows_ - 1 || row == rows_ / 2 - 1;
    if (!named) return fmt::format("{:>{}}│", "", kMargin - 1);
    const auto part = static_cast<double>(row + 1) / static_cast<double>(rows_);
    const Bytes value = row == rows_ - 1 ? top_ : static_cast<Bytes>(static_cast<double>(top_) * part);
    return fmt::format("{:>{}}┤", human(value), kMargin - 1);
  }

  [[nodiscard]] const char* cell(std::size_t row, std::size_t column) const {
    const std::size_t height = heights_[column];
    const std::size_t filled = height <= row * kEighths ? 0 : std::min(height - row * kEighths, kEighths);
    const bool limit = std::ranges::find(limit_rows_, row) != limit_rows_.end();
    if (filled == 0 && signs_[column] != '\0') return kMarkLine;
    if (filled == 0 && limit) return kLimitLine;
    return filled == kEighths && limit ? kLimitInBar : kBlocks[filled];
  }

  static void trim(std::string& text) { text.erase(text.find_last_not_of(' ') + 1); }

  [[nodiscard]] std::string axis() const {
    std::string text = fmt::format("{:>{}}└", "0 B", kMargin - 1);
    for (const char sign : signs_) text += sign == '\0' ? std::string("─") : std::string(1, sign);
    return text + '\n';
  }

  [[nodiscard]] std::string times() const {
    const std::string first = in_seconds(begin_), last = in_seconds(end_);
    return fmt::format("{:{}}{}{:>{}}\n", "", kMargin, first, last, width_ - first.size());
  }

  std::span<const ChartPoint> points_;
  std::size_t rows_;
  std::size_t width_;
  Duration begin_;
  Duration end_;
  Bytes top_ = 1;
  std::vector<std::size_t> heights_;     ///< of each column, in eighths of a row
  std::string signs_;                    ///< below each column; '\0': none
  std::vector<std::size_t> limit_rows_;  ///< from the bottom
};

}  // namespace

std::string chart(std::span<const ChartPoint> points, std::span<const ChartLimit> limits,
                  std::span<const ChartMark> marks, ChartSize size) {
  if (points.empty()) return "";
  std::string text = Picture(points, limits, marks, size).text();
  for (const ChartMark& m : marks) text += fmt::format("  {}  {}: {}\n", m.sign, in_seconds(m.at), m.label);
  for (const ChartLimit& l : limits) text += fmt::format("  {}  {}: {}\n", kLimitLine, human(l.value), l.label);
  return text;
}

}  // namespace forestall
