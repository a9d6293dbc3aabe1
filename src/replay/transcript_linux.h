// SPDX-License-Identifier: MIT
// Lines on their way into a file, in a thread of its own: a disk that stands still must not keep the recorder from
// looking. What was put is on the disk a little more than a second later, whatever becomes of the machine then.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/fd_linux.h"
#include "forestall/result.h"
#include "forestall/units.h"

namespace forestall {

class Transcript {
 public:
  /// Room for what the disk has not taken yet: minutes of a busy machine.
  static constexpr std::size_t kRoom = 2 * kMiB;

  /// `name`: of the file, for messages. Allocates and starts everything.
  Transcript(Fd file, std::string name);
  ~Transcript();
  Transcript(const Transcript&) = delete;
  Transcript& operator=(const Transcript&) = delete;

  /// Takes a line, and writes a newline behind it. Never waits for the disk, allocates nothing. An Error if the disk
  /// did not keep up or refused what was written: then the line is not taken, and no other one is after it.
  Result<void> put(std::string_view line);

  /// Waits until all that was taken is on the disk. An Error if it is not.
  Result<void> finish();

 private:
  void run();
  [[nodiscard]] bool write_out(std::string_view text);

  Fd file_;
  std::string name_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::string taken_;    ///< by put(), not yet seen by the thread
  std::string writing_;  ///< the thread's own
  bool stop_ = false;
  bool full_ = false;
  std::atomic<int> error_ = 0;  ///< errno of what the disk refused
  std::thread thread_;
};

}  // namespace forestall
