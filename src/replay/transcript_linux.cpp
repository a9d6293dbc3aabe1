// SPDX-License-Identifier: MIT
#include "replay/transcript_linux.h"

#include <fmt/format.h>
#include <pthread.h>

#include <cerrno>

#include "base/text.h"
#include "base/write_linux.h"

namespace forestall {
namespace {

constexpr auto kWriteEvery = std::chrono::seconds(1);

}  // namespace

Transcript::Transcript(Fd file, std::string name) : file_(std::move(file)), name_(std::move(name)) {
  taken_.reserve(kRoom);
  writing_.reserve(kRoom);
  thread_ = std::thread([this] { run(); });
  ::pthread_setname_np(thread_.native_handle(), "transcript");
}

Transcript::~Transcript() {
  if (thread_.joinable()) static_cast<void>(finish());
}

Result<void> Transcript::put(std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (error_ != 0) return failure(error_, fmt::format("cannot write {}", escaped(name_)));
  full_ = full_ || line.size() + 1 > kRoom - taken_.size();
  if (full_)
    return failure(0, fmt::format("{}: the disk did not keep up; what follows is not recorded", escaped(name_)));
  taken_.append(line).push_back('\n');
  return {};
}

Result<void> Transcript::finish() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  ended_.notify_one();
  thread_.join();
  if (error_ != 0) return failure(error_, fmt::format("cannot write {}", escaped(name_)));
  return {};
}

void Transcript::run() {
  bool stop = false;
  while (!stop && error_ == 0) {
    {
      std::unique_lock lock(mutex_);
      stop = ended_.wait_for(lock, kWriteEvery, [this] { return stop_; });
      writing_.swap(taken_);
    }
    if (!writing_.empty() && !write_out(writing_)) error_ = errno;
    writing_.clear();
  }
}

bool Transcript::write_out(std::string_view text) {
  if (!write_all(file_.get(), text)) return false;
  // A pipe or a terminal keeps nothing.
  return ::fdatasync(file_.get()) == 0 || errno == EINVAL || errno == EROFS;
}

}  // namespace forestall
