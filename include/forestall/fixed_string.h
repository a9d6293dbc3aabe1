// SPDX-License-Identifier: MIT
// Text of bounded length that never allocates: what is known about a process is copied around on the hot path.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace forestall {

/// At most N bytes; longer text is cut. The bytes are whatever the kernel gave: not necessarily UTF-8, and
/// possibly hostile. Escape them at every outlet (base/text.h).
template <std::size_t N>
class FixedString {
  static_assert(N <= UINT16_MAX);
  using Size = std::conditional_t<N <= UINT8_MAX, std::uint8_t, std::uint16_t>;  // much is kept of each process

 public:
  FixedString() = default;
  FixedString(std::string_view text) { assign(text); }  // NOLINT(google-explicit-constructor)

  void assign(std::string_view text) {
    size_ = static_cast<Size>(std::min(text.size(), N));
    std::copy_n(text.data(), size_, bytes_.data());
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  friend bool operator==(const FixedString& a, const FixedString& b) { return a.view() == b.view(); }

 private:
  std::array<char, N> bytes_{};
  Size size_ = 0;
};

}  // namespace forestall
