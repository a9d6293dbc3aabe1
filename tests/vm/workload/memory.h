// SPDX-License-Identifier: MIT
// Memory that a workload takes, and what it writes into it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "options.h"
#include "quantities.h"

namespace forestall::workload {

inline constexpr std::size_t kPage = 4096;

/// Reads the byte even though nobody wants its value: the page must be there.
inline void read_byte(const volatile std::byte& byte) { [[maybe_unused]] const std::byte value = byte; }

/// xorshift64 of G. Marsaglia, "Xorshift RNGs" (2003): cheap enough for an emulated CPU, and no compressor sees
/// through.
class Random {
 public:
  Random();  ///< differs from process to process
  std::uint64_t next();
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }

 private:
  std::uint64_t state_;
};

/// Writes pages of one --fill.
class Content {
 public:
  explicit Content(Fill fill) : fill_(fill) {}
  void write(std::span<std::byte, kPage> page);

 private:
  Fill fill_;
  Random random_;
};

/// Anonymous memory, page by page, all of it written. Mapped as it grows: memory promised far ahead would look to the
/// kernel, and to whoever reads Committed_AS, like another program than the one that is played.
class Pages {
 public:
  explicit Pages(Fill fill) : content_(fill) {}
  ~Pages() { give_back(); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  /// Takes `bytes` more, rounded up to whole pages, as fast as it can. False when the kernel gives no more address
  /// space: says so, and what was had stays.
  bool grow(Bytes bytes);

  /// Takes `rate` per second until there are `limit` bytes, for ever if there is no limit, or until grow() fails.
  void grow_steadily(Bytes rate, std::optional<Bytes> limit);

  /// Unmaps all.
  void give_back();

  std::size_t count() const { return count_; }
  std::span<std::byte, kPage> operator[](std::size_t index);

 private:
  std::vector<std::byte*> chunks_;  ///< each kChunkPages long, the last perhaps not yet used to its end
  std::size_t count_ = 0;           ///< pages written
  Content content_;
};

}  // namespace forestall::workload
