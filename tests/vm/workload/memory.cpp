// SPDX-License-Identifier: MIT
#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "message.h"
#include "pace.h"

namespace forestall::workload {
namespace {

constexpr std::size_t kChunkPages = 256;
constexpr std::size_t kChunk = kChunkPages * kPage;

void fill_with_random(std::span<std::byte> place, Random& random) {
  while (!place.empty()) {
    const std::uint64_t word = random.next();
    const std::size_t length = std::min(place.size(), sizeof word);
    std::memcpy(place.data(), &word, length);
    place = place.subspan(length);
  }
}

void fill_with_words(std::span<std::byte> place) {
  constexpr std::string_view kWords = "the quick brown fox jumps over a lazy dog while the memory ends\n";
  while (!place.empty()) {
    const std::size_t length = std::min(place.size(), kWords.size());
    std::memcpy(place.data(), kWords.data(), length);
    place = place.subspan(length);
  }
}

}  // namespace

Random::Random()
    : state_((static_cast<std::uint64_t>(getpid()) << 40) ^
             static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count())) {
  if (state_ == 0) state_ = 1;  // the one state that xorshift never leaves
}

std::uint64_t Random::next() {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 7;
  state_ ^= state_ << 17;
  return state_;
}

void Content::write(std::span<std::byte, kPage> page) {
  constexpr std::size_t kRandomPart = kPage / 3;  // the rest shrinks to almost nothing: 3:1
  switch (fill_) {
    case Fill::text:
      fill_with_random(page.first<kRandomPart>(), random_);
      fill_with_words(page.subspan<kRandomPart>());
      break;
    case Fill::random: fill_with_random(page, random_); break;
    case Fill::zero: page[0] = std::byte{1}; break;
  }
}

bool Pages::grow(Bytes bytes) {
  for (Bytes taken = 0; taken < bytes; taken += kPage) {
    if (count_ == chunks_.size() * kChunkPages) {
      void* const chunk = mmap(nullptr, kChunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (chunk == MAP_FAILED) {
        say("no more memory, stays with " + std::to_string(count_ * kPage / kMiB) + " MiB", errno);
        return false;
      }
      chunks_.push_back(static_cast<std::byte*>(chunk));
    }
    ++count_;
    content_.write((*this)[count_ - 1]);
  }
  return true;
}

void Pages::grow_steadily(Bytes rate, std::optional<Bytes> limit) {
  const Bytes pages_at_most = limit ? (*limit + kPage - 1) / kPage : std::numeric_limits<Bytes>::max();
  Pace pace(rate, kPage);
  while (count_ < pages_at_most && grow(std::min(pace.next(), pages_at_most - count_) * kPage)) {
  }
}

void Pages::give_back() {
  for (std::byte* const chunk : chunks_) munmap(chunk, kChunk);
  chunks_.clear();
  count_ = 0;
}

std::span<std::byte, kPage> Pages::operator[](std::size_t index) {
  return std::span<std::byte, kPage>(chunks_[index / kChunkPages] + index % kChunkPages * kPage, kPage);
}

}  // namespace forestall::workload
